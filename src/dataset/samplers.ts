import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { checkBoolean, checkWhole } from './check.ts'
import { ascending, permutation } from './permutation.ts'
import type { BatchSamplerLike, Epoch, Sampler, Sized } from './sampler.ts'

/** Every sample once, from the first to the last. */
export class SequentialSampler implements Sampler {
  readonly dataSource: Sized

  constructor(dataSource: Sized) {
    this.dataSource = dataSource
  }

  get length(): number {
    return this.dataSource.length
  }

  indices(): Uint32Array<ArrayBuffer> {
    return ascending(this.length)
  }
}

export interface RandomSamplerOptions {
  /** Draws each sample from all of them, so that one may come again. Default false. */
  replacement?: boolean
  /** How many samples a pass has. Default: as many as the dataset. Without replacement, more than that is several orders in a row. */
  numSamples?: number
}

/** Every sample once in random order, or draws with replacement. Each epoch has an order of its own. */
export class RandomSampler implements Sampler {
  readonly dataSource: Sized
  readonly replacement: boolean
  readonly numSamples: number | undefined

  /** @throws MillraceError `BAD_OPTION`, also for samples to be drawn from an empty dataset. */
  constructor(dataSource: Sized, { replacement = false, numSamples }: RandomSamplerOptions = {}) {
    checkBoolean("RandomSampler's replacement", replacement)
    if (numSamples !== undefined) {
      checkWhole("RandomSampler's numSamples", numSamples, 1)
      if (dataSource.length === 0) {
        throw new MillraceError(
          'BAD_OPTION',
          `RandomSampler can't draw ${numSamples} samples from a dataset without any. Leave numSamples out.`,
        )
      }
    }
    this.dataSource = dataSource
    this.replacement = replacement
    this.numSamples = numSamples
  }

  get length(): number {
    return this.numSamples ?? this.dataSource.length
  }

  indices({ seed, epoch }: Epoch): Uint32Array<ArrayBuffer> {
    const { length, replacement } = this
    const n = this.dataSource.length
    const random = randomOf(seed, epoch)
    if (replacement) return new Uint32Array(length).map(() => Math.floor(random() * n))
    if (length <= n) return permutation(n, random, length)
    const order = new Uint32Array(length)
    for (let i = 0; i < length; i += n) order.set(permutation(n, random, Math.min(n, length - i)), i)
    return order
  }
}

/** Some samples, each once, in random order: those of a class, or of a fold. */
export class SubsetRandomSampler implements Sampler {
  readonly subset: readonly number[] | Uint32Array

  /** @param indices Indices of the dataset. */
  constructor(indices: readonly number[] | Uint32Array) {
    this.subset = indices
  }

  get length(): number {
    return this.subset.length
  }

  indices({ seed, epoch }: Epoch): number[] {
    return Array.from(permutation(this.length, randomOf(seed, epoch)), (place) => this.subset[place]!)
  }
}

/** The indices of another sampler, in batches. */
export class BatchSampler implements BatchSamplerLike {
  readonly sampler: Sampler | readonly number[] | Uint32Array
  readonly batchSize: number
  readonly dropLast: boolean

  /**
   * @param sampler A sampler, or a list of indices.
   * @param dropLast Leaves out the last batch if it is not full. Default false.
   * @throws MillraceError `BAD_OPTION`
   */
  constructor(sampler: Sampler | readonly number[] | Uint32Array, batchSize: number, dropLast = false) {
    checkWhole("BatchSampler's batchSize", batchSize, 1)
    checkBoolean("BatchSampler's dropLast", dropLast)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }

  get length(): number | undefined {
    const { length } = this.sampler
    return length === undefined ? undefined : Math[this.dropLast ? 'floor' : 'ceil'](length / this.batchSize)
  }

  *batches(epoch: Epoch): Generator<number[], void, undefined> {
    let batch: number[] = []
    for (const index of 'indices' in this.sampler ? this.sampler.indices(epoch) : this.sampler) {
      if (batch.push(index) < this.batchSize) continue
      yield batch
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield batch
  }
}
