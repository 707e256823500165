import { randomInt } from 'node:crypto'
import { Dataset } from '../dataset/dataset.ts'
import { depthOf, IterableDataset, peelMaps } from '../dataset/iterable.ts'
import type { Sampler } from '../dataset/sampler.ts'
import { RandomSampler } from '../dataset/samplers.ts'
import { type Consumer, leavable, LEFT } from '../engine/leave.ts'
import { MillraceError } from '../core/errors.ts'
import { whereAmI } from '../tasks/in-worker.ts'
import { batchCount, type Batches, numberedBatches, pulledBatches, sampledBatches, streamedBatches, wholeOrder } from './batches.ts'
import type { Collated } from './collated.ts'
import { EpochRun } from './epoch.ts'
import type { EpochPlan, Recipe } from './fetch.ts'
import { checkLength, checkLoader, type CollateFn, type DataLoaderOptions } from './options.ts'
import { placeOf } from './place.ts'
import { checkState, type LoaderState, Position } from './state.ts'
import { type LoaderStats, Meter } from './stats.ts'
import { keepsState, type Step } from '../dataset/steps.ts'
import type { Parcel } from '../dataset/travel.ts'

type AnyDataset<T> = Dataset<T> | IterableDataset<T>

/** Gives the batches of a dataset, once for each loop over it. */
export interface DataLoader<Batch> extends AsyncIterable<Batch> {
  /**
   * The next epoch's batches; each one's order and random numbers follow from the seed and the epoch alone. Leaving the loop ends
   * the work.
   *
   * @throws ItemError for a sample that fails: `index` is the sample's, `cause` what the dataset threw.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined>
  /** How many batches an epoch has. @throws MillraceError `NO_LENGTH` where only running it would tell (streams, some samplers). */
  readonly length: number
  readonly seed: number
  /** Where the loader stands, as plain JSON, for the option `state`: behind the batch that the loop had last. */
  state(): LoaderState
  /** Where the time of the running (or the last) epoch goes, and a verdict in words. */
  stats(): LoaderStats
}

interface DataLoaderConstructor {
  new <T>(dataset: AnyDataset<T>, options: DataLoaderOptions & { batchSize: null; collateFn?: undefined }): DataLoader<T>
  new <T, Batch>(
    dataset: AnyDataset<T>,
    options: DataLoaderOptions & { batchSize: null; collateFn: (sample: T, index: number, ctx: any) => Batch },
  ): DataLoader<Awaited<Batch>>
  new <T, Batch>(
    dataset: AnyDataset<T>,
    options: DataLoaderOptions & { batchSize?: number | undefined; collateFn: CollateFn<T, Batch> },
  ): DataLoader<Awaited<Batch>>
  /**
   * @param dataset Map-style (`length` and `get`) or a stream (`iterate`).
   * @throws MillraceError `BAD_OPTION` for options that exclude each other, as in PyTorch; `BAD_STATE` for another loader's state.
   */
  new <T>(dataset: AnyDataset<T>, options?: DataLoaderOptions & { batchSize?: number | undefined }): DataLoader<Collated<T>>
}

type Options = DataLoaderOptions & { collateFn?: CollateFn<any, any> | ((sample: any, index: number, ctx: any) => unknown) | undefined }

let loaders = 0

class Loader implements DataLoader<unknown> {
  readonly seed: number
  readonly #dataset: AnyDataset<unknown>
  readonly #options: Options
  readonly #batchSize: number | null
  readonly #keep: string | undefined
  readonly #packed = new Map<boolean, Parcel>()
  #sampler: Sampler | undefined
  #nextEpoch: number
  /** What the first epoch goes on from. */
  #resume: LoaderState | undefined
  #position: Position
  #meter: Meter

  constructor(dataset: AnyDataset<unknown>, options: Options = {}) {
    const streams = dataset instanceof IterableDataset
    if (!streams && !isMapStyle(dataset)) {
      throw new MillraceError(
        'BAD_ARGUMENT',
        Array.isArray(dataset)
          ? 'DataLoader takes a Dataset; of an array fromArray(items) makes one.'
          : 'DataLoader takes a Dataset (length and get(index)) or an IterableDataset (iterate()).',
      )
    }
    checkLoader(options, streams)
    const { batchSize = 1, batchSampler, state, seed } = options
    this.#dataset = dataset
    this.#options = options
    this.#batchSize = batchSampler === undefined ? batchSize : 1
    this.#sampler = this.#samplerOf()
    if (state !== undefined) checkState(state, { seed, ...this.#identity() })
    this.seed = state?.seed ?? seed ?? randomInt(2 ** 31)
    this.#resume = state
    this.#nextEpoch = state?.epoch ?? 0
    this.#position = new Position(this.#nextEpoch, state)
    this.#meter = new Meter(this.#nextEpoch)
    if (options.persistentWorkers === true) this.#keep = `${process.pid}-${(loaders += 1)}`
  }

  get length(): number {
    const { batchSampler, dropLast = false } = this.#options
    const samples = batchSampler?.length ?? (this.#sampler ?? this.#dataset).length
    if (samples === undefined || (batchSampler !== undefined && batchSampler.length === undefined)) {
      throw new MillraceError(
        'NO_LENGTH',
        'How many batches an epoch has is known only when it ends: the dataset (or its sampler) has no length.',
      )
    }
    return batchSampler === undefined ? batchCount(samples, { batchSize: this.#batchSize, dropLast }) : samples
  }

  state(): LoaderState {
    return this.#position.toState({ seed: this.seed, ...this.#identity() })
  }

  stats(): LoaderStats {
    return this.#meter.stats()
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    return leavable((consumer) => this.#epoch(consumer))
  }

  #identity(): Pick<LoaderState, 'batchSize' | 'length' | 'sampler'> {
    const { length } = this.#dataset
    const sampler = (this.#options.batchSampler ?? this.#sampler)?.constructor.name
    return { batchSize: this.#batchSize, ...(length !== undefined && { length }), ...(sampler !== undefined && { sampler }) }
  }

  #samplerOf(): Sampler | undefined {
    const { sampler, shuffle = false } = this.#options
    if (sampler !== undefined) return 'indices' in sampler ? sampler : { length: sampler.length, indices: () => sampler }
    return shuffle ? new RandomSampler(this.#dataset as Dataset) : undefined
  }

  async *#epoch(consumer: Consumer): AsyncGenerator<unknown, void, undefined> {
    consumer.waits = true
    const where = whereAmI()
    if (where === 'module') await new Promise(() => {})
    const options = this.#options
    const epoch = this.#nextEpoch++
    const from = this.#resume
    this.#resume = undefined
    const position = (this.#position = new Position(epoch, from))
    const meter = (this.#meter = new Meter(epoch))
    const { signal } = consumer.left
    const abort = (): void => consumer.left.abort(options.signal!.reason)
    if (options.signal?.aborted === true) abort()
    options.signal?.addEventListener('abort', abort)
    const spares: ArrayBuffer[] | undefined = options.reuse === true ? [] : undefined
    try {
      const batches = this.#batches(epoch, position)
      const plan: EpochPlan = {
        batchSize: this.#batchSize,
        order: batches.order,
        length: batches.length,
        seed: this.seed,
        epoch,
        stage: this.#dataset instanceof IterableDataset ? depthOf(peelMaps(this.#dataset).source) : 0,
        skip: options.onError === 'skip',
      }
      const { recipe, worthwhile } = this.#recipe()
      const name = `The dataset ${this.#dataset.constructor.name}`
      const insideItem = where === 'item'
      const whereabouts = placeOf({ options, recipe, name, plan, worthwhile, insideItem, spares, keep: this.#keep, packed: this.#packed })
      meter.reason = () => whereabouts.reason
      const parts = {
        key: this,
        options,
        plan,
        batches,
        from: position.batches,
        whereabouts,
        position,
        meter,
        signal,
        spares,
        keepsState: [...recipe.maps, recipe.collateFn].some(keepsState),
      }
      for await (const { batch, buffers } of new EpochRun(parts).batches()) {
        const then = meter.delivers()
        consumer.waits = false
        yield batch
        consumer.waits = true
        signal.throwIfAborted()
        meter.asked(then)
        if (spares !== undefined) for (const buffer of buffers) spares.push(detached(buffer))
      }
      // Where another loop of this loader is under way, it is that one's position.
      if (this.#position === position) this.#position = new Position(epoch + 1)
    } catch (error) {
      if (error !== LEFT) throw error
    } finally {
      meter.end()
      options.signal?.removeEventListener('abort', abort)
    }
  }

  /** The batches of an epoch that are still to come. */
  #batches(epoch: number, position: Position): Batches {
    const { batchSampler, dropLast = false } = this.#options
    const key = { seed: this.seed, epoch }
    const rule = { batchSize: this.#batchSize, dropLast }
    const from = position.batches
    if (this.#dataset instanceof IterableDataset) {
      const { source } = peelMaps(this.#dataset)
      let number = from
      const items = streamedBatches(source, key, position.stream, rule, (after) => position.streamAfter.set(number++, after))
      return { items, length: 0 }
    }
    if (batchSampler !== undefined) return { items: sampledBatches(batchSampler, key, from), length: 0 }
    checkLength(this.#dataset.length)
    const sampler = this.#sampler
    if (sampler === undefined) return numberedBatches(this.#dataset.length, undefined, from, rule)
    const order = wholeOrder(sampler, key, true)
    if (order === undefined) return { items: pulledBatches(sampler, key, from, rule), length: 0 }
    return numberedBatches(order.length, order, from, rule)
  }

  /** What batches are made of, and whether workers could help with that. */
  #recipe(): { recipe: Recipe; worthwhile: boolean } {
    const { collateFn, workerInitFn } = this.#options
    const recipe: Recipe = { maps: [] }
    if (collateFn !== undefined) recipe.collateFn = collateFn as Step
    if (workerInitFn !== undefined) recipe.workerInitFn = workerInitFn
    if (this.#dataset instanceof IterableDataset) {
      recipe.maps = peelMaps(this.#dataset).maps as Step[]
      return { recipe, worthwhile: recipe.maps.length > 0 || collateFn !== undefined }
    }
    recipe.dataset = this.#dataset
    return { recipe, worthwhile: true }
  }
}

/** PyTorch's loader over a dataset: batches, shuffling, workers. Deterministic, and resumable in the middle of an epoch. */
export const DataLoader: DataLoaderConstructor = Loader

function isMapStyle(dataset: unknown): dataset is Dataset {
  if (dataset instanceof Dataset) return true
  const { get, length } = (dataset ?? {}) as { get?: unknown; length?: unknown }
  return typeof get === 'function' && typeof length === 'number'
}

/** The same memory under another name; the arrays of the batch that it was lose it. */
function detached(buffer: ArrayBuffer): ArrayBuffer {
  return structuredClone(buffer, { transfer: [buffer] })
}
