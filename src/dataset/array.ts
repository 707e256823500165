import { checkIndex } from './check.ts'
import { Dataset } from './dataset.ts'

/** See `fromArray`. */
export class ArrayDataset<T> extends Dataset<T> {
  static {
    this.register(import.meta)
  }

  readonly items: ArrayLike<T>

  constructor(items: ArrayLike<T>) {
    super()
    this.items = items
  }

  get length(): number {
    return this.items.length
  }

  get(index: number): T {
    checkIndex('The array', index, this.length)
    return this.items[index]!
  }
}

/** A dataset of what an array holds: paths, records, numbers (a typed array of them is not copied on its way to workers). */
export function fromArray<T>(items: ArrayLike<T>): ArrayDataset<T> {
  return new ArrayDataset(items)
}
