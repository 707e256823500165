import { Dataset, task } from 'millrace'

/** 0, 1, 2, ... with nothing to do. */
export class Integers extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  constructor(length: number) {
    super()
    this.length = length
  }
  get(index: number): number {
    return index
  }
}
