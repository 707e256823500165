import { MillraceError } from '../core/errors.ts'
import type { EpochContext, IterableDataset, Samples } from './iterable.ts'

/** Where a pass stands, as plain JSON: what the dataset's own `state()` said, or how many samples to skip where it has none. */
export type Position = { readonly state: unknown } | { readonly skip: number }

/** A pass over a stream that can say where it stands, by the stream's own state or by counting. */
export class Pass<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #samples: Samples<T>
  readonly #iterator: AsyncIterator<T> | Iterator<T>
  #skip: number
  #taken: number

  /** Begins a pass, or goes on where another one stood. */
  constructor(dataset: IterableDataset<T>, { seed, epoch }: Omit<EpochContext, 'state'>, from: Position = { skip: 0 }) {
    const known = 'state' in from
    this.#samples = dataset.iterate(known ? { seed, epoch, state: from.state } : { seed, epoch })
    if (known && this.#samples.state === undefined) {
      throw new MillraceError(
        'BAD_STATE',
        `The state to go on from was made by a stream that says where it stands; this one (${dataset.constructor.name}) has no state(). Give the dataset that the state was made with.`,
      )
    }
    this.#iterator = Symbol.asyncIterator in this.#samples ? this.#samples[Symbol.asyncIterator]() : this.#samples[Symbol.iterator]()
    this.#skip = known ? 0 : from.skip
    this.#taken = this.#skip
  }

  /** Where it stands behind the samples taken so far. */
  position(): Position {
    if (this.#skip > 0 || this.#samples.state === undefined) return { skip: this.#taken }
    return { state: this.#samples.state() ?? null } // undefined would be lost in JSON
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (; this.#skip > 0; this.#skip--) if ((await this.#iterator.next()).done === true) throw this.#ended()
    const { done, value } = await this.#iterator.next()
    if (done === true) return { done, value: undefined }
    this.#taken++
    return { done: false, value: (await value) as T } // as `for await` does with promises in an array
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#iterator.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #ended(): MillraceError {
    return new MillraceError(
      'BAD_STATE',
      `The state to go on from stands behind sample ${this.#taken}, and the stream ended before that. Give the dataset that the state was made with.`,
    )
  }
}
