import { fork, type ChildProcess } from 'node:child_process'
import { type Boot, exitReason, type WorkerEvents, type WorkerExit, type WorkerHandle } from '../core/executor.ts'
import { workerEnv, workerExecArgv } from '../tasks/exec-argv.ts'
import { fileURLToPath } from 'node:url'
import { type ExecutorOptions, keptExecutor, type KeptExecutor } from './kept.ts'

/** How much of what a worker writes to its own stderr is kept to explain its death. */
const KEPT_STDERR = 8192

/**
 * Worker processes: a crash of native code or memory running out costs one item and one worker. They start slower than threads
 * and copy what passes between them. None outlives the program, not even one that is busy when the program is killed.
 */
export function processes(options: ExecutorOptions = {}): KeptExecutor {
  const running = new Map<ChildProcess, Promise<void>>()
  return keptExecutor(
    'processes',
    options,
    (boot, events) => startProcess(boot, events, running),
    () => {
      for (const child of running.keys()) child.kill('SIGKILL')
      return Promise.all(running.values())
    },
  )
}

function startProcess(boot: Boot, events: WorkerEvents, running: Map<ChildProcess, Promise<void>>): WorkerHandle {
  const child = fork(fileURLToPath(new URL('./process-entry.js', import.meta.url)), process.argv.slice(2), {
    execArgv: workerExecArgv('process'),
    // The parent may be gone before the child asks who it is, so the child is told.
    env: { ...workerEnv('process'), MILLRACE_PARENT: String(process.pid) },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let stderr = ''
  let failure: Error | undefined
  child.on('error', (error) => (failure ??= error))
  // A child that could not be started (too many open files) may have no pipes.
  child.stdout?.setEncoding('utf8').on('data', (text: string) => events.message({ type: 'print', stream: 'stdout', text }))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT_STDERR)))
  child.on('message', (message) => events.message(message as never))
  running.set(
    child,
    new Promise((resolve) => {
      // 'close' comes after 'exit', when all the child has sent was read.
      const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (!running.delete(child)) return
        resolve()
        events.exit(exitOf(code, signal, stderr, failure))
      }
      child.on('close', ended)
      child.on('error', () => child.pid === undefined && ended(null, null))
    }),
  )
  child.send({ type: 'boot', boot }, () => {})
  return {
    // A child that is just dying refuses messages; its exit tells the engine.
    send: (message) => void child.send(message, () => {}),
    stop: () => void child.kill('SIGKILL'),
    ref: (alive) => {
      const call = alive ? 'ref' : 'unref'
      child[call]()
      child.channel?.[call]()
      for (const pipe of [child.stdout, child.stderr]) (pipe as unknown as Record<typeof call, () => void> | null)?.[call]()
    },
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null, stderr: string, failure: Error | undefined): WorkerExit {
  if (/JavaScript heap out of memory/.test(stderr)) return { code: 'OUT_OF_MEMORY', reason: 'it ran out of heap memory' }
  if (signal !== null) return { code: 'WORKER_KILLED', reason: `signal ${signal}` }
  if (failure !== undefined) return { code: 'WORKER_EXITED', reason: failure.message }
  return { code: 'WORKER_EXITED', reason: exitReason(code) }
}
