import type { ErrorRecord } from './error-record.ts'
import type { TaskReference } from './task.ts'

/**
 * Where workers come from. An executor only starts workers, passes messages and stops them; which item goes where, order,
 * retries and time-outs are the engine's. Prove one of your own with `testExecutor` of `millrace/testing`.
 */
export interface Executor {
  /** A word for messages: `threads`, `processes`, ... */
  readonly name: string
  /** How many workers a call gets that does not say so itself; undefined leaves it to the machine. */
  readonly numWorkers?: number | undefined
  /** Its workers are this thread: they take the function itself, and nothing needs to travel. */
  readonly inThisThread?: boolean
  /** Its workers see the same SharedArrayBuffers as this thread. */
  readonly sharesMemory?: boolean
  /** Starts a worker, or throws. The worker answers through `events`; its end, however early, is an `exit`. */
  start(boot: Boot, events: WorkerEvents): WorkerHandle
  /** Stops every worker this executor has started. Calls that still run fail; nothing can be started any more. */
  close(): Promise<void>
}

/** What a worker loads when it starts. A worker keeps this for life; calls come and go. */
export interface Boot {
  /** URL of the module whose tasks it will run; absent for inline functions. */
  module?: string
  /** It may be or import TypeScript. Preparing for that costs about 40 ms a worker on Node 20. */
  typescript?: boolean
}

export interface WorkerEvents {
  message(message: FromWorker): void
  /** The worker is gone. Called once, after its last message. */
  exit(exit: WorkerExit): void
}

export interface WorkerExit {
  code: 'WORKER_EXITED' | 'WORKER_KILLED' | 'OUT_OF_MEMORY'
  /** How it ended, for people: `exit code 0`, `signal SIGKILL`, ... */
  reason: string
}

/** An exit code in words. Code 0 has two causes that are hard to find. */
export function exitReason(code: number | null): string {
  return code === 0 || code === 13 ? `exit code ${code} (process.exit, or a promise that nothing is left to settle)` : `exit code ${code}`
}

export interface WorkerHandle {
  /** Throws a DataCloneError when the message can't be cloned. An executor that shares memory hands `transfer` over. */
  send(message: ToWorker, transfer?: ArrayBuffer[]): void
  /** Ends the worker at once, whatever it is doing; `exit` still comes. */
  stop(): void
  /** Whether the worker keeps the program alive. A new worker does; the engine lets idle ones not. */
  ref(alive: boolean): void
}

/** The function of a call, as it travels. An executor in this thread gets the function itself. */
export type Work = { task: TaskReference; params: unknown } | { source: string } | { local: LocalWork }

export interface LocalWork {
  params: unknown
  setup?: ((ctx: { params: any; worker: number }) => unknown) | undefined
  run: (item: any, index: number, ctx: any) => unknown
  teardown?: ((ctx: { params: any; state: any }) => unknown) | undefined
}

export type ToWorker =
  | {
      type: 'open'
      /** Comes back with every message that the call causes. */
      call: number
      work: Work
      /** Which of the call's workers this is, from 0; one that replaces another takes its number. */
      worker: number
      seed: number
      /** Announce each item before it runs, so that it can be timed from outside. */
      announce: boolean
    }
  | { type: 'chunk'; id: number; first: number; attempt: number; items: readonly unknown[] | Float64Array; spares?: ArrayBuffer[] }
  /** Abort the running item, if it is still this one; without an index whichever runs. */
  | { type: 'abort'; index?: number; reason: string }
  | { type: 'close' }

/** `call`: the open call it belongs to; a worker may have been given to the next one meanwhile. Absent where it concerns none. */
export type FromWorker = { call?: number } & Message

type Message =
  /** The module is loaded; everything above its first call has run. */
  | { type: 'booted' }
  /** The call's setup is done; items may run. */
  | { type: 'opened' }
  | { type: 'failed'; stage: 'import' | 'lookup' | 'setup'; code: string; error: ErrorRecord }
  | { type: 'begin'; index: number }
  | ResultsMessage
  /** An error escaped from one of this chunk's items; it must be run again item by item to know which. */
  | { type: 'stray'; id: number; error: ErrorRecord }
  | { type: 'late'; index: number; error: ErrorRecord }
  | { type: 'print'; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'warn'; index: number; message: string }
  | { type: 'closed'; error?: ErrorRecord }

/** The next results of a chunk. A chunk that takes long answers in parts; the last one says `done`. */
export interface ResultsMessage {
  call?: number
  type: 'results'
  id: number
  /** Index of the first item answered here. */
  first: number
  values: unknown[] | Float64Array
  /** Failures by index; `values` holds undefined there. */
  errors?: [index: number, code: string, error: ErrorRecord][]
  /** Milliseconds these items took, and about how many bytes their values hold. */
  time: number
  bytes: number
  done: boolean
}
