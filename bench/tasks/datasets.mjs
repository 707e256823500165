import { Dataset } from 'millrace'

/** 0, 1, 2, ... */
export class Integers extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(length) {
    super()
    this.length = length
  }
  get(index) {
    return index
  }
}

/** Arrays of `size` numbers, all of them the index's low byte. */
export class Filled extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(length, type, size) {
    super()
    Object.assign(this, { length, type, size })
  }
  get(index) {
    const Constructor = this.type === 'uint8' ? Uint8Array : Float32Array
    return new Constructor(this.size).fill(index & 255)
  }
}

/** The same, written where the loader says. */
export class FilledInPlace extends Filled {
  static {
    this.register(import.meta)
  }
  get(index, { allocate }) {
    return allocate(this.type, this.size).fill(index & 255)
  }
}
