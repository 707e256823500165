import { registerClass } from '../tasks/classes.ts'

/** What a dataset is given beside the index of a sample. */
export interface SampleContext {
  /** Doubles in [0, 1), the same for the same seed, epoch and index whatever the number of workers, batches or retries. */
  readonly random: () => number
  /** Which pass over the dataset this is, from 0. */
  readonly epoch: number
  /** Aborted when the batch's time-out passes or the loader is left. */
  readonly signal: AbortSignal
  /** Reports something that is not a failure. Warnings are counted, and listed when the epoch ends. */
  readonly warn: (message: string) => void
  /** Runs a part of the work and counts its time under a name (`read`, `decode`, ...) in `loader.stats()`. */
  readonly time: <R>(stage: string, work: () => R) => R
}

/**
 * A map-style dataset: samples by index, as PyTorch's. Workers load the module that made the class and find it there, so a class
 * registers itself once; an object's fields travel by structured clone, as pickle does.
 *
 * @example
 * export class Squares extends Dataset<number> {
 *   static { this.register(import.meta) }
 *   readonly length = 1000
 *   get(index: number) { return index ** 2 }
 * }
 */
export abstract class Dataset<T = unknown> {
  /** How many samples there are. */
  abstract readonly length: number

  /** The sample at `index`, 0 to `length - 1`. */
  abstract get(index: number, ctx: SampleContext): T | Promise<T>

  /**
   * Lets workers find this class: `static { this.register(import.meta) }` in its body.
   *
   * @throws MillraceError `TASK_NEEDS_FILE` where there is no file to import (REPL, `node -e`), `CLASS_AMBIGUOUS` when the file
   *   has registered another class of this name.
   */
  static register(this: Function, meta: { url: string }): void {
    registerClass(this, meta.url)
  }
}
