/** Tells the passes over a dataset apart: the same seed and epoch give the same order. */
export interface Epoch {
  readonly seed: number
  readonly epoch: number
}

/**
 * Which samples a pass visits, in what order. It keeps nothing: the order follows from the seed and the epoch alone, so that a
 * pass can be continued from any position.
 */
export interface Sampler {
  /** How many indices a pass gives, where that is known. */
  readonly length?: number
  indices(epoch: Epoch): Iterable<number>
}

/** The same, batch by batch. */
export interface BatchSamplerLike {
  readonly length?: number
  batches(epoch: Epoch): Iterable<readonly number[]>
}
