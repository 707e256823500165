export { testExecutor, type ExecutorTraits, type Runner } from './executor.ts'
export { testSink } from './sink.ts'
