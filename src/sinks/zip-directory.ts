import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { recordEnd } from '../codec/zip-read.ts'
import { DIRECTORY } from '../codec/zip-write.ts'

/** The method of a record that says that its name was taken away. Only the sink's own file has such, never a zip. */
export const REMOVED = 0xffff

const BLOCK = 1 << 20

/**
 * Copies a zip's directory from the sink's own file to where it belongs. The file is larger than memory should hold, and most often
 * what stands in it is what belongs into the zip; only where names were taken away it is read as a whole.
 *
 * @param entries How many the file holds, or undefined where some were taken away.
 * @returns What was copied.
 */
export async function copyDirectory(
  path: string,
  entries: number | undefined,
  append: (records: Uint8Array[]) => Promise<void>,
): Promise<{ entries: number; size: number }> {
  let size = 0
  if (entries !== undefined) {
    for await (const block of createReadStream(path, { highWaterMark: BLOCK }) as AsyncIterable<Buffer>) {
      await append([block])
      size += block.length
    }
    return { entries, size }
  }
  const bytes = await readFile(path)
  const names = new NameTable(bytes, startsOf(bytes))
  const records = names.standing().map((at) => bytes.subarray(at, recordEnd(bytes, at)))
  await append(records)
  return { entries: records.length, size: records.reduce((sum, { length }) => sum + length, 0) }
}

/** Where the whole records of a directory begin. Behind them an append that failed may have left half of one. */
export function startsOf(bytes: Buffer): Float64Array {
  const starts: number[] = []
  for (let at = 0; at + 46 <= bytes.length && bytes.readUInt32LE(at) === DIRECTORY && recordEnd(bytes, at) <= bytes.length;) {
    starts.push(at)
    at = recordEnd(bytes, at)
  }
  return Float64Array.from(starts)
}

/** Finds the last record of a name in a directory: a hash table of numbers, of 16 to 32 bytes an entry. */
export class NameTable {
  readonly #bytes: Buffer
  readonly #starts: Float64Array
  /** Where a record begins, plus one; 0 is empty. A power of two, at most half full. */
  readonly #slots: Float64Array

  constructor(bytes: Buffer, starts: Float64Array) {
    this.#bytes = bytes
    this.#starts = starts
    this.#slots = new Float64Array(2 ** Math.ceil(Math.log2(2 * starts.length + 2)))
    for (const start of starts) this.#slots[this.#slotOfRecord(start)] = start + 1
  }

  /** Where the last record of this name begins, unless that says that it was taken away. */
  find(name: Uint8Array): number | undefined {
    return this.#standingIn(this.#slotOf(name, 0, name.length))
  }

  /** The records that count, in order. */
  standing(): number[] {
    return [...this.#starts].filter((start) => this.#standingIn(this.#slotOfRecord(start)) === start)
  }

  #standingIn(slot: number): number | undefined {
    const start = this.#slots[slot]! - 1
    return start < 0 || this.#bytes.readUInt16LE(start + 10) === REMOVED ? undefined : start
  }

  #slotOfRecord(start: number): number {
    return this.#slotOf(this.#bytes, start + 46, start + 46 + this.#bytes.readUInt16LE(start + 28))
  }

  /** The slot that has the name in `bytes` from `from` to `to`, or an empty one for it. */
  #slotOf(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1
    let slot = hash(bytes, from, to) & mask
    while (this.#slots[slot] !== 0 && !this.#hasName(this.#slots[slot]! - 1, bytes, from, to)) slot = (slot + 1) & mask
    return slot
  }

  #hasName(start: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#bytes.readUInt16LE(start + 28) !== to - from) return false
    for (let i = from, j = start + 46; i < to; i++, j++) if (bytes[i] !== this.#bytes[j]) return false
    return true
  }
}

/** FNV-1a. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
