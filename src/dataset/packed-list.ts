import { type PackedStrings, packStrings, stringAt } from './strings.ts'

/** Fewer strings than this are as fast to clone. */
const MIN_STRINGS = 10_000

/** The list packed, if it is a long one of nothing but strings. */
export function packList(list: readonly unknown[]): PackedStrings | undefined {
  const isLong = list.length >= MIN_STRINGS && list.every((string) => typeof string === 'string')
  return isLong ? packStrings(list as string[]) : undefined
}

/**
 * The list again: an array whose strings are made when they are asked for. A worker asks for a few of them; making a million costs
 * it a second. What is more than reading an element makes all of them first.
 */
export function unpackList(packed: PackedStrings): string[] {
  const { length } = packed.ends
  const list: string[] = []
  list.length = length
  const make = (i: number): string => (list[i] ??= stringAt(packed, i))
  let complete = false
  const all = (): string[] => {
    if (!complete) for (let i = 0; i < length; i++) make(i)
    complete = true
    return list
  }
  return new Proxy(list, {
    get(target, key, receiver) {
      if (!complete && typeof key === 'string') {
        const i = Number(key)
        if (i >= 0 && i < length && String(i) === key) return make(i)
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
