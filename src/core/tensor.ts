/** The typed arrays a tensor may hold, by the name ONNX Runtime and NumPy give their element type. */
export interface TensorTypes {
  float32: Float32Array
  float64: Float64Array
  uint8: Uint8Array
  int8: Int8Array
  uint16: Uint16Array
  int16: Int16Array
  int32: Int32Array
  uint32: Uint32Array
  int64: BigInt64Array
  uint64: BigUint64Array
  bool: Uint8Array
}

export type TensorType = keyof TensorTypes

/** Numbers in row-major (C) order: `data.length` is the product of `dims`. */
export interface Tensor<T extends TensorType = TensorType> {
  data: TensorTypes[T]
  dims: number[]
  type: T
}

/** The constructors of the arrays. */
export const arrays: {
  [T in TensorType]: { readonly BYTES_PER_ELEMENT: number } & (new (
    buffer: ArrayBuffer,
    offset?: number,
    length?: number,
  ) => TensorTypes[T])
} = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
}

/** A fresh array of `length` elements. */
export function newArray<T extends TensorType>(type: T, length: number): TensorTypes[T] {
  const Constructor = arrays[type]
  return new Constructor(new ArrayBuffer(length * Constructor.BYTES_PER_ELEMENT))
}
