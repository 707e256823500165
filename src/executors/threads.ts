import { Worker } from 'node:worker_threads'
import { type Boot, exitReason, type WorkerEvents, type WorkerExit, type WorkerHandle } from '../core/executor.ts'
import { workerEnv, workerExecArgv } from '../tasks/exec-argv.ts'
import { type ExecutorOptions, keptExecutor, type KeptExecutor } from './kept.ts'

/**
 * Worker threads: they start fast and hand typed arrays over without a copy. A native crash (a segfault in an addon) takes the
 * whole program with it; use `processes()` where that can happen.
 */
export function threads(options: ExecutorOptions = {}): KeptExecutor {
  const running = new Set<Worker>()
  const executor = keptExecutor(
    'threads',
    options,
    (boot, events) => startThread(boot, events, running),
    () => Promise.all([...running].map((worker) => worker.terminate())),
  )
  return Object.assign(executor, { sharesMemory: true })
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
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    stop: () => void worker.terminate(),
    ref: (alive) => (alive ? worker.ref() : worker.unref()),
  }
}
