/** Tells the passes over a dataset apart: the same seed and epoch give the same order. */
export interface Epoch {
  readonly seed: number
  readonly epoch: number
}

/**
 * Which samples a pass visits, in what order. It keeps nothing: the order follows from the seed and the epoch alone, so that a
 * pass can be continued from any position. One that returns a Uint32Array is fastest: a loader's workers look at it themselves.
 *
 * @example
 * const evens: Sampler = { length: 50, indices: () => Uint32Array.from({ length: 50 }, (_, i) => 2 * i) }
 */
export interface Sampler {
  /** How many indices a pass gives, where that is known. */
  readonly length?: number | undefined
  indices(epoch: Epoch): Iterable<number>
}

/** The same, batch by batch. */
export interface BatchSamplerLike {
  readonly length?: number | undefined
  batches(epoch: Epoch): Iterable<readonly number[]>
}

/** What samplers need of a dataset. */
export interface Sized {
  readonly length: number
}
