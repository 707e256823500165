import { MillraceError } from '../core/errors.ts'
import { checkIndex } from './check.ts'
import { contextInPlace, type SampleContext } from './context.ts'
import { Dataset } from './dataset.ts'

/**
 * Datasets of one length side by side: sample i holds sample i of each, in a field or at a place of its own.
 *
 * @example
 * const ds = new StackDataset({ image: new ImageFiles(files), caption: fromArray(captions) })
 */
export class StackDataset<Sample extends object> extends Dataset<Sample> {
  static {
    this.register(import.meta)
  }

  readonly datasets: { readonly [Field in keyof Sample]: Dataset<Sample[Field]> }
  readonly length: number

  /**
   * @param datasets An object or a tuple of datasets.
   * @throws MillraceError `BAD_ARGUMENT` for none, or when their lengths differ.
   */
  constructor(datasets: { readonly [Field in keyof Sample]: Dataset<Sample[Field]> }) {
    super()
    const sizes = Object.entries<Dataset>(datasets).map(([field, { length }]) => ({ field, length }))
    const [first] = sizes
    if (first === undefined) throw new MillraceError('BAD_ARGUMENT', 'StackDataset takes at least one dataset, and received none.')
    if (sizes.some(({ length }) => length !== first.length)) {
      const lengths = sizes.map(({ field, length }) => `${field} has ${length}`).join(', ')
      throw new MillraceError('BAD_ARGUMENT', `The datasets of a StackDataset must have equally many samples, but ${lengths}.`)
    }
    this.datasets = datasets
    this.length = first.length
  }

  get(index: number, ctx: SampleContext = contextInPlace(0, 0, index)): Sample | Promise<Sample> {
    checkIndex('The StackDataset', index, this.length)
    const parts = Object.values<Dataset>(this.datasets).map((dataset) => dataset.get(index, ctx))
    return parts.some((part) => part instanceof Promise) ? Promise.all(parts).then((values) => this.together(values)) : this.together(parts)
  }

  private together(values: readonly unknown[]): Sample {
    if (Array.isArray(this.datasets)) return values as unknown as Sample
    return Object.fromEntries(Object.keys(this.datasets).map((field, i) => [field, values[i]])) as Sample
  }
}
