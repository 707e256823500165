import { randomOf } from '../core/random.ts'
import { MillraceError } from '../core/errors.ts'
import { checkBoolean, checkWhole } from './check.ts'
import { ascending, permutation } from './permutation.ts'
import type { Epoch, Sampler, Sized } from './sampler.ts'

export interface DistributedSamplerOptions {
  /** How many processes share the dataset. */
  numReplicas: number
  /** Which of them this is, 0 to `numReplicas - 1`. */
  rank: number
  /** In random order, another one each epoch. Default true. */
  shuffle?: boolean
  /** Seed of the order; must be the same in all processes, as the seeds of their loaders need not be. Default 0. */
  seed?: number
  /** Leaves out the last samples that do not go round, instead of giving some twice. Default false. */
  dropLast?: boolean
}

/**
 * One process's share of a dataset: of the order that all processes agree on, every `numReplicas`-th sample from `rank` on. All
 * shares are equally long; for that the order begins again where it ends, or is cut off (`dropLast`), as torch does it.
 */
export class DistributedSampler implements Sampler {
  readonly dataset: Sized
  readonly numReplicas: number
  readonly rank: number
  readonly shuffle: boolean
  readonly seed: number
  readonly dropLast: boolean

  /** @throws MillraceError `BAD_OPTION` */
  constructor(dataset: Sized, { numReplicas, rank, shuffle = true, seed = 0, dropLast = false }: DistributedSamplerOptions) {
    checkWhole("DistributedSampler's numReplicas", numReplicas, 1)
    checkWhole("DistributedSampler's rank", rank, 0)
    if (rank >= numReplicas) {
      throw new MillraceError(
        'BAD_OPTION',
        `DistributedSampler's rank counts from 0: of ${numReplicas} replicas the last is ${numReplicas - 1}, but rank is ${rank}.`,
      )
    }
    checkBoolean("DistributedSampler's shuffle", shuffle)
    checkBoolean("DistributedSampler's dropLast", dropLast)
    if (!Number.isSafeInteger(seed))
      throw new MillraceError('BAD_OPTION', `DistributedSampler's seed must be a whole number, but is ${String(seed)}.`)
    this.dataset = dataset
    this.numReplicas = numReplicas
    this.rank = rank
    this.shuffle = shuffle
    this.seed = seed
    this.dropLast = dropLast
  }

  get length(): number {
    return Math[this.dropLast ? 'floor' : 'ceil'](this.dataset.length / this.numReplicas)
  }

  indices({ epoch }: Pick<Epoch, 'epoch'>): Uint32Array<ArrayBuffer> {
    const { length: n } = this.dataset
    const order = this.shuffle ? permutation(n, randomOf(this.seed, epoch)) : ascending(n)
    return Uint32Array.from({ length: this.length }, (_, i) => order[(this.rank + i * this.numReplicas) % n]!)
  }
}
