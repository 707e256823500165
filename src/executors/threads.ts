import { Worker } from 'node:worker_threads'
import { type Boot, type Executor, exitReason, type WorkerEvents, type WorkerExit, type WorkerHandle } from '../core/executor.ts'
import { workerEnv, workerExecArgv } from '../tasks/exec-argv.ts'

export interface ExecutorOptions {
  /** How many workers a call gets that does not say so itself. Default: the CPUs this process may use. */
  numWorkers?: number
}

/** An executor that keeps its workers warm until it is closed: `await using pool = threads({ numWorkers: 4 })`. */
export interface KeptExecutor extends Executor, AsyncDisposable {}

/**
 * Worker threads: they start fast and hand typed arrays over without a copy. A native crash (a segfault in an addon) takes the
 * whole program with it; use `processes()` where that can happen.
 */
export function threads({ numWorkers }: ExecutorOptions = {}): KeptExecutor {
  const running = new Set<Worker>()
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    await Promise.all([...running].map((worker) => worker.terminate()))
  }
  return {
    name: 'threads',
    numWorkers,
    start: (boot, events) =>
      startThread(
        boot,
        unlessClosed(events, () => closed),
        running,
      ),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A closed executor starts nothing more, and says why its workers ended. */
export function unlessClosed(events: WorkerEvents, isClosed: () => boolean): WorkerEvents {
  const reason = 'the executor was closed'
  if (isClosed()) throw new Error(reason)
  return {
    message: (message) => events.message(message),
    exit: (exit) => events.exit(isClosed() ? { code: 'WORKER_EXITED', reason } : exit),
  }
}

function startThread(boot: Boot, events: WorkerEvents, running: Set<Worker>): WorkerHandle {
  const worker = new Worker(new URL('./thread-entry.js', import.meta.url), {
    workerData: boot,
    argv: process.argv.slice(2),
    execArgv: workerExecArgv('thread'),
    env: workerEnv('thread'),
    // Items' prints come as messages; what else a worker writes was written by the main thread already and is never read
    // (reading it would keep the program alive).
    stdout: true,
    stderr: true,
  })
  running.add(worker)
  let exit: WorkerExit | undefined
  worker.on('message', (message) => events.message(message))
  worker.on('error', (error: Error & { code?: string }) => {
    exit =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? { code: 'OUT_OF_MEMORY', reason: 'it ran out of heap memory' }
        : { code: 'WORKER_EXITED', reason: error.message }
  })
  // Without its message a chunk would never be answered.
  worker.on('messageerror', (error) => {
    exit = { code: 'WORKER_EXITED', reason: `a message of it could not be read: ${error.message}` }
    void worker.terminate()
  })
  worker.on('exit', (code) => {
    running.delete(worker)
    events.exit(exit ?? { code: 'WORKER_EXITED', reason: exitReason(code) })
  })
  return {
    send: (message) => worker.postMessage(message),
    stop: () => void worker.terminate(),
    ref: (alive) => (alive ? worker.ref() : worker.unref()),
  }
}
