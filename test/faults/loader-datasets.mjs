import { Dataset } from 'millrace'

/** Numbers that depend on all a sample may depend on; some samples throw, some end their worker, some only the first time. */
export class Shaky extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(length, bad, deadly) {
    super()
    this.length = length
    this.bad = bad
    this.deadly = deadly
  }
  get(index, { random }) {
    if (this.bad.includes(index)) throw new Error(`bad ${index}`)
    if (this.deadly.includes(index)) process.exit(7)
    const value = { index, noise: Float32Array.of(random(), random()) }
    return index % 4 === 1 ? new Promise((resolve) => setTimeout(resolve, index % 3, value)) : value
  }
}

export class Blobs extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(length, floats) {
    super()
    this.length = length
    this.floats = floats
  }
  get(index, { allocate }) {
    return { index, data: allocate('float32', this.floats).fill(index % 1000) }
  }
}
