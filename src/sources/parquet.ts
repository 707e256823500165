import { closeSync } from 'node:fs'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { checkWhole } from '../dataset/check.ts'
import { type EpochContext, IterableDataset, type Samples } from '../dataset/iterable.ts'
import { files } from './files.ts'
import { badParquet, openFile, readFooter } from './parquet-footer.ts'
import { bufferOf } from './parquet-buffer.ts'

export interface ParquetOptions {
  /** The columns to read. Default: all. */
  columns?: readonly string[]
}

/**
 * The rows of Parquet files as objects, one row group in memory at a time. Columns of bytes are Uint8Arrays, strings strings, times and
 * dates Dates, lists arrays, structs objects; 64-bit integers are numbers where these are exact, else bigints; what is missing is null. A
 * folder or pattern means its files, sorted by name. For tables of pixels, a column each, there is `parquetPixels`.
 *
 * @example
 * for await (const { name, image } of parquet<{ name: string; image: Uint8Array }>('photos/*.parquet')) ...
 * @throws MillraceError `NO_INPUT`; `INPUT_UNREADABLE`; `BAD_PARQUET` for a file that is damaged, cut off or not Parquet, in part also
 *   while it is read; `BAD_OPTION` for a column that is not there; `BAD_STATE` for a position that no longer is.
 */
export function parquet<Row = Record<string, unknown>>(
  where: string | readonly string[],
  { columns }: ParquetOptions = {},
): ParquetRows<Row> {
  return new ParquetRows<Row>(where, columns)
}

/** See `parquet`. */
export class ParquetRows<Row = Record<string, unknown>> extends IterableDataset<Row> {
  readonly files: readonly { file: string; groups: readonly number[] }[]
  readonly columns: readonly string[] | undefined

  constructor(where: string | readonly string[], columns?: readonly string[]) {
    super()
    const found = files(where, { extensions: ['parquet', 'parq', 'pq'] })
    this.files = Array.from({ length: found.length }, (_, i) => lookAt(found.get(i), columns))
    this.columns = columns
  }

  override get length(): number {
    return this.files.flatMap(({ groups }) => groups).reduce((a, b) => a + b, 0)
  }

  iterate({ state }: EpochContext): Samples<Row> {
    const position = { row: 0, ...(state as { row: number } | undefined) }
    checkWhole(`The position in ${this.files[0]?.file}`, position.row, 0)
    if (position.row > this.length) {
      throw new MillraceError(
        'BAD_STATE',
        `The position is row ${position.row}, and the files have ${this.length}: they are not those that it was of.`,
      )
    }
    return Object.assign(this.#read(position), { state: (): { row: number } => ({ ...position }) })
  }

  /** Reads on from a row and keeps it behind the last one given. */
  async *#read(position: { row: number }): AsyncGenerator<Row, void, undefined> {
    let end = 0
    for (const { file, groups } of this.files) {
      const begin = end
      end += groups.reduce((a, b) => a + b, 0)
      if (position.row >= end) continue
      for await (const row of readFile<Row>(file, groups, position.row - begin, this.columns)) {
        position.row++
        yield row
      }
    }
  }
}

/** Rows of each row group. */
function lookAt(file: string, columns: readonly string[] | undefined): { file: string; groups: number[] } {
  const open = openFile(file)
  try {
    const { leaves, groups } = readFooter(open)
    const names = [...new Set(leaves.map(({ name }) => name.replace(/\..*/s, '')))]
    const missing = columns?.find((name) => !names.includes(name) && leaves.every((leaf) => leaf.name !== name))
    if (missing === undefined) return { file, groups: groups.map(({ rows }) => rows) }
    throw new MillraceError('BAD_OPTION', `${file} has no column ${JSON.stringify(missing)}; it has ${names.slice(0, 20).join(', ')}.`)
  } finally {
    closeSync(open.descriptor)
  }
}

/** The rows from `first` on. */
async function* readFile<Row>(
  file: string,
  groups: readonly number[],
  first: number,
  columns: readonly string[] | undefined,
): AsyncGenerator<Row, void, undefined> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
  const [{ compressors }, { loadZstd }] = await Promise.all([import('./parquet-compressors.ts'), import('./parquet-compression.ts')])
  const open = openFile(file)
  const buffer = bufferOf(open)
  try {
    const metadata = await damaged(file, parquetMetadataAsync(buffer))
    if (metadata.row_groups.some(({ columns }) => columns.some((column) => column.meta_data?.codec === 'ZSTD'))) await loadZstd()
    let end = 0
    for (const count of groups) {
      const begin = end
      end += count
      if (count === 0 || first >= end) continue
      const rowStart = Math.max(first, begin)
      const chosen = columns === undefined ? {} : { columns: [...columns] }
      const read = parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd: end, ...chosen, compressors, utf8: false })
      for (const row of await damaged(file, read)) yield plain(row) as Row
    }
  } finally {
    closeSync(open.descriptor)
  }
}

async function damaged<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (cause) {
    throw cause instanceof MillraceError ? cause : badParquet(file, `${reasonOf(cause)}.`, cause)
  }
}

/** Null for what is missing, numbers where they are exact, and bytes of their own: as a part of their page they would travel with all of it. */
function plain(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(plain)
  if (ArrayBuffer.isView(value)) return value
  for (const [key, field] of Object.entries(value)) {
    const made = plain(field)
    if (made !== field) (value as Record<string, unknown>)[key] = made
  }
  return value
}
