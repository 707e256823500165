import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { newArray, type Tensor, type TensorType } from '../core/tensor.ts'
import type { Collated } from './collated.ts'
import { arrayOf, type Memory, type TypedArray, typeOfArray } from './memory.ts'

/**
 * Makes a batch of samples, as a DataLoader does that is given no `collateFn`:
 *
 * | samples | batch |
 * |---|---|
 * | numbers; bigints; booleans | a tensor `[n]` of float64; int64; bool |
 * | typed arrays of one length | a tensor `[n, length]` of their type |
 * | tensors of one shape | a tensor `[n, ...shape]` |
 * | images of one size | a tensor `[n, height, width, channels]` of uint8 (uint16) |
 * | plain objects | an object: each field collated |
 * | tuples | a tuple: each place collated |
 * | strings, lists, and all else | a list of the samples as they are |
 *
 * An array is a tuple if it holds a tensor, a typed array or an image, or elements of different kinds (`[pixels, label]`); an
 * array of strings, of numbers or of objects is a list, whose length may differ from sample to sample.
 *
 * @throws MillraceError `CANNOT_COLLATE` where samples don't fit together; it names the field, both samples, and both shapes.
 */
export function collate<T>(samples: readonly T[]): Collated<T> {
  return collateInto(samples, undefined, newArray) as Collated<T>
}

/** The same with the samples' indices, for messages, and the memory that the batch's numbers are written to. */
export function collateInto(samples: readonly unknown[], indices: ArrayLike<number> | undefined, memory: Memory): unknown {
  if (samples.length === 0) return []
  return new Collation(indices, memory).collate(samples, '')
}

class Collation {
  readonly #indices: ArrayLike<number> | undefined
  readonly #memory: Memory

  constructor(indices: ArrayLike<number> | undefined, memory: Memory) {
    this.#indices = indices
    this.#memory = memory
  }

  /** @param path Where in the sample: `.label`, `[0]`, or nothing for the sample itself. */
  collate(values: readonly unknown[], path: string): unknown {
    const kind = kindOf(values[0])
    switch (kind) {
      case 'number':
      case 'bigint':
      case 'boolean':
        return this.#scalars(values, kind, path)
      case 'array':
      case 'tensor':
      case 'image':
        return this.#stack(values, kind, path)
      case 'tuple':
        return this.#tuples(values as unknown[][], path)
      case 'object':
        return this.#objects(values as Record<string, unknown>[], path)
      default:
        return this.#list(values, kind, path)
    }
  }

  #scalars(values: readonly unknown[], kind: 'number' | 'bigint' | 'boolean', path: string): Tensor {
    const type = ({ number: 'float64', bigint: 'int64', boolean: 'bool' } as const)[kind]
    const data = this.#memory(type, values.length) as unknown as unknown[]
    for (let i = 0; i < values.length; i++) {
      if (typeof values[i] !== kind) this.#refuseUnlike(values, i, path)
      data[i] = values[i]
    }
    return { data, dims: [values.length], type } as unknown as Tensor
  }

  #stack(values: readonly unknown[], kind: Kind, path: string): Tensor {
    const first = bulkOf(values[0])
    const { type, dims } = first
    const size = first.data.length
    const data = this.#memory(type, size * values.length, first.data)
    for (let i = 0; i < values.length; i++) {
      if (kindOf(values[i]) !== kind) this.#refuseUnlike(values, i, path)
      const value = i === 0 ? first : bulkOf(values[i])
      if (!sameShape(value, first)) this.#refuseUnlike(values, i, path)
      // What was written to its place in the batch already need not be copied.
      if (value.data.buffer === data.buffer && value.data.byteOffset === data.byteOffset + i * size * data.BYTES_PER_ELEMENT) continue
      data.set(value.data as never, i * size)
    }
    return { data, dims: [values.length, ...dims], type }
  }

  #objects(values: readonly Record<string, unknown>[], path: string): Record<string, unknown> {
    const keys = Object.keys(values[0]!)
    for (let i = 1; i < values.length; i++) {
      if (kindOf(values[i]) !== 'object') this.#refuseUnlike(values, i, path)
      const others = Object.keys(values[i]!)
      if (others.length === keys.length && keys.every((key) => key in values[i]!)) continue
      this.#refuse(i, path, `has the fields ${others.join(', ') || 'none'}`, keys.join(', ') || 'none')
    }
    const batch: Record<string, unknown> = {}
    for (const key of keys) {
      const field = this.collate(
        values.map((value) => value[key]),
        `${path}.${key}`,
      )
      // As JSON.parse does: a field of this name must not become the batch's prototype.
      if (key === '__proto__') Object.defineProperty(batch, key, { value: field, enumerable: true, configurable: true, writable: true })
      else batch[key] = field
    }
    return batch
  }

  #tuples(values: readonly unknown[][], path: string): unknown[] {
    const { length } = values[0]!
    for (let i = 1; i < values.length; i++) {
      if (kindOf(values[i]) !== 'tuple') this.#refuseUnlike(values, i, path)
      if (values[i]!.length !== length) this.#refuse(i, path, `is a tuple of ${values[i]!.length}`, `a tuple of ${length}`)
    }
    return Array.from({ length }, (_, place) =>
      this.collate(
        values.map((value) => value[place]),
        `${path}[${place}]`,
      ),
    )
  }

  #list(values: readonly unknown[], kind: Kind, path: string): unknown[] {
    // An empty array says nothing of what it would hold.
    const different = kind === 'list' ? values.findIndex((value) => kindOf(value) !== 'list') : -1
    if (different >= 0) this.#refuseUnlike(values, different, path)
    return [...values]
  }

  #refuseUnlike(values: readonly unknown[], i: number, path: string): never {
    this.#refuse(i, path, `is ${describe(values[i])}`, describe(values[0]))
  }

  #refuse(i: number, path: string, received: string, expected: string): never {
    const name = (at: number): string => (this.#indices === undefined ? `sample ${at} of the batch` : `sample ${this.#indices[at]}`)
    const field = path === '' ? '' : `, field ${path.replace(/^\./, '')}`
    throw new CollateError(
      i,
      `The samples of a batch must be alike to be stacked: ${name(i)}${field} ${received}, but ${name(0)}: ${expected}. ` +
        'Make them equal in the dataset (resize, crop, pad), take batchSize: null, or give a collateFn.',
    )
  }
}

/** Samples don't fit together: the one at `place` in the batch does not go with the first. */
export class CollateError extends MillraceError {
  readonly place: number

  constructor(place: number, message: string) {
    super('CANNOT_COLLATE', message)
    this.place = place
  }
}

type Kind = 'number' | 'bigint' | 'boolean' | 'array' | 'tensor' | 'image' | 'tuple' | 'list' | 'object' | 'other'

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return typeof value as 'number' | 'bigint' | 'boolean'
    case 'object':
      break
    default:
      return 'other'
  }
  if (value === null) return 'other'
  if (Array.isArray(value)) return isTuple(value) ? 'tuple' : 'list'
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? 'other' : 'array'
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return 'other'
  if (isTensor(value)) return 'tensor'
  return isImage(value) ? 'image' : 'object'
}

function isTuple(array: readonly unknown[]): boolean {
  if (array.length === 0) return false
  const first = coarse(array[0])
  return first === 'bulk' || array.some((element) => coarse(element) !== first)
}

function coarse(value: unknown): string {
  if (typeof value !== 'object') return value === undefined ? 'nothing' : typeof value
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'array'
  return ArrayBuffer.isView(value) || isTensor(value) || isImage(value) ? 'bulk' : 'object'
}

function isTensor(value: object): value is Tensor {
  const { data, dims, type } = value as Partial<Tensor>
  return typeof type === 'string' && Array.isArray(dims) && ArrayBuffer.isView(data)
}

function isImage(value: object): value is Image {
  const { data, height, width, channels } = value as Partial<Image>
  return typeof height === 'number' && typeof width === 'number' && typeof channels === 'number' && ArrayBuffer.isView(data)
}

/** Numbers in bulk, whichever way the sample says their shape. */
function bulkOf(value: unknown): { data: TypedArray; dims: readonly number[]; type: TensorType } {
  if (ArrayBuffer.isView(value)) {
    const data = value as TypedArray
    return { data: arrayOf(data), dims: [data.length], type: typeOfArray(data) }
  }
  if (isTensor(value as object)) return value as Tensor
  const { data, height, width, channels } = value as Image
  return { data, dims: [height, width, channels], type: typeOfArray(data) }
}

function sameShape(a: { dims: readonly number[]; type: string; data: TypedArray }, b: typeof a): boolean {
  const { dims } = b
  if (a.type !== b.type || a.dims.length !== dims.length || a.data.length !== b.data.length) return false
  for (let i = 0; i < dims.length; i++) if (a.dims[i] !== dims[i]) return false
  return true
}

function describe(value: unknown): string {
  const kind = kindOf(value)
  if (kind === 'array' || kind === 'tensor' || kind === 'image') {
    const { type, dims } = bulkOf(value)
    const name = { array: 'a typed array', tensor: 'a tensor', image: 'an image' }[kind]
    return `${name} of ${type} [${dims.join(', ')}]`
  }
  if (kind === 'tuple') return `a tuple of ${(value as unknown[]).length}`
  if (kind === 'list') return `a list of ${(value as unknown[]).length}`
  if (kind === 'object') return 'an object'
  if (value === null || typeof value !== 'object') return value === undefined || value === null ? String(value) : `a ${typeof value}`
  return `a ${value.constructor?.name ?? 'object'}`
}
