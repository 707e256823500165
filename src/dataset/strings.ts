import { checkIndex } from './check.ts'
import { Dataset } from './dataset.ts'

/** Many strings in two arrays, which workers share: string i lies in `bytes` from `ends[i - 1]` to `ends[i]`. */
export interface PackedStrings {
  /** Of each string one byte that says how it is written (see `WIDE`), then its characters. */
  readonly bytes: Uint8Array
  readonly ends: Float64Array
}

/** A string of characters below 256 is written as Latin-1, another one as UTF-16: both take any string there is, and are fast to read. */
const LATIN1 = 0
const WIDE = 1

/** Strings are written as many at a time, each with a character before it that is its byte. */
const AT_ONCE = 1000

/** Packs strings one after another, so that they need not be in memory at once. */
export function packStrings(strings: Iterable<string>): PackedStrings {
  const ends: number[] = []
  const blocks: Buffer[] = []
  let end = 0
  let some: string[] = []
  const write = (): void => {
    const joined = `\0${some.join('\0')}`
    if (/[^\0-\xff]/.test(joined)) for (const text of some) writeOne(text)
    else {
      blocks.push(Buffer.from(joined, 'latin1'))
      for (const { length } of some) ends.push((end += 1 + length))
    }
    some = []
  }
  const writeOne = (text: string): void => {
    const wide = /[^\0-\xff]/.test(text)
    const characters = Buffer.from(text, wide ? 'utf16le' : 'latin1')
    blocks.push(Buffer.of(wide ? WIDE : LATIN1), characters)
    ends.push((end += 1 + characters.length))
  }
  for (const text of strings) if (some.push(text) === AT_ONCE) write()
  if (some.length > 0) write()
  const bytes = new Uint8Array(end)
  let at = 0
  for (const block of blocks) {
    bytes.set(block, at)
    at += block.length
  }
  return { bytes, ends: new Float64Array(ends) }
}

/** String `index` of a packed list. */
export function stringAt({ bytes, ends }: PackedStrings, index: number): string {
  const start = index === 0 ? 0 : ends[index - 1]!
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start + 1, ends[index]! - start - 1)
  return text.toString(bytes[start] === WIDE ? 'utf16le' : 'latin1')
}

/** A long list of strings, such as the paths of a million files, that costs neither the heap nor the start of a worker anything. */
export class StringDataset extends Dataset<string> implements PackedStrings {
  static {
    this.register(import.meta)
  }

  readonly bytes: Uint8Array
  readonly ends: Float64Array

  constructor({ bytes, ends }: PackedStrings) {
    super()
    this.bytes = bytes
    this.ends = ends
  }

  get length(): number {
    return this.ends.length
  }

  get(index: number): string {
    checkIndex('The list', index, this.length)
    return stringAt(this, index)
  }
}
