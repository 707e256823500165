import type { Task } from '../core/task.ts'

/** What a stream is given when a pass over it begins. */
export interface EpochContext {
  readonly epoch: number
  readonly seed: number
  /** Where to go on: what the iterator's `state()` returned, in a loader that was made with `state`. */
  readonly state?: unknown
}

/**
 * What `iterate` returns. One with `state()` can be continued without reading again what was read: it returns plain JSON that says
 * where it stands after the items taken so far, and `iterate({ state })` goes on behind them. One without is continued by replay.
 */
export type Samples<T> = (Iterable<T> | AsyncIterable<T>) & { state?(): unknown }

/**
 * A dataset that can only be read from the front: a stream, a generator, a file that is too large. The main thread alone runs
 * the iterator, so that nothing is read twice; the `map`s at its end run in the workers.
 */
export abstract class IterableDataset<T = unknown> {
  /** How many samples a pass gives, where that is known. */
  readonly length?: number
  abstract iterate(ctx: EpochContext): Samples<T>
}

/** A function of a sample, called `(sample, index, ctx)`: self-contained, or a task. */
export type SampleMapper<T, U> = ((sample: T, index: number, ctx: any) => U) | Task<T, U, any, any>
