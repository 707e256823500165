/** A long list of strings as one text, which is many times faster to send and to take apart than a million strings are. */
export interface PackedList {
  text: Uint8Array
  /** Written as Latin-1; else as UTF-16. */
  latin1: boolean
  /** Where each string ends, in characters. */
  ends: Uint32Array
}

/** Fewer strings than this are as fast to clone. */
const MIN_STRINGS = 10_000
/** V8's own limit for one string is 2^29 - 24 characters. */
const MAX_CHARACTERS = 2 ** 28

/** The list packed, if it is a long one of nothing but strings. */
export function packList(list: readonly unknown[], allocate: (bytes: number) => Uint8Array): PackedList | undefined {
  if (list.length < MIN_STRINGS) return undefined
  const ends = new Uint32Array(list.length)
  let end = 0
  for (let i = 0; i < list.length; i++) {
    const string = list[i]
    if (typeof string !== 'string') return undefined
    ends[i] = end += string.length
    if (end > MAX_CHARACTERS) return undefined
  }
  const joined = list.join('')
  const latin1 = !/[^\0-\xff]/.test(joined)
  const text = allocate(latin1 ? end : 2 * end)
  Buffer.from(text.buffer, text.byteOffset, text.byteLength).write(joined, latin1 ? 'latin1' : 'utf16le')
  return { text, latin1, ends }
}

/**
 * The list again: an array whose strings are made when they are asked for. A worker asks for a few of them; making a million costs
 * it a second. What is more than reading an element makes all of them first.
 */
export function unpackList({ text, latin1, ends }: PackedList): string[] {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const width = latin1 ? 1 : 2
  const encoding = latin1 ? 'latin1' : 'utf16le'
  const list: string[] = []
  list.length = ends.length
  const make = (i: number): string => (list[i] ??= bytes.toString(encoding, width * (i === 0 ? 0 : ends[i - 1]!), width * ends[i]!))
  let complete = false
  const all = (): string[] => {
    if (!complete) for (let i = 0; i < ends.length; i++) make(i)
    complete = true
    return list
  }
  return new Proxy(list, {
    get(target, key, receiver) {
      if (!complete && typeof key === 'string') {
        const i = Number(key)
        if (i >= 0 && i < ends.length && String(i) === key) return make(i)
      }
      return Reflect.get(target, key, receiver) as unknown
    },
    has: (_target, key) => Reflect.has(all(), key),
    set: (_target, key, value) => Reflect.set(all(), key, value),
    deleteProperty: (_target, key) => Reflect.deleteProperty(all(), key),
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(all(), key, descriptor),
    ownKeys: () => Reflect.ownKeys(all()),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(key === 'length' ? list : all(), key),
  })
}
