import { checkIndex } from './check.ts'
import { Dataset } from './dataset.ts'
import { packStrings, StringDataset } from './strings.ts'

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

/** As many strings as this are packed: a thread takes 0.2 s for a million of them one by one. */
const MANY = 10_000

/**
 * A dataset of what an array holds: paths, numbers, records. Numbers in a typed array and long lists of strings reach workers
 * without a copy.
 */
export function fromArray<T>(items: ArrayLike<T>): Dataset<T> & { get(index: number): T } {
  if (items.length < MANY || !Array.isArray(items) || !items.every((item) => typeof item === 'string')) return new ArrayDataset(items)
  return new StringDataset(packStrings(items)) as Dataset<unknown> as ArrayDataset<T>
}
