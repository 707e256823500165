import type { Executor } from '../core/executor.ts'
import type { ItemError } from '../core/item-error.ts'
import type { Sink } from '../core/sink.ts'
import type { ProgressOption } from '../parallel/progress.ts'

export interface JobOptions<Item = any, Params = any> {
  /**
   * The items: an array, anything that can be iterated, a Dataset (its samples are fetched in the workers) or an IterableDataset.
   * Default: the job's own `input`.
   */
  input?: unknown
  /** Where outputs go: a folder, or a sink. */
  out: string | Sink
  /** In place of the job's own defaults. */
  params?: Partial<Params>
  /** How many workers. Default: the CPUs this process may use. `0` runs the items in this thread, where one that ends it ends the run. */
  numWorkers?: number
  /** What the workers are: `'threads'` (default), `'processes'` for native code that may crash, or an executor object. */
  executor?: 'inline' | 'threads' | 'processes' | Executor
  /** Milliseconds an item may take, its retries included. Default: no limit. */
  timeout?: number
  /**
   * How often an item that failed is tried again. Default 0. What passes by itself (too many open files, a file in use, the network)
   * is tried again 4 times in any case, after growing pauses; what does not (no such file, a full disk, a bad name) never.
   */
  retries?: number
  /** The run stops in good order when so many items have failed. Default: never. */
  maxFailures?: number
  /**
   * What to do when an earlier run into the same output had other code, parameters or inputs: `'refuse'` (default) with the
   * difference; `'redo'` what it concerns; `'restart'`: take away what that run has made and begin anew.
   */
  onChange?: 'refuse' | 'redo' | 'restart'
  /** Run items again that have failed before. Default false. */
  retry?: boolean
  /**
   * When outputs and journal are flushed to the disk: every 500 items or second (`'batch'`, default), with each item, or never
   * (`'none'`: a killed program still loses nothing that was committed, a power cut may).
   */
  durability?: 'batch' | 'item' | 'none'
  /** Stops the run in good order: what is in flight is finished and committed. */
  signal?: AbortSignal
  /** `true` shows a bar on a terminal and plain lines elsewhere (on stderr); a function is called with the numbers instead. */
  progress?: ProgressOption
  /** Seed of `ctx.random`; an item's numbers depend on it and the item's number alone. Default 0. */
  seed?: number
  /** Inputs below this folder keep their folders in the output: `photos/cat/1.jpg` below `photos` goes to `cat/1/`. */
  root?: string
  /** Kept in the run's `run.json` for whoever goes on with it: plain JSON. */
  note?: Record<string, unknown>
  /** The items' type, for inference. */
  readonly _item?: Item
}

/** What became of an item, told when it is committed. */
export type JobOutcome<Metadata = unknown> =
  | { index: number; outputs: JobOutput[]; metadata: Metadata; error?: undefined }
  | { index: number; error: ItemError; outputs?: undefined; metadata?: undefined }

export interface JobOutput {
  /** Its path within the output, with `/` between its parts. */
  name: string
  size: number
  /** CRC-32 of its bytes. */
  crc: number
}

/** What a run came to. */
export interface JobSummary {
  /** Items that this run has done, and those that failed in it. */
  done: number
  failed: number
  /** Items that were done, or had failed, before, and were left as they are. */
  skipped: number
  /** All that are done or failed now. */
  totalDone: number
  totalFailed: number
  /** Everything was tried: the outputs are complete but for failures. */
  complete: boolean
  /** Why it ended early: its signal, or as many failures as `maxFailures`. */
  stopped?: 'signal' | 'failures'
  /** Milliseconds. */
  elapsed: number
  /** 0: in place. */
  numWorkers: number
  out: string
}
