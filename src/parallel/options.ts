import type { Executor } from '../core/executor.ts'
import type { ProgressOption } from './progress.ts'

export interface ParallelOptions {
  /**
   * How many workers. Default: the CPUs this process may use (affinity and cgroup quota counted). `0` is a plain loop in this
   * thread, for debugging; `1` runs in place too, unless a time-out, a `setup` or processes are asked for. More workers than CPUs help only when items wait
   * for a network.
   */
  numWorkers?: number
  /**
   * Where the items run. Default: automatic, which starts in place and moves to threads when that pays. `'threads'` forces
   * threads, `'processes'` is for native code that may crash; an object (`threads({ numWorkers: 4 })`) keeps its workers warm
   * until it is closed.
   */
  executor?: 'inline' | 'threads' | 'processes' | Executor
  /**
   * `'throw'` (default): the first failure ends the call; the ItemError carries the outcomes finished so far in `results`.
   * `'collect'`: every item gives an Outcome, `{ index, value }` or `{ index, error }`, and the call never fails for an item.
   */
  onError?: 'throw' | 'collect'
  /**
   * Milliseconds an item may take. When they have passed, `ctx.signal` is aborted; 40 ms later the worker is ended and replaced.
   * Costs a message an item (some microseconds). Default: no limit.
   */
  timeout?: number
  /** How often an item that failed is tried again, by a time-out or a dead worker too. Default 0. */
  retries?: number
  /**
   * Items sent to a worker at once. Default: measured, about 10 ms of work and 1 MB. A worker that dies loses the unanswered
   * items of its chunk; they are run again one by one.
   */
  chunkSize?: number
  /** Seed of `ctx.random`; an item's numbers depend on it and the item's index alone. Default 0. */
  seed?: number
  /** Gives the call up: running items see it as `ctx.signal`, and after 40 ms their workers are ended. The call rejects with its reason. */
  signal?: AbortSignal
  /** `true` shows a bar on a terminal and plain lines elsewhere (on stderr); a function is called with the numbers instead. */
  progress?: ProgressOption
  /** How many items there are, for the progress of an input that can't say so itself. */
  total?: number
  /** Is told where the call runs and why, in a sentence. `true` prints it on stderr. */
  explain?: boolean | ((reason: string) => void)
}

export interface StreamOptions extends ParallelOptions {
  /** `false` gives results as they finish instead of in input order. Default true. */
  ordered?: boolean
}
