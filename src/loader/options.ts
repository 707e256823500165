import { inspect } from 'node:util'
import { MillraceError } from '../core/errors.ts'
import type { Executor } from '../core/executor.ts'
import type { Task } from '../core/task.ts'
import type { SampleContext } from '../dataset/dataset.ts'
import type { BatchSamplerLike, Sampler } from '../dataset/sampler.ts'
import type { WorkerInfo } from './fetch-task.ts'
import { isTask } from '../tasks/task.ts'
import type { LoaderState } from './state.ts'

/** Makes a batch of samples, in the worker: a self-contained function, or a task. */
export type CollateFn<T, Batch> = ((samples: T[], index: number, ctx: SampleContext) => Batch) | Task<T[], Batch, any, any>

export interface DataLoaderOptions {
  /** Samples in a batch. Default 1. `null`: no batches, the samples themselves. */
  batchSize?: number | null | undefined
  /** Another order each epoch. Default false. */
  shuffle?: boolean | undefined
  /** Which samples, in what order, instead of `shuffle`: a Sampler, or a list of indices. */
  sampler?: Sampler | readonly number[] | Uint32Array | undefined
  /** Which samples make which batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: BatchSamplerLike | readonly (readonly number[])[] | undefined
  /**
   * How many workers. Default: automatic, which starts in this thread, measures, and moves to a thread for each CPU when that pays.
   * 0: this thread. 1 or more: so many worker threads, from the start.
   */
  numWorkers?: number | undefined
  /** Leave out a last batch that is not full. Default false. */
  dropLast?: boolean | undefined
  /** Milliseconds a batch may take in its worker; what takes longer fails (or is skipped), its worker is ended. Default: no limit. */
  timeout?: number | undefined
  /** Runs once in each worker before its first sample, with `{ id, numWorkers, seed, dataset }`. A self-contained function or a task. */
  workerInitFn?: ((info: WorkerInfo, id: number, ctx: any) => unknown) | Task<WorkerInfo, unknown, any, any> | undefined
  /** Batches loaded in advance for each worker. Default: what keeps workers busy, within `maxBufferedBytes`; never fewer than 2. */
  prefetchFactor?: number | undefined
  /** Workers keep the dataset from one epoch to the next: changes of it are not seen by them. Default false. */
  persistentWorkers?: boolean | undefined
  /** Batches in the order of the sampler. Default true; false gives them as they finish. */
  inOrder?: boolean | undefined
  /**
   * Seed of the order and of every random number: the same seed gives the same epochs, whatever the number of workers. Default: a
   * new one for each loader (`loader.seed`).
   */
  seed?: number | undefined
  /** `'throw'` (default): a failing sample ends the loop. `'skip'`: it is left out, counted and listed (`loader.stats().skipped`). */
  onError?: 'throw' | 'skip' | undefined
  /** How often a batch that failed is tried again. Default 0. */
  retries?: number | undefined
  /** `'threads'` (default), `'processes'` for native code that may crash, or an executor that keeps its workers until closed. */
  executor?: 'inline' | 'threads' | 'processes' | Executor | undefined
  /** Bytes of finished batches that may wait for a slow consumer, beside what workers are at. Default 64 MiB. */
  maxBufferedBytes?: number | undefined
  /**
   * Recycle memory: a batch is valid until the next one is asked for, then its arrays are detached (their length is 0) and written to
   * again. Saves the pages of fresh memory. Default false: a batch is the consumer's own.
   */
  reuse?: boolean | undefined
  /** Where to go on: what `loader.state()` gave, in this program or an earlier one. */
  state?: LoaderState | undefined
  /** Ends the loop with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Says on stderr (or to a function) where the batches are made, and why. */
  explain?: (boolean | ((reason: string) => void)) | undefined
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
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    refuse(`DataLoader takes its options as an object, as in new DataLoader(dataset, { batchSize: 32 }), not ${shown(options)}.`)
  }
  for (const key of Object.keys(options)) {
    if (!(key in KNOWN)) refuse(`DataLoader has no option ${JSON.stringify(key)}; it knows ${Object.keys(KNOWN).join(', ')}.`)
  }
  checkTypes(options)
  const { batchSize, shuffle, sampler, batchSampler, numWorkers, dropLast, prefetchFactor, persistentWorkers, workerInitFn, timeout } =
    options
  if (numWorkers === 0 || options.executor === 'inline') {
    const none = (what: string): never => refuse(`${what}, and numWorkers: 0 has none. Leave it out, or set numWorkers.`)
    if (prefetchFactor !== undefined) none('prefetchFactor says what workers do in advance')
    if (persistentWorkers === true) none('persistentWorkers needs workers')
    if (timeout !== undefined) none('timeout can only end a batch that is made in a worker')
    if (workerInitFn !== undefined) none('workerInitFn runs in workers')
  }
  if (streams) {
    const given = { shuffle: shuffle === true, sampler: sampler !== undefined, batchSampler: batchSampler !== undefined }
    for (const [name, isGiven] of Object.entries(given)) {
      if (!isGiven) continue
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

function checkTypes(options: DataLoaderOptions & { collateFn?: unknown }): void {
  const { batchSize, sampler, batchSampler, timeout, seed, onError, executor, signal } = options
  for (const name of ['numWorkers', 'retries'] as const) whole(name, options[name], 0)
  for (const name of ['prefetchFactor', 'maxBufferedBytes'] as const) whole(name, options[name], 1)
  if (batchSize !== null) whole('batchSize', batchSize, 1)
  for (const name of ['shuffle', 'dropLast', 'inOrder', 'reuse', 'persistentWorkers'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'boolean') refuse(`${name} is true or false, not ${shown(options[name])}.`)
  }
  for (const name of ['collateFn', 'workerInitFn'] as const) {
    const step: unknown = options[name]
    if (step !== undefined && typeof step !== 'function' && !isTask(step)) refuse(`${name} is a function or a task, not ${shown(step)}.`)
  }
  if (sampler !== undefined && typeof sampler !== 'object') refuse(`sampler is a Sampler or a list of indices, not ${shown(sampler)}.`)
  if (batchSampler !== undefined && !Array.isArray(batchSampler) && typeof (batchSampler as BatchSamplerLike)?.batches !== 'function') {
    refuse(`batchSampler is a BatchSampler or a list of lists of indices, not ${shown(batchSampler)}.`)
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse(`seed is an integer below 2^53, not ${shown(seed)}.`)
  if (timeout !== undefined && !(timeout > 0 && timeout < 2 ** 31)) {
    refuse(`timeout is a number of milliseconds above 0 (leave it out for no limit), not ${shown(timeout)}.`)
  }
  if (onError !== undefined && onError !== 'throw' && onError !== 'skip') refuse(`onError is 'throw' or 'skip', not ${shown(onError)}.`)
  const isExecutor =
    typeof executor === 'object' ? typeof executor?.start === 'function' : [undefined, 'inline', 'threads', 'processes'].includes(executor)
  if (!isExecutor) refuse(`executor is 'threads', 'processes', 'inline' or an executor object, not ${shown(executor)}.`)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse(`signal is an AbortSignal (of a controller, its .signal), not ${shown(signal)}.`)
}

/** A dataset's length as a loader needs it. */
export function checkLength(length: unknown): number {
  if (Number.isSafeInteger(length) && (length as number) >= 0) return length as number
  const hint = typeof length === 'function' ? ': write it as a getter, get length() { ... }' : ''
  throw new MillraceError('BAD_LENGTH', `The dataset's length is a whole number from 0, not ${shown(length)}${hint}.`)
}

function whole(name: string, value: unknown, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= least)) {
    refuse(`${name} is a whole number of at least ${least}, not ${shown(value)}.`)
  }
}

/** A value as it is written in a program. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60, maxArrayLength: 5 })
}

function refuse(message: string): never {
  throw new MillraceError('BAD_OPTION', message)
}
