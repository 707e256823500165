import { MillraceError } from '../core/errors.ts'
import { checkIndex } from './check.ts'
import { contextInPlace, type SampleContext } from './context.ts'
import { Dataset } from './dataset.ts'

/** Datasets one after another, as one. */
export class ConcatDataset<T> extends Dataset<T> {
  static {
    this.register(import.meta)
  }

  readonly datasets: readonly Dataset<T>[]
  /** Where each dataset ends. */
  readonly cumulativeSizes: readonly number[]

  /** @throws MillraceError `BAD_ARGUMENT` for none, and for streams, which `ChainDataset` takes. */
  constructor(datasets: Iterable<Dataset<T>>) {
    super()
    this.datasets = [...datasets]
    if (this.datasets.length === 0) throw new MillraceError('BAD_ARGUMENT', 'ConcatDataset takes at least one dataset, and received none.')
    const stream = this.datasets.findIndex((dataset) => !(dataset instanceof Dataset))
    if (stream >= 0) {
      throw new MillraceError(
        'BAD_ARGUMENT',
        `ConcatDataset takes map-style datasets; number ${stream} is none. For streams use ChainDataset.`,
      )
    }
    let size = 0
    this.cumulativeSizes = this.datasets.map(({ length }) => (size += length))
  }

  get length(): number {
    return this.cumulativeSizes.at(-1)!
  }

  get(index: number, ctx: SampleContext = contextInPlace(0, 0, index)): T | Promise<T> {
    checkIndex('The ConcatDataset', index, this.length)
    // The first dataset that ends behind the index.
    let low = 0
    for (let high = this.datasets.length - 1; low < high;) {
      const middle = (low + high) >> 1
      if (this.cumulativeSizes[middle]! > index) high = middle
      else low = middle + 1
    }
    return this.datasets[low]!.get(index - (this.cumulativeSizes[low - 1] ?? 0), ctx)
  }
}
