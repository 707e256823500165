// Some columns of a row group, turned into rows of bytes. It all happens in the memory of the kernel: pages are uncompressed and decoded
// column by column, and 64 columns at a time are woven into rows.
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { KernelMemory, kernelBytes, parquetKernel } from '../kernels/parquet.ts'
import { decompress, SNAPPY, UNCOMPRESSED } from './parquet-compression.ts'
import { badParquet, type Footer, INT64, type Leaf, type OpenFile, readAt, type RowGroup } from './parquet-footer.ts'
import {
  DATA,
  DATA_V2,
  DICTIONARY,
  encodingName,
  INDEX,
  PLAIN,
  PLAIN_DICTIONARY,
  type PageHeader,
  readPageHeader,
  RLE,
  RLE_DICTIONARY,
} from './parquet-page.ts'

/** Columns that are woven into rows at once: a cache line of each row. */
export const BLOCK = 64

/** What one tile takes beside its own bytes: its columns, and a page of them. The file's compressed bytes of 64 columns come to it. */
export function bytesBeside(rows: number): number {
  return rows * (BLOCK + 8)
}

/**
 * The values of columns (places among the leaves) of a row group, a byte each, row after row. They lie in the kernel's memory and are
 * valid until the next call.
 *
 * @throws MillraceError `BAD_PARQUET` for damaged or unknown data, `BAD_PIXELS` for values that are missing or not 0 to 255, both with
 *   the column's name; `TOO_LARGE`, `INPUT_UNREADABLE`.
 */
export function readTile(open: OpenFile, { leaves, groups }: Footer, group: number, columns: Int32Array): Uint8Array {
  const { exports } = parquetKernel()
  const chunks = groups[group]!
  const { rows } = chunks
  const memory = new KernelMemory()
  const tile = memory.take(rows * columns.length)
  // Decoding writes up to a vector too much, which the next column overwrites.
  const apart = Math.ceil(rows / 64) * 64 + 64
  const block = memory.take(apart * Math.min(BLOCK, columns.length))
  const table = memory.take(256)
  for (let first = 0; first < columns.length; first += BLOCK) {
    const some = columns.subarray(first, first + BLOCK)
    const places = readChunks(open, chunks, some, memory)
    const column = new ColumnReader(open.file, memory, table)
    for (let i = 0; i < some.length; i++) {
      column.read(leaves[some[i]!]!, chunks, some[i]!, places[i]!, block + i * apart)
    }
    exports.transpose(block, apart, some.length, rows, tile + first, columns.length)
    memory.release(places[0]!)
  }
  return kernelBytes().subarray(tile, tile + rows * columns.length)
}

/** The file's bytes of some columns in the kernel's memory, and where each begins. What is adjacent in the file is read at once. */
function readChunks(open: OpenFile, { starts, sizes }: RowGroup, columns: Int32Array, memory: KernelMemory): number[] {
  const places: number[] = []
  for (let i = 0; i < columns.length;) {
    const start = starts[columns[i]!]!
    let end = start
    const begin = i
    while (i < columns.length && starts[columns[i]!] === end) end += sizes[columns[i++]!]!
    const at = memory.take(end - start)
    readAt(open, kernelBytes().subarray(at, at + end - start), start)
    for (let j = begin; j < i; j++) places.push(at + starts[columns[j]!]! - start)
  }
  return places
}

/** Decodes chunks of columns. */
class ColumnReader {
  readonly #file: string
  readonly #memory: KernelMemory
  /** Where the byte for each number of the dictionary stands. */
  readonly #table: number

  constructor(file: string, memory: KernelMemory, table: number) {
    this.#file = file
    this.#memory = memory
    this.#table = table
  }

  /** The chunk at `source` to bytes at `target`. */
  read(leaf: Leaf, { rows, codecs, values, sizes }: RowGroup, index: number, source: number, target: number): void {
    try {
      if (values[index] !== rows) throw new Error(`it has ${values[index]} values for ${rows} rows`)
      this.#readPages(leaf, codecs[index]!, rows, source, source + sizes[index]!, target)
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      const name = JSON.stringify(leaf.name)
      if (cause instanceof NoPixels) throw new MillraceError('BAD_PIXELS', `${this.#file}: the column ${name} ${cause.message}.`)
      throw badParquet(this.#file, `column ${name}: ${reasonOf(cause)}.`, cause)
    }
  }

  #readPages(leaf: Leaf, codec: number, rows: number, source: number, end: number, target: number): void {
    const size = leaf.type === INT64 ? 8 : 4
    // The largest page there can be: its values as they are, and their levels.
    const largest = rows * size + Math.ceil(rows / 4) + 1024
    let words = 0
    for (let row = 0; row < rows;) {
      const page = readPageHeader(kernelBytes().subarray(0, end), source)
      source = page.at + page.size
      if (!(page.size >= 0 && source <= end)) throw new Error('a page reaches beyond it')
      if (page.kind === INDEX) continue
      if (!(page.fullSize >= 0 && page.fullSize <= largest)) throw new Error(`a page of ${page.fullSize} bytes for ${rows} rows`)
      const mark = this.#memory.take(0)
      if (page.kind === DICTIONARY) words = this.#readDictionary(page, codec, size)
      else if (page.kind === DATA || page.kind === DATA_V2) {
        if (!(page.values > 0 && row + page.values <= rows)) throw new Error(`a page of ${page.values} values behind ${row} of ${rows}`)
        this.#readValues(page, leaf, codec, size, words, target + row)
        row += page.values
      } else throw new Error(`a page of kind ${page.kind}`)
      this.#memory.release(mark)
    }
  }

  /** Returns how many values it has. */
  #readDictionary(page: PageHeader, codec: number, size: number): number {
    const at = this.#uncompressed(page, codec, 0)
    if (!(page.values >= 0 && page.values * size <= page.fullSize)) throw new Error(`a dictionary of ${page.values} values is cut off`)
    // A byte has 256 values, and no writer says one twice.
    if (page.values > 256 || parquetKernel().exports.narrow(at, size, page.values, this.#table) === 0) throw notBytes()
    return page.values
  }

  #readValues(page: PageHeader, { definition }: Leaf, codec: number, size: number, words: number, target: number): void {
    const { exports } = parquetKernel()
    const { values } = page
    const isV2 = page.kind === DATA_V2
    const levels = page.repetitionBytes + page.definitionBytes
    if (!(page.repetitionBytes >= 0 && page.definitionBytes >= 0 && levels <= page.size && levels <= page.fullSize)) {
      throw new Error('the levels of a page reach beyond it')
    }
    let at = this.#uncompressed(page, codec, levels)
    const end = at + page.fullSize - levels
    if (definition > 0 && isV2) {
      const from = page.at + page.repetitionBytes
      if (exports.allOnes(from, from + page.definitionBytes, values) === 0) throw isMissing()
    } else if (definition > 0) {
      if (page.levels !== RLE) throw new Error(`levels in the encoding ${encodingName(page.levels)}, which only old files have`)
      const bytes = end - at >= 4 ? view().getUint32(at, true) : Infinity
      at += 4
      if (bytes > end - at) throw new Error('the levels of a page reach beyond it')
      if (exports.allOnes(at, at + bytes, values) === 0) throw isMissing()
      at += bytes
    }
    if (page.encoding === PLAIN) {
      if (values * size > end - at) throw new Error('a page has fewer values than its header says')
      if (exports.narrow(at, size, values, target) === 0) throw notBytes()
    } else if (page.encoding === RLE_DICTIONARY || page.encoding === PLAIN_DICTIONARY) {
      const width = at < end ? kernelBytes()[at]! : 33
      const most = width > 32 ? -1 : exports.hybrid(at + 1, end, width, values, target)
      if (most < 0 || most >= words) throw new Error('numbers of a dictionary are damaged')
      exports.translate(target, values, this.#table)
    } else {
      throw new Error(`the encoding ${encodingName(page.encoding)} can't be read. Write the file with pandas or pyarrow as they are set`)
    }
  }

  /** Where the page's bytes behind its levels lie, uncompressed. */
  #uncompressed(page: PageHeader, codec: number, levels: number): number {
    const from = page.at + levels
    const size = page.size - levels
    const length = page.fullSize - levels
    if (codec === UNCOMPRESSED || !page.compressed) {
      if (size !== length) throw new Error(`a page has ${size} bytes where its header says ${length}`)
      return from
    }
    const at = this.#memory.take(length)
    if (codec === SNAPPY) {
      if (parquetKernel().exports.snappy(from, from + size, at, length) === 0) throw new Error('a page is damaged (snappy)')
    } else kernelBytes().set(decompress(codec, kernelBytes().subarray(from, from + size), length), at)
    return at
  }
}

const view = (): DataView => new DataView(parquetKernel().memory.buffer)

/** Values that are whole but no pixels. */
class NoPixels extends Error {}
const notBytes = (): NoPixels => new NoPixels('has values that are not 0 to 255; pixels are')
const isMissing = (): NoPixels => new NoPixels('has missing values; fill them, or leave these rows out')
