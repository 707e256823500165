import { Dataset } from 'millrace'

/** A list of paths in a plain field, as one writes it first. */
export class Paths extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(paths) {
    super()
    this.paths = paths
  }
  get length() {
    return this.paths.length
  }
  get(index) {
    return this.paths[index]
  }
}
