import { createHash } from 'node:crypto'
import { closeSync, fstatSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { checkIndex, checkWhole, shown } from '../dataset/check.ts'
import type { SampleContext } from '../dataset/context.ts'
import { Dataset } from '../dataset/dataset.ts'
import { inWorker } from '../tasks/in-worker.ts'
import { files } from './files.ts'
import { openFile, readFooter } from './parquet-footer.ts'
import { isPrepared, type PrepareOptions, removeRows, temporaryFolder, tileColumnsFor } from './parquet-kept.ts'
import { RowReader, type RowsFile, rowsOf } from './parquet-rows.ts'
import { selectColumns } from './parquet-select.ts'

export interface ParquetPixelsOptions {
  /** Height and width of a row's picture; their product is the number of its columns. */
  shape: readonly [height: number, width: number]
  /** The column that names the rows, of strings or integers. Without it they are named by their index, from 0. */
  id?: string
  /** What reading may take at most, in bytes, all workers together. Default 512 MB; at least 200 MB. */
  maxBytes?: number
  /**
   * The folder for the rows, which need `height * width` bytes each while they are used. Default: one of the user's own in the
   * system's folder for temporary files, and rows are deleted from it when the program ends.
   */
  cache?: string
}

/** A row of a Parquet file of pixels. */
export interface PixelRow {
  id: string
  /** Gray, 8 bits. */
  pixels: Image & { data: Uint8Array; channels: 1 }
}

/**
 * Pictures that lie in Parquet files as one row each and one column a pixel, as in Kaggle's Bengali.AI competition: files as pandas and
 * pyarrow write them (any row groups; snappy, zstd, gzip, brotli or none; dictionary or plain; data pages 1 and 2), pixels of any type of
 * integer with values 0 to 255. Pixels are the columns `0` to `height * width - 1` if there are these, else all but the id and
 * pandas' index. A folder or pattern means its files, sorted by name.
 *
 * In such a file the pixels of a picture lie far apart, so that to read a row means to read everything. The first `get`, or
 * `prepare()`, reads a file once, on all cores, and puts its rows behind each other into a temporary file; from then on a row is a
 * read of some kilobytes, in any order and by any number of workers. A run that was killed finds the rows there again.
 *
 * @example
 * const ds = parquetPixels('train_*.parquet', { shape: [137, 236], id: 'image_id' })
 * const { id, pixels } = await ds.get(0)
 * @throws MillraceError `NO_INPUT`, `INPUT_UNREADABLE`; `BAD_PARQUET` for files that are damaged, cut off or not Parquet; `BAD_PIXELS` for
 *   other columns than the shape asks for, and, when rows are read, for values that are missing or not 0 to 255; `NO_SPACE` when the
 *   rows don't fit into the folder; `BAD_OPTION`.
 */
export function parquetPixels(where: string | readonly string[], options: ParquetPixelsOptions): ParquetPixels {
  return new ParquetPixels(where, options)
}

/** See `parquetPixels`. */
export class ParquetPixels extends Dataset<PixelRow> {
  static {
    this.register(import.meta)
  }

  readonly shape: readonly [height: number, width: number]
  readonly maxBytes: number
  readonly files: readonly RowsFile[]
  /** The index behind the last row of each file. */
  readonly ends: readonly number[]
  /** Whether a column names the rows. */
  readonly isNamed: boolean

  constructor(where: string | readonly string[], { shape, id, maxBytes = 512e6, cache }: ParquetPixelsOptions) {
    super()
    if (!Array.isArray(shape) || shape.length !== 2) {
      throw new MillraceError('BAD_OPTION', `shape must be [height, width], but is ${shown(shape)}.`)
    }
    for (const side of shape as number[]) checkWhole('a side of the shape', side, 1)
    checkWhole('maxBytes', maxBytes, 200e6)
    this.shape = shape
    this.maxBytes = maxBytes
    this.isNamed = id !== undefined
    const folder = cache === undefined ? temporaryFolder() : resolve(cache)
    this.files = [...filesOf(where)].map((file) => rowsFile(file, shape[0] * shape[1], id, maxBytes, folder))
    let end = 0
    this.ends = this.files.map((rows) => (end += rowsOf(rows)))
    if (cache === undefined && !inWorker) deleteAtExit(this)
  }

  get length(): number {
    return this.ends.at(-1) ?? 0
  }

  /** A row; a promise of it while its file is not prepared. Picture data are the caller's own. */
  get(index: number, ctx?: Pick<SampleContext, 'allocate'>): PixelRow | Promise<PixelRow> {
    checkIndex('The Parquet files', index, this.length)
    const at = this.ends.findIndex((end) => index < end)
    const rows = this.files[at]!
    const row = index - (this.ends[at - 1] ?? 0)
    const reader = readerOf(this, rows)
    if (reader !== undefined) return this.read(reader, index, row, ctx)
    // Not until this row's signal: others wait for the same.
    return prepareRows(rows, this.maxBytes).then(() => this.read(readerOf(this, rows)!, index, row, ctx))
  }

  /** Reads all files that have not been read, so that no `get` has to. */
  async prepare(options: PrepareOptions = {}): Promise<void> {
    for (const rows of this.files) await prepareRows(rows, this.maxBytes, options)
  }

  /** Deletes the rows. They are made again when they are wanted again. */
  close(): void {
    for (const reader of readers.get(this)?.values() ?? []) reader.close()
    readers.delete(this)
    for (const rows of this.files) removeRows(rows)
  }

  private read(reader: RowReader, index: number, row: number, ctx: Pick<SampleContext, 'allocate'> | undefined): PixelRow {
    const [height, width] = this.shape
    const data = ctx?.allocate === undefined ? new Uint8Array(height * width) : ctx.allocate('uint8', height * width)
    const name = reader.read(row, data)
    return { id: this.isNamed ? name : String(index), pixels: { data, height, width, channels: 1 } }
  }
}

/** The reader itself is loaded when there is something to read. */
async function prepareRows(rows: RowsFile, maxBytes: number, options: PrepareOptions = {}): Promise<void> {
  await (await import('./parquet-prepare.ts')).prepareRows(rows, maxBytes, options)
}

function filesOf(where: string | readonly string[]): Iterable<string> {
  const found = files(where, { extensions: ['parquet', 'parq', 'pq'] })
  return Array.from({ length: found.length }, (_, i) => found.get(i))
}

function rowsFile(file: string, pixels: number, id: string | undefined, maxBytes: number, folder: string): RowsFile {
  const open = openFile(file)
  try {
    const { mtimeMs } = fstatSync(open.descriptor)
    const footer = readFooter(open)
    selectColumns(file, footer, pixels, id)
    const groups = footer.groups.map(({ rows }) => rows)
    const most = groups.reduce((a, b) => Math.max(a, b), 0)
    const what = {
      source: resolve(file),
      size: open.size,
      modified: mtimeMs,
      pixels,
      id,
      groups,
      tileColumns: tileColumnsFor(most, maxBytes),
    }
    const name = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 24)
    return { path: join(folder, `${name}.rows`), ...what }
  } finally {
    closeSync(open.descriptor)
  }
}

/** Open files of rows, of each dataset in this thread; not fields, which would travel. */
const readers = new WeakMap<ParquetPixels, Map<string, RowReader>>()

/** Files of rows kept open at once by a dataset. */
const MAX_OPEN = 16

/** Undefined while the rows have to be made. */
function readerOf(dataset: ParquetPixels, rows: RowsFile): RowReader | undefined {
  let open = readers.get(dataset)
  if (open === undefined) readers.set(dataset, (open = new Map()))
  const found = open.get(rows.path)
  if (found !== undefined) return found
  if (!isPrepared(rows)) return undefined
  const reader = new RowReader(rows)
  const oldest = open.size < MAX_OPEN ? undefined : open.entries().next().value
  if (oldest !== undefined) {
    oldest[1].close()
    open.delete(oldest[0])
  }
  open.set(rows.path, reader)
  return reader
}

const temporary = new Map<string, RowsFile>()

/** A process that is killed leaves them, and the next one finds them there. */
function deleteAtExit({ files }: ParquetPixels): void {
  if (temporary.size === 0) process.once('exit', () => temporary.forEach(removeQuietly))
  for (const rows of files) temporary.set(rows.path, rows)
}

function removeQuietly(rows: RowsFile): void {
  try {
    removeRows(rows)
  } catch {
    // On Windows another process may have them open. They are in a folder for temporary files.
  }
}
