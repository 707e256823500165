export { testExecutor, type ExecutorTraits, type Runner } from './executor.ts'
