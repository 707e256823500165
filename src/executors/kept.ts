import type { Boot, Executor, WorkerEvents, WorkerHandle } from '../core/executor.ts'

export interface ExecutorOptions {
  /** How many workers a call gets that does not say so itself. Default: the CPUs this process may use. */
  numWorkers?: number
}

/** An executor that keeps its workers warm until it is closed: `await using pool = threads({ numWorkers: 4 })`. */
export interface KeptExecutor extends Executor, AsyncDisposable {}

/** What threads and processes have in common: once closed, an executor starts nothing more, and says why its workers ended. */
export function keptExecutor(
  name: string,
  { numWorkers }: ExecutorOptions,
  start: (boot: Boot, events: WorkerEvents) => WorkerHandle,
  endAll: () => Promise<unknown>,
): KeptExecutor {
  const reason = 'the executor was closed'
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    await endAll()
  }
  return {
    name,
    numWorkers,
    start(boot, events) {
      if (closed) throw new Error(reason)
      return start(boot, {
        message: (message) => events.message(message),
        exit: (exit) => events.exit(closed ? { code: 'WORKER_EXITED', reason } : exit),
      })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
