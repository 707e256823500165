import { type ErrorRecord, recordError } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import type { Context } from '../core/task.ts'
import { isThenable } from '../core/thenable.ts'
import { newArray } from '../core/tensor.ts'
import { type SampleContext, sampleRandom } from '../dataset/context.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { CollateError, collateInto } from './collate.ts'
import { BatchMemory } from './memory.ts'
import { closeSteps, type OpenStep, openSteps, type Step } from '../dataset/steps.ts'

/**
 * One batch to fetch: its number, where the order of the epoch is known beforehand; its indices; or samples that the main thread
 * took from a stream, the first of which has the ordinal `first`.
 */
export type BatchItem = number | { indices: readonly number[] } | { samples: readonly unknown[]; first: number }

/** A batch, and what is to be said about it. */
export interface Fetched {
  batch: unknown
  /** How many samples are in it. */
  count: number
  /** Buffers that hold the batch's numbers, and nothing else. */
  buffers: ArrayBuffer[]
  /** Milliseconds by stage. */
  times: Record<string, number>
  /** Samples that were left out, by index. */
  skipped: [index: number, error: ErrorRecord][]
  warnings: [index: number, message: string][]
}

/** What a batch is made of, wherever that happens. */
export interface Recipe {
  /** Map-style; absent for streams. */
  dataset?: Dataset | undefined
  /** Of a stream: what its samples go through. */
  maps: Step[]
  collateFn?: Step | undefined
  workerInitFn?: Step | undefined
}

/** The same, ready to run: the setups of its tasks have run. */
export interface OpenRecipe {
  dataset: Dataset | undefined
  maps: OpenStep[]
  collateFn: OpenStep | undefined
}

export async function openRecipe({ dataset, maps, collateFn }: Recipe, worker: number): Promise<OpenRecipe> {
  const opened = await openSteps(collateFn === undefined ? maps : [...maps, collateFn], worker)
  return { dataset, maps: opened.slice(0, maps.length), collateFn: opened[maps.length] }
}

export async function closeRecipe({ maps, collateFn }: OpenRecipe): Promise<void> {
  await closeSteps(collateFn === undefined ? maps : [...maps, collateFn])
}

/** What tells this epoch from others. */
export interface EpochPlan {
  /** null: no batches, the samples themselves. */
  batchSize: number | null
  /** The order of the samples; absent where it is 0, 1, 2, ... */
  order?: Uint32Array | undefined
  /** How many samples the epoch has, where batches have numbers. */
  length: number
  seed: number
  epoch: number
  /** Tells the random numbers of a stream's maps from those of the stages below them. */
  stage: number
  skip: boolean
}

/** A sample's failure on its way to the main thread. */
export class SampleFailure extends Error {
  readonly sampleIndex: number

  constructor(sampleIndex: number, cause: unknown) {
    super('a sample failed', { cause })
    this.name = 'SampleFailure'
    this.sampleIndex = sampleIndex
  }
}

/** Makes batches, in a worker or in place. */
export class Fetcher {
  readonly #recipe: OpenRecipe
  readonly #plan: EpochPlan
  readonly #spares: ArrayBuffer[]

  /** @param spares Buffers to write batches to; taken from as needed. */
  constructor(recipe: OpenRecipe, plan: EpochPlan, spares: ArrayBuffer[] = []) {
    this.#recipe = recipe
    this.#plan = plan
    this.#spares = spares
  }

  async fetch(item: BatchItem, call: Context<any, any>): Promise<Fetched> {
    const { batchSize, skip, order, length } = this.#plan
    const { maps, collateFn } = this.#recipe
    const numbered = typeof item === 'number'
    const size = batchSize ?? 1
    const from = numbered ? item * size : 'first' in item ? item.first : 0
    const list = numbered ? order : 'indices' in item ? item.indices : undefined
    const count = numbered ? Math.min(size, length - from) : 'indices' in item ? item.indices.length : item.samples.length
    const fetched: Fetched = { batch: undefined, count: 0, buffers: [], times: { get: 0, collate: 0 }, skipped: [], warnings: [] }
    // What a collateFn gets, or the consumer without one, must be memory of its own.
    const memory = batchSize !== null && collateFn === undefined ? new BatchMemory(this.#spares, count) : undefined
    const sample = new Sample(this.#plan, call, fetched, memory)
    const started = performance.now()
    const samples: unknown[] = []
    const indices: number[] = []
    for (let i = 0; i < count; i++) {
      const index = list === undefined ? from + i : list[numbered ? from + i : i]!
      sample.begin(index)
      memory?.begin(samples.length)
      try {
        let value = this.#get(item, index, i, sample)
        if (isThenable(value)) value = await value
        for (const map of maps) {
          value = sample.run(map, value)
          if (isThenable(value)) value = await value
        }
        samples.push(value)
        indices.push(index)
      } catch (thrown) {
        if (!skip) throw new SampleFailure(index, thrown)
        fetched.skipped.push([index, recordError(thrown)])
      }
    }
    const got = performance.now()
    fetched.times['get'] = got - started
    fetched.count = samples.length
    if (samples.length === 0) return fetched
    sample.begin(indices[0]!)
    if (collateFn !== undefined) {
      const value = sample.run(collateFn, batchSize === null ? samples[0] : samples)
      fetched.batch = isThenable(value) ? await value : value
    } else if (memory === undefined) fetched.batch = samples[0]
    else this.#collate(samples, indices, memory, fetched)
    fetched.times['collate'] = performance.now() - got
    return fetched
  }

  /** Under `skip` a sample that does not go with the first is left out. */
  #collate(samples: unknown[], indices: number[], memory: BatchMemory, fetched: Fetched): void {
    while (true) {
      try {
        fetched.batch = collateInto(samples, indices, memory.memory)
        fetched.buffers = memory.used
        fetched.count = samples.length
        return
      } catch (error) {
        const place = error instanceof CollateError ? error.place : 0
        if (!this.#plan.skip || !(error instanceof CollateError)) throw new SampleFailure(indices[place]!, error)
        fetched.skipped.push([indices[place]!, recordError(error)])
        samples.splice(place, 1)
        indices.splice(place, 1)
        memory.scatter()
      }
    }
  }

  #get(item: BatchItem, index: number, place: number, ctx: SampleContext): unknown {
    const { dataset } = this.#recipe
    if (dataset === undefined) return (item as { samples: readonly unknown[] }).samples[place]
    const { length } = dataset
    if (!(index >= 0 && index < length && Number.isInteger(index))) {
      throw new MillraceError('BAD_INDEX', `The dataset has the samples 0 to ${length - 1}, but the sampler asked for ${String(index)}.`)
    }
    return dataset.get(index, ctx)
  }
}

/** The context of the sample that is being made. One object serves a batch; what costs something is made when it is asked for. */
class Sample implements SampleContext {
  readonly #plan: EpochPlan
  readonly #call: Context<any, any>
  readonly #fetched: Fetched
  readonly #memory: BatchMemory | undefined
  #index = 0
  #random: (() => number) | undefined
  params: unknown = {}
  state: unknown

  constructor(plan: EpochPlan, call: Context<any, any>, fetched: Fetched, memory: BatchMemory | undefined) {
    this.#memory = memory
    this.#plan = plan
    this.#call = call
    this.#fetched = fetched
  }

  begin(index: number): void {
    this.#index = index
    this.#random = undefined
  }

  run(step: OpenStep, item: unknown): unknown {
    this.params = step.params
    this.state = step.state
    return step.run(item, this.#index, this)
  }

  get epoch(): number {
    return this.#plan.epoch
  }

  get attempt(): number {
    return this.#call.attempt
  }

  get random(): () => number {
    return (this.#random ??= sampleRandom(this.#plan.seed, this.#plan.epoch, this.#index, this.#plan.stage))
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  get warn(): (message: string) => void {
    const index = this.#index
    return (message) => void this.#fetched.warnings.push([index, message])
  }

  get allocate(): SampleContext['allocate'] {
    return this.#memory?.allocate ?? newArray
  }

  get time(): <R>(stage: string, work: () => R) => R {
    return (stage, work) => timed(this.#fetched.times, stage, work)
  }
}

function timed<R>(times: Record<string, number>, stage: string, work: () => R): R {
  const started = performance.now()
  const count = (): void => void (times[stage] = (times[stage] ?? 0) + performance.now() - started)
  const result = work()
  if (!isThenable(result)) {
    count()
    return result
  }
  return (result as unknown as Promise<unknown>).then((value) => (count(), value)) as R
}
