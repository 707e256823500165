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

const BLOCK = 1 << 20

/** Packs strings one after another, so that they need not be in memory at once. */
export function packStrings(strings: Iterable<string>): PackedStrings {
  const ends: number[] = []
  const blocks: Buffer[] = []
  let block = Buffer.allocUnsafe(BLOCK)
  let used = 0
  let before = 0
  const seal = (): void => {
    blocks.push(block.subarray(0, used))
    before += used
    used = 0
  }
  for (const text of strings) {
    const most = 1 + 2 * text.length
    if (used + most > block.length) {
      seal()
      block = Buffer.allocUnsafe(Math.max(BLOCK, most))
    }
    const isWide = /[^\0-\xff]/.test(text)
    block[used++] = isWide ? WIDE : LATIN1
    used += block.write(text, used, isWide ? 'utf16le' : 'latin1')
    ends.push(before + used)
  }
  seal()
  const bytes = new Uint8Array(before)
  let at = 0
  for (const sealed of blocks) {
    bytes.set(sealed, at)
    at += sealed.length
  }
  return { bytes, ends: Float64Array.from(ends) }
}

/** A long list of strings, such as the paths of a million files, that costs neither the heap nor the start of a worker anything. */
export class StringDataset extends Dataset<string> {
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
    const start = index === 0 ? 0 : this.ends[index - 1]!
    const { buffer, byteOffset } = this.bytes
    const text = Buffer.from(buffer, byteOffset + start + 1, this.ends[index]! - start - 1)
    return text.toString(this.bytes[start] === WIDE ? 'utf16le' : 'latin1')
  }
}
