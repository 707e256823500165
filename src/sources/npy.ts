import { NPY_FRONT, type NpyLayout, npyLayout, npyTensor } from '../codec/npy.ts'
import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { checkIndex } from '../dataset/check.ts'
import { Dataset } from '../dataset/dataset.ts'
import { withReader } from './read-at.ts'

/**
 * The rows of a `.npy` file: sample i is what lies at i on the first axis, a tensor without that axis (a number has dims `[]`). A row
 * is read from the file when it is asked for, so the array may be larger than memory.
 *
 * @throws MillraceError `INPUT_UNREADABLE`; `BAD_NPY` for a file that `loadNpy` does not take, for a number, and for an array in Fortran
 *   order, whose rows do not lie together.
 */
export class NpyDataset extends Dataset<Tensor> {
  static {
    this.register(import.meta)
  }

  readonly file: string
  readonly layout: NpyLayout
  readonly length: number

  constructor(file: string) {
    super()
    this.file = file
    this.layout = withReader(file, (read, size) => npyLayout(read(0, NPY_FRONT), size))
    const { dims, fortran } = this.layout
    if (dims.length === 0) throw new MillraceError('BAD_NPY', `${file} holds one number, and no rows.`)
    if (fortran && dims.length > 1) {
      throw new MillraceError('BAD_NPY', `${file} is in Fortran order, so its rows do not lie together. Save it with np.ascontiguousarray.`)
    }
    this.length = dims[0]!
  }

  get(index: number): Tensor {
    checkIndex(this.file, index, this.length)
    const { start, dims, width } = this.layout
    const row = dims.slice(1)
    const size = row.reduce((product, dim) => product * dim, width)
    const values = withReader(this.file, (read) => read(start + index * size, size))
    if (values.length === size) return npyTensor(values, this.layout, row)
    throw new MillraceError('BAD_NPY', `${this.file} ends before row ${index}: it was cut since it was opened.`)
  }
}
