import type { Task } from '../core/task.ts'
import { randomOf } from '../core/random.ts'
import { MillraceError } from '../core/errors.ts'
import { isTask } from '../tasks/task.ts'
import { checkBoolean, checkWhole, shown } from './check.ts'
import { isThenable } from '../core/thenable.ts'
import { contextInPlace, type MapContext, type SampleContext } from './context.ts'
import { type InPlace, openMaps } from './in-place.ts'
import { Pass, type Position } from './position.ts'
import { Shuffled, type ShufflePosition } from './shuffle.ts'

/** What a stream is given when a pass over it begins. */
export interface EpochContext {
  readonly epoch: number
  readonly seed: number
  /** Where to go on: what `state()` returned in an earlier pass of the same seed and epoch. */
  readonly state?: unknown
}

/**
 * What `iterate` returns. One with `state()` can be continued without reading again what was read: it returns plain JSON that says
 * where it stands after the items taken so far, a new object each time, and `iterate({ state })` goes on behind them. One without is
 * continued by replay.
 */
export type Samples<T> = (Iterable<T> | AsyncIterable<T>) & { state?(): unknown }

/** A function of a sample, called `(sample, index, ctx)`: self-contained, or a task. */
export type SampleMapper<T, U> = ((sample: T, index: number, ctx: MapContext) => U) | Task<T, U, any, any>

/** Whether a sample stays. It may look at other variables: it runs where the stream is read, never in a worker. */
export type SampleFilter<T> = (sample: T, index: number, ctx: SampleContext) => boolean | Promise<boolean>

/* eslint-disable-next-line typescript/no-unsafe-declaration-merging, no-unused-vars -- so that a class may have it as a field or as a getter */
export interface IterableDataset<T> {
  /** How many samples a pass gives, where that is known. */
  readonly length?: number | undefined
}

/**
 * A dataset that can only be read from the front: a stream, a generator, a file that is too large. The main thread alone runs
 * the iterator, so that nothing is read twice; the `map`s at its end run in the workers.
 *
 * @example
 * class Countdown extends IterableDataset<number> {
 *   *iterate() { for (let i = 10; i > 0; i--) yield i }
 * }
 * for await (const n of new Countdown().filter((n) => n % 2 === 0).map((n) => n * n)) console.log(n)   // 100, 64, ...
 */
/* eslint-disable-next-line typescript/no-unsafe-declaration-merging */
export abstract class IterableDataset<T = unknown> {
  /** Begins a pass. */
  abstract iterate(ctx: EpochContext): Samples<T>

  /** The samples in place, maps included (epoch 0, seed 0): for `for await`, and as the items of `parallel`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    return new Pass(this, { epoch: 0, seed: 0 })
  }

  /**
   * Each sample through a function or task, called `(sample, index, ctx)`, where `index` counts the samples of this stream. In a
   * DataLoader with workers the maps at the end of a stream run there, so they should be last; a function is then sent as source.
   */
  map<U>(fn: SampleMapper<T, U>): MapIterable<T, Awaited<U>> {
    return new MapIterable(this, fn as SampleMapper<T, Awaited<U>>)
  }

  /** The samples for which `keep(sample, index, ctx)` is true. It runs where the stream is read, and may use outer variables. */
  filter<S extends T>(keep: (sample: T, index: number, ctx: SampleContext) => sample is S): FilterIterable<S>
  filter(keep: SampleFilter<T>): FilterIterable<T>
  filter(keep: SampleFilter<T>): FilterIterable<T> {
    return new FilterIterable(this, keep)
  }

  /** Lists of `size` samples; the last one may be shorter, unless `dropLast` leaves it out. */
  batch(size: number, options: { dropLast?: boolean } = {}): BatchIterable<T> {
    return new BatchIterable(this, size, options)
  }

  /**
   * A random sample of the next `bufferSize` each time, as tf.data and torchdata shuffle; the order follows from seed and epoch.
   * The stream may be endless. With a buffer as large as the stream every order is equally likely.
   */
  shuffle(bufferSize: number): ShuffleIterable<T> {
    return new ShuffleIterable(this, bufferSize)
  }
}

/** Keeps where it stands itself, beside where its source stands. */
interface StagePosition {
  /** Samples of the source seen. */
  readonly seen: number
  readonly source?: Position
}

/** See `IterableDataset.map`. */
export class MapIterable<T, U> extends IterableDataset<U> {
  readonly source: IterableDataset<T>
  /** Takes a T; said so, a stream of numbers would be no stream of unknowns. */
  readonly fn: SampleMapper<any, U>

  constructor(source: IterableDataset<T>, fn: SampleMapper<T, U>) {
    super()
    if (typeof fn !== 'function' && !isTask(fn)) {
      throw new MillraceError('BAD_ARGUMENT', `map takes a function or a task, and received ${shown(fn)}.`)
    }
    this.source = source
    this.fn = fn
  }

  override get length(): number | undefined {
    return this.source.length
  }

  iterate({ seed, epoch, state }: EpochContext): Samples<U> {
    const { source, maps } = peelMaps(this)
    const from = state as StagePosition | undefined
    let seen = from?.seen ?? 0
    const pass = new Pass(source, { seed, epoch }, from?.source)
    const stage = depthOf(source)
    async function* run(): AsyncGenerator<U, void, undefined> {
      let opened: InPlace | undefined
      try {
        opened = await openMaps(maps)
        for await (const sample of pass) {
          const index = seen++
          yield opened.run(sample, index, contextInPlace(seed, epoch, index, stage)) as U // awaits what it yields
        }
      } finally {
        await pass.return()
        await opened?.close()
      }
    }
    return Object.assign(run(), { state: (): StagePosition => ({ seen, source: pass.position() }) })
  }
}

/** See `IterableDataset.filter`. */
export class FilterIterable<T> extends IterableDataset<T> {
  readonly source: IterableDataset<T>
  readonly keep: SampleFilter<any>

  constructor(source: IterableDataset<any>, keep: SampleFilter<any>) {
    super()
    if (typeof keep !== 'function') throw new MillraceError('BAD_ARGUMENT', `filter takes a function, and received ${shown(keep)}.`)
    this.source = source
    this.keep = keep
  }

  iterate({ seed, epoch, state }: EpochContext): Samples<T> {
    const from = state as StagePosition | undefined
    let seen = from?.seen ?? 0
    const { keep } = this
    const pass = new Pass(this.source, { seed, epoch }, from?.source)
    const stage = depthOf(this.source)
    async function* run(): AsyncGenerator<T, void, undefined> {
      for await (const sample of pass) {
        const index = seen++
        const stays = keep(sample, index, contextInPlace(seed, epoch, index, stage))
        if (isThenable(stays) ? await stays : stays) yield sample
      }
    }
    return Object.assign(run(), { state: (): StagePosition => ({ seen, source: pass.position() }) })
  }
}

/** See `IterableDataset.batch`. */
export class BatchIterable<T> extends IterableDataset<T[]> {
  readonly source: IterableDataset<T>
  readonly size: number
  readonly dropLast: boolean

  /** @throws MillraceError `BAD_OPTION` */
  constructor(source: IterableDataset<T>, size: number, { dropLast = false }: { dropLast?: boolean } = {}) {
    super()
    checkWhole("batch's size", size, 1)
    checkBoolean("batch's dropLast", dropLast)
    this.source = source
    this.size = size
    this.dropLast = dropLast
  }

  override get length(): number | undefined {
    const { length } = this.source
    return length === undefined ? undefined : Math[this.dropLast ? 'floor' : 'ceil'](length / this.size)
  }

  iterate({ seed, epoch, state }: EpochContext): Samples<T[]> {
    const { size, dropLast } = this
    const pass = new Pass(this.source, { seed, epoch }, state as Position | undefined)
    async function* run(): AsyncGenerator<T[], void, undefined> {
      let batch: T[] = []
      for await (const sample of pass) {
        if (batch.push(sample) < size) continue
        yield batch
        batch = []
      }
      if (batch.length > 0 && !dropLast) yield batch
    }
    return Object.assign(run(), { state: (): Position => pass.position() })
  }
}

/** See `IterableDataset.shuffle`. */
export class ShuffleIterable<T> extends IterableDataset<T> {
  readonly source: IterableDataset<T>
  readonly bufferSize: number

  /** @throws MillraceError `BAD_OPTION` */
  constructor(source: IterableDataset<T>, bufferSize: number) {
    super()
    checkWhole("shuffle's bufferSize", bufferSize, 1)
    this.source = source
    this.bufferSize = bufferSize
  }

  override get length(): number | undefined {
    return this.source.length
  }

  iterate({ seed, epoch, state }: EpochContext): Samples<T> {
    const start = (from?: Position): Pass<T> => new Pass(this.source, { seed, epoch }, from)
    // No sample has index -1, so these are not the numbers of any.
    const random = randomOf(seed, epoch + 1, -1, depthOf(this.source))
    const shuffled = new Shuffled(start, this.bufferSize, random, state as ShufflePosition | undefined)
    return Object.assign(shuffled.samples(), { state: () => shuffled.position() })
  }
}

/** A stream without the maps at its end, and those maps, the first to run first: what workers do. */
export function peelMaps(dataset: IterableDataset<any>): { source: IterableDataset<any>; maps: SampleMapper<any, any>[] } {
  const maps: SampleMapper<any, any>[] = []
  let source = dataset
  for (; source instanceof MapIterable; source = source.source) maps.unshift(source.fn)
  return { source, maps }
}

/** How many stages (`map`, `filter`, `batch`, `shuffle`) a stream has above its own source; see `sampleRandom`. */
export function depthOf(dataset: IterableDataset<any>): number {
  const isStage =
    dataset instanceof MapIterable ||
    dataset instanceof FilterIterable ||
    dataset instanceof BatchIterable ||
    dataset instanceof ShuffleIterable
  return isStage ? 1 + depthOf(dataset.source) : 0
}
