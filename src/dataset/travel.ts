import { deserialize, serialize } from 'node:v8'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import type { ClassReference, Task, TaskReference } from '../core/task.ts'
import { classReference, findClass } from '../tasks/classes.ts'
import { importModule } from '../tasks/in-worker.ts'
import { compileInline, inlineSource } from '../tasks/inline.ts'
import { privateNames } from '../tasks/private-names.ts'
import { findTask, isLoaded } from '../tasks/registry.ts'
import { isTask } from '../tasks/task.ts'
import { Dataset } from './dataset.ts'
import { packList, unpackList } from './packed-list.ts'
import type { PackedStrings } from './strings.ts'

/** Typed arrays of this many bytes are shared with worker threads instead of copied for each. */
const MIN_SHARED = 1 << 20

/** A dataset, or anything that may hold one, a task or a function, as it travels to workers. */
export interface Parcel {
  /** What structured clone can carry, with holes where the parts go. */
  bytes: Uint8Array
  parts: { path: Path; part: Part }[]
}

type Path = (string | number)[]

type Part =
  /** An object of a registered class. Its fields lie at the same path; `data` is what `toWorker` gave instead. */
  | { kind: 'object'; class: ClassReference; data: boolean }
  | { kind: 'task'; task: TaskReference; params: Parcel }
  | { kind: 'source'; source: string }
  | { kind: 'strings'; list: PackedStrings }
  /** Memory that both sides see. */
  | { kind: 'shared'; array: ArrayBufferView | SharedArrayBuffer }

/** A class that says itself how its objects travel. */
interface Traveller {
  toWorker?(): unknown
}

/**
 * Packs a value for workers: plain data by structured clone, objects of registered classes by their fields (or what their
 * `toWorker()` returns), tasks by reference, self-contained functions by their text.
 *
 * @param sharesMemory The workers see this thread's SharedArrayBuffers: large typed arrays are copied into one, once for all.
 * @param names For messages: what the value is called, or what its fields are, for a value that is no more than a list of them.
 * @throws MillraceError `DATASET_CANNOT_TRAVEL`, which names the field and the way out.
 */
export function packParcel(value: unknown, names: string | Readonly<Record<string, string>>, sharesMemory: boolean): Parcel {
  const packer = new Packer(names, sharesMemory)
  const skeleton = packer.skeleton(value, [])
  try {
    const bytes = serialize(skeleton)
    return { bytes: sharesMemory ? sharedCopy(bytes) : bytes, parts: packer.parts }
  } catch (error) {
    throw packer.refuse([], reasonOf(error))
  }
}

/** The modules that must be loaded before a parcel can be unpacked. */
export function modulesOf({ parts }: Parcel): string[] {
  return parts.flatMap(({ part }) => {
    if (part.kind === 'object') return [part.class.module]
    return part.kind === 'task' ? [part.task.module, ...modulesOf(part.params)] : []
  })
}

/** In a worker: the value again. Loads the modules that made its classes and tasks. */
export async function unpackParcel(parcel: Parcel): Promise<unknown> {
  for (const module of modulesOf(parcel)) if (!isLoaded(module)) await importModule(module)
  return unpack(parcel)
}

function unpack({ bytes, parts }: Parcel): unknown {
  const root = { value: deserialize(Buffer.from(bytes)) as unknown }
  // The innermost first: an outer object takes its fields as they are then.
  for (const { path, part } of [...parts].reverse()) {
    const last = path.at(-1) ?? 'value'
    const holder = (path.length === 0 ? root : path.slice(0, -1).reduce((at, key) => at[key], root.value as any)) as Record<string, unknown>
    holder[last] = revive(part, holder[last])
  }
  return root.value
}

function revive(part: Part, here: unknown): unknown {
  switch (part.kind) {
    case 'shared':
      return part.array
    case 'strings':
      return unpackList(part.list)
    case 'source':
      return compileInline(part.source)
    case 'task':
      return { ...findTask(part.task), params: unpack(part.params) }
    default: {
      const made = findClass(part.class) as Function & { fromWorker?(data: unknown): unknown }
      if (part.data) return made.fromWorker!(here)
      const object: object = Object.create(made.prototype as object)
      for (const [key, value] of Object.entries(here as object)) {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      }
      return object
    }
  }
}

class Packer {
  readonly parts: Parcel['parts'] = []
  readonly #names: string | Readonly<Record<string, string>>
  readonly #sharesMemory: boolean
  readonly #within = new Set<object>()

  constructor(names: string | Readonly<Record<string, string>>, sharesMemory: boolean) {
    this.#names = names
    this.#sharesMemory = sharesMemory
  }

  /** The value with holes where parts go; the very same value if it has none. */
  skeleton(value: unknown, path: Path): unknown {
    if (typeof value === 'function') return this.#function(value, path)
    if (typeof value === 'symbol') throw this.refuse(path, 'is a symbol')
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) return this.#array(value, path)
    if (isTask(value)) return this.#task(value, path)
    if (this.#within.has(value)) return value // A cycle of plain data, which structured clone can carry.
    this.#within.add(value)
    try {
      if (Array.isArray(value)) return this.#list(value, path)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype || prototype === null) return this.#fields(value, path, value)
      if (value instanceof Dataset || classReference(value.constructor) !== undefined) return this.#object(value, path)
      return this.#builtIn(value, path)
    } finally {
      this.#within.delete(value)
    }
  }

  refuse(path: Path, why: string): MillraceError {
    const [subject, inner] = this.#subject(path)
    const field =
      inner.length === 0
        ? ''
        : ` field ${inner
            .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
            .join('')
            .replace(/^\./, '')}`
    const cure = why.startsWith('is a function')
      ? 'Make it a task(import.meta, fn), or take numWorkers: 0.'
      : 'Fields travel by structured clone; for others define toWorker() (returns plain data) and static fromWorker(data), or take numWorkers: 0.'
    return new MillraceError('DATASET_CANNOT_TRAVEL', `${subject} can't be sent to workers:${field || ' it'} ${why}. ${cure}`)
  }

  /** What a path leads into, and the way from there. */
  #subject(path: Path): [name: string, inner: Path] {
    if (typeof this.#names === 'string') return [this.#names, path]
    return [this.#names[String(path[0])] ?? 'What the loader needs', path.slice(1)]
  }

  #object(value: object, path: Path): unknown {
    const made = value.constructor
    const reference = classReference(made)
    if (reference === undefined) {
      throw new MillraceError(
        'DATASET_NOT_REGISTERED',
        `Workers can't find the class ${made.name || '(without a name)'}. Write \`static { this.register(import.meta) }\` in its body, or take numWorkers: 0 (as where there is no file that workers could load: the REPL, node -e).`,
      )
    }
    const travels = typeof (value as Traveller).toWorker === 'function'
    if (travels && typeof (made as { fromWorker?: unknown }).fromWorker !== 'function') {
      throw this.refuse(path, `has toWorker(), but its class ${made.name} has no static fromWorker(data)`)
    }
    if (!travels) this.#refusePrivateNames(made, path)
    this.parts.push({ path, part: { kind: 'object', class: reference, data: travels } })
    return travels ? this.skeleton((value as Traveller).toWorker!(), path) : this.#fields(value, path)
  }

  #refusePrivateNames(made: Function, path: Path): void {
    for (
      let at = made;
      typeof at === 'function' && at !== Dataset && at !== Function.prototype;
      at = Object.getPrototypeOf(at) as Function
    ) {
      const [name] = privateNames(at)
      if (name !== undefined) throw this.refuse(path, `is of class ${at.name}, whose ${name} only its constructor can give`)
    }
  }

  /** @param same What to return when no field has a part; without it a plain object of the fields. */
  #fields(value: object, path: Path, same?: object): object {
    let copy: Record<string, unknown> | undefined = same === undefined ? { ...value } : undefined
    for (const [key, field] of Object.entries(value)) {
      const packed = this.skeleton(field, [...path, key])
      if (packed !== field) (copy ??= { ...value })[key] = packed
    }
    return copy ?? same!
  }

  #list(values: readonly unknown[], path: Path): readonly unknown[] | undefined {
    const list = packList(values)
    if (list === undefined) return this.#elements(values, path)
    const shared = this.#sharesMemory ? { bytes: sharedCopy(list.bytes), ends: sharedArray(list.ends) } : list
    this.parts.push({ path, part: { kind: 'strings', list: shared } })
    return undefined
  }

  #elements(values: readonly unknown[], path: Path): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value !== 'object' && typeof value !== 'function') continue
      const packed = this.skeleton(value, [...path, i])
      if (packed !== value) (copy ??= [...values])[i] = packed
    }
    return copy ?? values
  }

  #function(value: Function, path: Path): undefined {
    try {
      this.parts.push({ path, part: { kind: 'source', source: inlineSource(value) } })
    } catch (error) {
      throw this.refuse(path, `is a function that can't travel (${reasonOf(error).replace(/\.$/, '')})`)
    }
    return undefined
  }

  #task(value: Task<any, any>, path: Path): undefined {
    this.parts.push({
      path,
      part: { kind: 'task', task: value.reference, params: packParcel(value.params, `a task's params`, this.#sharesMemory) },
    })
    return undefined
  }

  #array(value: ArrayBufferView, path: Path): unknown {
    const shared = value.buffer instanceof SharedArrayBuffer
    if (shared && !this.#sharesMemory) throw this.refuse(path, 'lies in shared memory, which only threads can see')
    if (!shared && !(this.#sharesMemory && value.byteLength >= MIN_SHARED)) return value
    this.parts.push({ path, part: { kind: 'shared', array: shared ? value : sharedArray(value) } })
    return undefined
  }

  #builtIn(value: object, path: Path): unknown {
    if (value instanceof SharedArrayBuffer) {
      if (!this.#sharesMemory) throw this.refuse(path, 'is shared memory, which only threads can see')
      this.parts.push({ path, part: { kind: 'shared', array: value } })
      return undefined
    }
    // What lies in these can't be replaced by a part of the parcel, so it must be plain.
    if (value instanceof Map) for (const [key, inner] of value) this.#plain([key, inner], path, 'a Map')
    else if (value instanceof Set) this.#plain([...value], path, 'a Set')
    else if (value instanceof Error) this.#plain([value.cause], path, 'an Error')
    else if (![Date, RegExp, ArrayBuffer, Boolean, Number, String].some((kind) => value instanceof kind)) {
      throw this.refuse(path, `is an object of the class ${value.constructor?.name ?? '?'}, which would arrive without its methods`)
    }
    return value
  }

  #plain(inner: readonly unknown[], path: Path, where: string): void {
    const packer = new Packer(this.#names, false)
    for (const value of inner) packer.skeleton(value, path)
    if (packer.parts.length === 0) return
    throw this.refuse(path, `is ${where} that holds more than plain data; put that into an object or an array of its own`)
  }
}

function sharedCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  copy.set(bytes)
  return copy
}

function sharedArray<View extends ArrayBufferView>(view: View): View {
  const { buffer } = sharedCopy(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  // A Buffer's own constructor takes no memory; workers get a Uint8Array, as by structured clone.
  const Constructor = (view instanceof Uint8Array ? Uint8Array : view.constructor) as unknown as new (buffer: ArrayBufferLike) => View
  return new Constructor(buffer)
}
