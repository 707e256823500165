import { arrays, newArray, type TensorType, type TensorTypes } from '../core/tensor.ts'

export type TypedArray = TensorTypes[TensorType]

/**
 * Where the numbers of a batch are written: an array of so many elements, whose content is unknown. `first` is where the first of its
 * samples lies; memory that was made for all of them is given again, so that what is in its place already need not be copied.
 */
export type Memory = (type: TensorType, length: number, first?: TypedArray) => TypedArray

/** What one sample of a batch asked memory for: the n-th array of each sample lies in the n-th of these, sample after sample. */
interface Slab {
  type: TensorType
  /** Elements of one sample. */
  length: number
  data: TypedArray
}

/**
 * The memory of one batch. Samples may ask for theirs beforehand (`allocate`) and then lie in their place in the batch when they are
 * collated. Buffers that were batches before and came back are used first: their pages need not be fetched and cleared again,
 * which costs more than the work of many samples.
 */
export class BatchMemory {
  readonly #spares: ArrayBuffer[]
  readonly #count: number
  readonly #slabs: Slab[] = []
  #sample = 0
  #inPlace = true
  #asked = 0
  /** The buffers that the batch took. */
  readonly used: ArrayBuffer[] = []

  constructor(spares: ArrayBuffer[], count: number) {
    this.#spares = spares
    this.#count = count
  }

  /** The sample that is made next is the batch's so many-th. */
  begin(sample: number): void {
    this.#sample = sample
    this.#asked = 0
  }

  /** Memory for an array of the sample that is being made. */
  readonly allocate = <T extends TensorType>(type: T, length: number): TensorTypes[T] => {
    const slab = (this.#slabs[this.#asked++] ??= { type, length, data: this.#take(type, length * this.#count) })
    if (slab.type !== type || slab.length !== length) return newArray(type, length)
    return slab.data.subarray(this.#sample * length, (this.#sample + 1) * length) as TensorTypes[T]
  }

  /** Samples are taken out of the batch: from now on those that are left do not lie in their places, and are copied. */
  scatter(): void {
    this.#inPlace = false
    this.used.length = 0
  }

  /** Memory for an array of the batch. */
  readonly memory: Memory = (type, length, first) => {
    // Two fields that return the same array must not become the same memory.
    const slab = !this.#inPlace
      ? undefined
      : this.#slabs.find(({ data }) => data.buffer === first?.buffer && !this.used.includes(data.buffer as ArrayBuffer))
    const data = slab?.type === type && slab.data.length >= length ? slab.data.subarray(0, length) : this.#take(type, length)
    this.used.push(data.buffer as ArrayBuffer)
    return data
  }

  #take(type: TensorType, length: number): TypedArray {
    const Constructor = arrays[type]
    const bytes = length * Constructor.BYTES_PER_ELEMENT
    const at = this.#spares.findIndex(({ byteLength }) => byteLength === bytes)
    return new Constructor(at >= 0 ? this.#spares.splice(at, 1)[0]! : new ArrayBuffer(bytes), 0, length)
  }
}

export function typeOfArray(array: ArrayBufferView): TensorType {
  if (array instanceof Uint8ClampedArray) return 'uint8'
  for (const type of Object.keys(arrays) as TensorType[]) if (array instanceof arrays[type]) return type
  throw new TypeError(`no tensor holds a ${array.constructor.name}`)
}

/** A Buffer or a clamped array as what a tensor of its type holds. */
export function arrayOf(array: TypedArray | Uint8ClampedArray): TypedArray {
  return array instanceof Uint8ClampedArray ? new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.length) : array
}
