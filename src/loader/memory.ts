import type { TensorType, TensorTypes } from '../core/tensor.ts'

export type TypedArray = TensorTypes[TensorType]

/** Where the numbers of a batch are written: an array of so many elements, whose content is unknown. */
export type Memory = (type: TensorType, length: number) => TypedArray

const constructors: { [T in TensorType]: new (buffer: ArrayBuffer, offset?: number, length?: number) => TensorTypes[T] } = {
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

/** Fresh memory for each array. */
export const newMemory: Memory = (type, length) => {
  const Constructor = constructors[type] as unknown as new (length: number) => TypedArray
  return new Constructor(length)
}

/**
 * Memory of buffers that were batches before and came back: as large pages need not be fetched and cleared again, that costs a
 * fraction of fresh memory. `used` collects the buffers that this batch took.
 */
export function recycledMemory(spare: ArrayBuffer[], used: ArrayBuffer[]): Memory {
  return (type, length) => {
    const Constructor = constructors[type]
    const bytes = length * (Constructor as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
    const at = spare.findIndex((buffer) => buffer.byteLength === bytes)
    const buffer = at >= 0 ? spare.splice(at, 1)[0]! : new ArrayBuffer(bytes)
    used.push(buffer)
    return new Constructor(buffer, 0, length)
  }
}

export function typeOfArray(array: ArrayBufferView): TensorType {
  if (array instanceof Uint8ClampedArray) return 'uint8'
  for (const type of Object.keys(constructors) as TensorType[]) if (array instanceof constructors[type]) return type
  throw new TypeError(`no tensor holds a ${array.constructor.name}`)
}

/** A Buffer or a clamped array as what a tensor of its type holds. */
export function arrayOf(array: TypedArray | Uint8ClampedArray): TypedArray {
  return array instanceof Uint8ClampedArray ? new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.length) : array
}
