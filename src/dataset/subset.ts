import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { checkIndex, shown } from './check.ts'
import { contextInPlace, type SampleContext } from './context.ts'
import { Dataset } from './dataset.ts'
import { permutation } from './permutation.ts'

/** Some samples of a dataset, in the order of `indices`. */
export class Subset<T> extends Dataset<T> {
  static {
    this.register(import.meta)
  }

  readonly dataset: Dataset<T>
  readonly indices: Uint32Array

  /** @throws MillraceError `BAD_INDEX` for an index that the dataset does not have. */
  constructor(dataset: Dataset<T>, indices: ArrayLike<number>) {
    super()
    for (let i = 0; i < indices.length; i++) checkIndex('The dataset of a Subset', indices[i]!, dataset.length)
    this.dataset = dataset
    this.indices = new Uint32Array(indices)
  }

  get length(): number {
    return this.indices.length
  }

  get(index: number, ctx: SampleContext = contextInPlace(0, 0, index)): T | Promise<T> {
    checkIndex('The Subset', index, this.length)
    return this.dataset.get(this.indices[index]!, ctx)
  }
}

/**
 * Splits a dataset into parts at random, none of which has a sample of another: `const [train, valid] = randomSplit(ds, [0.8, 0.2])`.
 *
 * @param lengths How many samples each part has, together as many as the dataset; or fractions that add up to 1: then each part has
 *   the whole number below its fraction, and what is left over goes to the parts one each from the first, as in torch.
 * @param options `seed` decides which samples go where. Default 0.
 * @throws MillraceError `BAD_SPLIT`
 */
export function randomSplit<T, const Lengths extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: Lengths,
  { seed = 0 }: { seed?: number } = {},
): { -readonly [Part in keyof Lengths]: Subset<T> } {
  const counts = countsOf(lengths, dataset.length)
  const order = permutation(dataset.length, randomOf(seed))
  let end = 0
  const parts = counts.map((count) => new Subset(dataset, order.subarray(end, (end += count))))
  return parts as { -readonly [Part in keyof Lengths]: Subset<T> }
}

function countsOf(lengths: readonly number[], total: number): number[] {
  const wrong = lengths.findIndex((length) => !(length >= 0 && length < Infinity))
  if (wrong >= 0) throw new MillraceError('BAD_SPLIT', `Lengths must be numbers from 0 on; number ${wrong} is ${shown(lengths[wrong])}.`)
  const sum = lengths.reduce((a, b) => a + b, 0)
  const areFractions = Math.abs(sum - 1) <= 1e-9
  if (areFractions) {
    const counts = lengths.map((fraction) => Math.floor(total * fraction))
    const left = total - counts.reduce((a, b) => a + b, 0)
    return counts.map((count, i) => count + Math.floor(left / counts.length) + Number(i < left % counts.length))
  }
  if (sum === total && lengths.every(Number.isInteger)) return [...lengths]
  throw new MillraceError(
    'BAD_SPLIT',
    `The lengths must be whole numbers that add up to the dataset's length, ${total}, or fractions that add up to 1; ${lengths.join(' + ')} is ${sum}.`,
  )
}
