import { numbersOf } from '../core/numbers.ts'

/** Arrays smaller than this are cheaper to clone than to hand over. */
const MIN_TRANSFER = 4096

/**
 * A result whose large buffers are nobody else's: they go to the main thread as they are, without the copy that `pack` makes of
 * what a task returns. `value` is what arrives.
 */
export class HandedOver<T> {
  readonly value: T
  readonly buffers: ArrayBuffer[]
  readonly bytes: number

  constructor(value: T, buffers: ArrayBuffer[], bytes: number) {
    this.value = value
    this.buffers = buffers
    this.bytes = bytes
  }
}

/**
 * Makes a part's results cheap to send. Numbers go as one Float64Array. Large typed arrays are copied once here, in the worker,
 * into buffers of their own that are then handed over: the task may keep or reuse what it returned, and the main thread copies
 * nothing. Without `transfer` (processes) they are cloned on the way.
 */
export function pack(values: ArrayLike<unknown>, transfer: ArrayBuffer[] | undefined): unknown[] | Float64Array {
  if (values instanceof Float64Array) return values
  const list = values as unknown[]
  const numbers = list.length > 8 ? numbersOf(list) : undefined
  if (numbers !== undefined) {
    transfer?.push(numbers.buffer)
    return numbers
  }
  if (transfer === undefined) return list.map((value) => (value instanceof HandedOver ? value.value : value))
  return list.map((value) => handOver(value, transfer))
}

function handOver(value: unknown, transfer: ArrayBuffer[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof HandedOver) {
    for (const buffer of value.buffers) transfer.push(buffer)
    return value.value
  }
  if (isLarge(value)) return copied(value, transfer)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  // One level down, as in { id, vector }; two fields that hold the same array keep doing so.
  let result: Record<string, unknown> | undefined
  let known: Map<object, unknown> | undefined
  for (const [key, field] of Object.entries(value)) {
    if (!isLarge(field)) continue
    known ??= new Map()
    if (!known.has(field)) known.set(field, copied(field, transfer))
    result ??= { ...value }
    result[key] = known.get(field)
  }
  return result ?? value
}

type Binary = ArrayBufferView<ArrayBuffer> & { slice?: () => ArrayBufferView<ArrayBuffer> }

function isLarge(value: unknown): value is Binary {
  return (
    ArrayBuffer.isView(value) && value.byteLength >= MIN_TRANSFER && !(value instanceof DataView) && value.buffer instanceof ArrayBuffer
  )
}

function copied(value: Binary, transfer: ArrayBuffer[]): unknown {
  // A Buffer arrives as a Uint8Array, as it does when cloned; its own slice() would not copy.
  const copy = value instanceof Uint8Array ? new Uint8Array(value) : (value.slice as () => ArrayBufferView<ArrayBuffer>)()
  transfer.push(copy.buffer)
  return copy
}
