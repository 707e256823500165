import { MillraceError } from '../core/errors.ts'
import type { Executor } from '../core/executor.ts'
import type { Task } from '../core/task.ts'
import type { SampleContext } from '../dataset/dataset.ts'
import type { BatchSamplerLike, Sampler } from '../dataset/sampler.ts'
import type { WorkerInfo } from './fetch-task.ts'
import type { LoaderState } from './state.ts'

/** Makes a batch of samples, in the worker: a self-contained function, or a task. */
export type CollateFn<T, Batch> = ((samples: T[], index: number, ctx: SampleContext) => Batch) | Task<T[], Batch, any, any>

export interface DataLoaderOptions {
  /** Samples in a batch. Default 1. `null`: no batches, the samples themselves. */
  batchSize?: number | null
  /** Another order each epoch. Default false. */
  shuffle?: boolean
  /** Which samples, in what order, instead of `shuffle`: a Sampler, or a list of indices. */
  sampler?: Sampler | readonly number[] | Uint32Array
  /** Which samples make which batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: BatchSamplerLike
  /**
   * How many workers. Default: automatic, which starts in this thread, measures, and moves to a thread for each CPU when that pays.
   * 0: this thread. 1 or more: so many worker threads, from the start.
   */
  numWorkers?: number
  /** Leave out a last batch that is not full. Default false. */
  dropLast?: boolean
  /** Milliseconds a batch may take in its worker; what takes longer fails (or is skipped), its worker is ended. Default: no limit. */
  timeout?: number
  /** Runs once in each worker before its first sample, with `{ id, numWorkers, seed, dataset }`. A self-contained function or a task. */
  workerInitFn?: ((info: WorkerInfo, id: number, ctx: any) => unknown) | Task<WorkerInfo, unknown, any, any>
  /** Batches loaded in advance for each worker. Default: what keeps workers busy, within `maxBufferedBytes`; never fewer than 2. */
  prefetchFactor?: number
  /** Workers keep the dataset from one epoch to the next: changes of it are not seen by them. Default false. */
  persistentWorkers?: boolean
  /** Batches in the order of the sampler. Default true; false gives them as they finish. */
  inOrder?: boolean
  /**
   * Seed of the order and of every random number: the same seed gives the same epochs, whatever the number of workers. Default: a
   * new one for each loader (`loader.seed`).
   */
  seed?: number
  /** `'throw'` (default): a failing sample ends the loop. `'skip'`: it is left out, counted and listed (`loader.stats().skipped`). */
  onError?: 'throw' | 'skip'
  /** How often a batch that failed is tried again. Default 0. */
  retries?: number
  /** `'threads'` (default), `'processes'` for native code that may crash, or an executor that keeps its workers until closed. */
  executor?: 'inline' | 'threads' | 'processes' | Executor
  /** Bytes of finished batches that may wait for a slow consumer, beside what workers are at. Default 64 MiB. */
  maxBufferedBytes?: number
  /**
   * Recycle memory: a batch is valid until the next one is asked for, then its arrays are detached (their length is 0) and written to
   * again. Saves the pages of fresh memory. Default false: a batch is the consumer's own.
   */
  reuse?: boolean
  /** Where to go on: what `loader.state()` gave, in this program or an earlier one. */
  state?: LoaderState
  /** Ends the loop with the signal's reason. */
  signal?: AbortSignal
  /** Says on stderr (or to a function) where the batches are made, and why. */
  explain?: boolean | ((reason: string) => void)
}

const KNOWN: Record<keyof DataLoaderOptions | 'collateFn', true> = {
  batchSize: true,
  shuffle: true,
  sampler: true,
  batchSampler: true,
  numWorkers: true,
  collateFn: true,
  dropLast: true,
  timeout: true,
  workerInitFn: true,
  prefetchFactor: true,
  persistentWorkers: true,
  inOrder: true,
  seed: true,
  onError: true,
  retries: true,
  executor: true,
  maxBufferedBytes: true,
  reuse: true,
  state: true,
  signal: true,
  explain: true,
}

/** PyTorch's rules about what excludes what, and what types would have refused. */
export function checkLoader(options: DataLoaderOptions & { collateFn?: unknown }, streams: boolean): void {
  for (const key of Object.keys(options)) {
    if (!(key in KNOWN)) refuse(`DataLoader has no option ${JSON.stringify(key)}; it knows ${Object.keys(KNOWN).join(', ')}.`)
  }
  const { batchSize, shuffle, sampler, batchSampler, numWorkers, dropLast, prefetchFactor, persistentWorkers, workerInitFn, timeout } =
    options
  whole('numWorkers', numWorkers, 0)
  whole('prefetchFactor', prefetchFactor, 1)
  whole('retries', options.retries, 0)
  whole('maxBufferedBytes', options.maxBufferedBytes, 1)
  if (batchSize !== null) whole('batchSize', batchSize, 1)
  if (options.seed !== undefined && !Number.isSafeInteger(options.seed)) refuse(`seed must be an integer, not ${String(options.seed)}.`)
  if (timeout !== undefined && !(timeout > 0 && timeout < 2 ** 31)) {
    refuse(`timeout is a number of milliseconds above 0 (leave it out for no limit), not ${String(timeout)}.`)
  }
  if (options.onError !== undefined && !['throw', 'skip'].includes(options.onError)) {
    refuse(`onError is 'throw' or 'skip', not ${JSON.stringify(options.onError)}.`)
  }
  if (numWorkers === 0 || options.executor === 'inline') {
    if (prefetchFactor !== undefined)
      refuse('prefetchFactor says what workers do in advance, and numWorkers: 0 has none. Leave it out, or set numWorkers.')
    if (persistentWorkers === true) refuse('persistentWorkers needs workers, and numWorkers: 0 has none. Leave it out, or set numWorkers.')
    if (timeout !== undefined)
      refuse('timeout can only end a batch that is made in a worker, and numWorkers: 0 has none. Leave it out, or set numWorkers.')
    if (workerInitFn !== undefined) refuse('workerInitFn runs in workers, and numWorkers: 0 has none. Leave it out, or set numWorkers.')
  }
  if (streams) {
    const given = [shuffle === true && 'shuffle', sampler !== undefined && 'sampler', batchSampler !== undefined && 'batchSampler']
    for (const name of given) {
      if (name === false) continue
      refuse(
        `An IterableDataset gives its samples in its own order, so the loader takes no ${name}. Use dataset.shuffle(bufferSize), or a map-style Dataset.`,
      )
    }
  }
  if (sampler !== undefined && shuffle === true) {
    refuse('sampler and shuffle exclude each other: the sampler says the order. Leave shuffle out, or shuffle in the sampler.')
  }
  if (batchSampler !== undefined && (batchSize !== undefined || shuffle === true || sampler !== undefined || dropLast === true)) {
    refuse('batchSampler excludes batchSize, shuffle, sampler and dropLast: it says what each batch is. Leave those out.')
  }
  if (batchSize === null && dropLast === true) {
    refuse('batchSize: null makes no batches, so there is no last one to drop. Leave dropLast out, or set batchSize.')
  }
  if (batchSize === null && options.reuse === true) {
    refuse('reuse recycles the memory of batches, and batchSize: null makes none. Leave reuse out, or set batchSize.')
  }
}

function whole(name: string, value: unknown, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= least)) {
    refuse(`${name} is a whole number of at least ${least}, not ${JSON.stringify(value) ?? String(value)}.`)
  }
}

function refuse(message: string): never {
  throw new MillraceError('BAD_OPTION', message)
}
