import { MillraceError } from '../core/errors.ts'
import { arrays, type Tensor } from '../core/tensor.ts'
import { checkIndex, shown } from './check.ts'
import { Dataset } from './dataset.ts'

/**
 * Tensors whose first dimension counts the samples. Sample i is a tuple of what lies at i in each, without that dimension: views,
 * not copies; a number has dims `[]`.
 *
 * @example
 * const ds = new TensorDataset({ data: pixels, dims: [60000, 28, 28], type: 'uint8' }, { data: digits, dims: [60000], type: 'uint8' })
 */
export class TensorDataset<const Tensors extends readonly Tensor[]> extends Dataset<{
  -readonly [K in keyof Tensors]: Tensor<Tensors[K]['type']>
}> {
  static {
    this.register(import.meta)
  }

  readonly tensors: Tensors

  /** @throws MillraceError `BAD_TENSOR` for none, for one that is a number, whose data don't fit its dims, or of another length. */
  constructor(...tensors: Tensors) {
    super()
    const [first] = tensors
    if (first === undefined) throw new MillraceError('BAD_TENSOR', 'TensorDataset takes at least one tensor, and received none.')
    for (const [i, { data, dims, type }] of tensors.entries()) {
      if (!(type in arrays && data instanceof arrays[type])) {
        throw new MillraceError('BAD_TENSOR', `Tensor ${i} says its type is ${shown(type)}, but its data are ${shown(data)}.`)
      }
      if (dims.length === 0)
        throw new MillraceError('BAD_TENSOR', `Tensor ${i} has dims [], so no first dimension that could count samples.`)
      const size = dims.reduce((a, b) => a * b)
      if (data.length !== size) {
        throw new MillraceError(
          'BAD_TENSOR',
          `Tensor ${i} of dims [${dims.join(', ')}] must have ${size} elements, but has ${data.length}.`,
        )
      }
      if (dims[0] !== first.dims[0]) {
        throw new MillraceError(
          'BAD_TENSOR',
          `The tensors of a TensorDataset must have the same first dimension, but tensor 0 has dims [${first.dims.join(', ')}] and tensor ${i} [${dims.join(', ')}].`,
        )
      }
    }
    this.tensors = tensors
  }

  get length(): number {
    return this.tensors[0]!.dims[0]!
  }

  get(index: number): { -readonly [K in keyof Tensors]: Tensor<Tensors[K]['type']> } {
    checkIndex('The TensorDataset', index, this.length)
    return this.tensors.map(({ data, dims, type }) => {
      const size = data.length / this.length
      return { data: data.subarray(index * size, (index + 1) * size), dims: dims.slice(1), type }
    }) as { -readonly [K in keyof Tensors]: Tensor<Tensors[K]['type']> }
  }
}
