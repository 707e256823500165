import { registerClass } from '../tasks/classes.ts'
import { contextInPlace, type SampleContext } from './context.ts'

export type { SampleContext } from './context.ts'

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

  /** The samples one after another, made in place (epoch 0, seed 0): for `for await`, and as the items of `parallel`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let i = 0; i < this.length; i++) yield await this.get(i, contextInPlace(0, 0, i))
  }

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
