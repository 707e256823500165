// A file of rows: the pixels of a Parquet file, row after row within each tile, and then the rows' names. It is made once (see
// parquet-prepare.ts), and read by all workers.
import { closeSync, openSync, readSync } from 'node:fs'

/** Which rows of which columns a file of rows has, and where. Plain data, which travels to workers. */
export interface RowsFile {
  /** Where it lies when it is whole. */
  path: string
  /** The Parquet file, and what it was. */
  source: string
  size: number
  modified: number
  /** Bytes of a row. */
  pixels: number
  /** The column that names the rows. */
  id: string | undefined
  /** Rows of each row group. */
  groups: readonly number[]
  /** Columns of a tile; the last tile of a group may have fewer. */
  tileColumns: number
}

export function rowsOf({ groups }: RowsFile): number {
  return groups.reduce((a, b) => a + b, 0)
}

/** Where a tile begins: a row group's columns from `first` on. */
export function tileStart({ groups, pixels }: RowsFile, group: number, first: number): number {
  let start = 0
  for (let i = 0; i < group; i++) start += groups[i]! * pixels
  return start + groups[group]! * first
}

export function tileWidth({ pixels, tileColumns }: RowsFile, first: number): number {
  return Math.min(tileColumns, pixels - first)
}

/** Behind the pixels: where each name ends, as an unsigned number of 4 bytes, and the names in UTF-8. */
export function namesStart(rows: RowsFile): number {
  return rowsOf(rows) * rows.pixels
}

/** Rows read at once where they are asked for one after another. */
const AHEAD = 32

/** Reads rows. Those that follow each other are read 32 at a time. */
export class RowReader {
  readonly #rows: RowsFile
  readonly #descriptor: number
  readonly #pixels: Uint8Array
  readonly #ends: Uint32Array<ArrayBuffer>
  #names: Buffer = Buffer.alloc(0)
  #nameStart = 0
  #first = 0
  #count = 0
  #last = -1

  /** @throws Error `ENOENT` when there is no such file. */
  constructor(rows: RowsFile) {
    this.#rows = rows
    this.#pixels = new Uint8Array(AHEAD * rows.pixels)
    this.#ends = new Uint32Array(AHEAD + 1)
    this.#descriptor = openSync(rows.path, 'r')
  }

  /** The pixels of a row into `target`, and its name. */
  read(row: number, target: Uint8Array): string {
    if (!(row >= this.#first && row < this.#first + this.#count)) this.#fetch(row)
    this.#last = row
    const at = row - this.#first
    const { pixels, tileColumns } = this.#rows
    for (let first = 0, from = 0; first < pixels; first += tileColumns) {
      const width = tileWidth(this.#rows, first)
      target.set(this.#pixels.subarray(from + at * width, from + (at + 1) * width), first)
      from += this.#count * width
    }
    return this.#names.toString('utf8', this.#ends[at]! - this.#nameStart, this.#ends[at + 1]! - this.#nameStart)
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #fetch(row: number): void {
    const { groups, pixels, tileColumns } = this.#rows
    let group = 0
    let start = 0
    while (row >= start + groups[group]!) start += groups[group++]!
    const count = row === this.#last + 1 && row > 0 ? Math.min(AHEAD, start + groups[group]! - row) : 1
    this.#count = 0
    for (let first = 0, at = 0; first < pixels; first += tileColumns) {
      const width = tileWidth(this.#rows, first)
      const part = this.#pixels.subarray(at, (at += count * width))
      this.#read(part, tileStart(this.#rows, group, first) + (row - start) * width)
    }
    this.#fetchNames(row, count)
    this.#first = row
    this.#count = count
  }

  #fetchNames(row: number, count: number): void {
    const at = namesStart(this.#rows)
    const ends = new Uint8Array(this.#ends.buffer, 0, (count + 1) * 4)
    // The first name has no end before it.
    if (row === 0) this.#ends[0] = 0
    const missing = row === 0 ? 1 : 0
    this.#read(ends.subarray(missing * 4), at + (row - 1 + missing) * 4)
    this.#nameStart = this.#ends[0]!
    this.#names = Buffer.alloc(this.#ends[count]! - this.#nameStart)
    this.#read(this.#names, at + rowsOf(this.#rows) * 4 + this.#nameStart)
  }

  #read(target: Uint8Array, position: number): void {
    for (let at = 0; at < target.length;) {
      const read = readSync(this.#descriptor, target, at, target.length - at, position + at)
      if (read === 0) throw new Error(`${this.#rows.path} ends at byte ${position + at}`)
      at += read
    }
  }
}
