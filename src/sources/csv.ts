import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { checkIndex } from '../dataset/check.ts'
import { Dataset } from '../dataset/dataset.ts'
import { findRecords, splitRecord } from './csv-records.ts'

export interface CsvOptions<Column extends string | undefined = undefined> {
  /** The samples are this column's values instead of whole rows. */
  column?: Column
  /**
   * Columns that hold paths: relative ones are taken from the folder of the list instead of the working directory. Empty values
   * and URLs stay as they are.
   */
  paths?: string | readonly string[]
  /** Whether the first line names the columns (default), or their names, or `false`: they are then `'0'`, `'1'`, ... */
  header?: boolean | readonly string[]
  /** What stands between fields: one ASCII character. Default `,`; `'\t'` for TSV. */
  separator?: string
}

/**
 * The rows of a CSV file, each an object of strings under the names of the first line. Fields may be quoted, and hold separators,
 * doubled quotes and line ends then; a byte order mark, CR LF and empty lines are passed over.
 *
 * The file is kept as bytes with 12 more a row, which workers share; a row is read when it is asked for. So a broken row is the
 * failure of that sample, not of the file: `get` throws `BAD_ROW` with its line when it has other fields than there are columns, a
 * quote that is not closed, or bytes that are not UTF-8.
 *
 * @example
 * const rows = new CsvDataset<{ input: string; labels: string }>('dataset.csv', { paths: 'input' })
 * const inputs = new CsvDataset('dataset.csv', { column: 'input' })          // strings
 */
export class CsvDataset<Row = Record<string, string>, const Column extends string | undefined = undefined> extends Dataset<
  Column extends string ? string : Row
> {
  static {
    this.register(import.meta)
  }

  readonly file: string
  /** The columns' names. */
  readonly columns: readonly string[]
  /** Place of the one column whose values are the samples. */
  readonly place: number | undefined
  readonly separator: string
  /** Places of the columns that hold paths, and the folder these are taken from. */
  readonly paths: readonly number[]
  readonly folder: string
  readonly bytes: Uint8Array
  readonly starts: Float64Array
  readonly lines: Uint32Array

  /**
   * @throws MillraceError `INPUT_UNREADABLE`; `BAD_CSV` for a file without columns, or with two of one name; `BAD_ROW` for a broken
   *   first line; `BAD_OPTION`, also for a column that is not there.
   */
  constructor(file: string, { column, paths = [], header = true, separator = ',' }: CsvOptions<Column> = {}) {
    super()
    if (!/^[\0-!#-\x7f]$/.test(separator) || separator === '\n' || separator === '\r') {
      throw new MillraceError(
        'BAD_OPTION',
        `separator must be one ASCII character, not a quote or a line end, but is ${JSON.stringify(separator)}.`,
      )
    }
    this.file = file
    this.folder = resolve(dirname(file))
    this.separator = separator
    this.bytes = readBytes(file)
    const { starts, lines } = findRecords(this.bytes, separator)
    const rows = header === true ? 1 : 0
    this.starts = starts.subarray(rows)
    this.lines = lines.subarray(rows)
    if (typeof header === 'object') {
      this.columns = header
    } else {
      const first = starts.length === 0 ? [] : readRecord(this, starts[0]!, starts[1], lines[0]!)
      this.columns = header ? first : first.map((_, i) => String(i))
    }
    checkColumns(file, this.columns)
    this.paths = [paths].flat().map((name) => placeOf(name, file, this.columns))
    this.place = column === undefined ? undefined : placeOf(column, file, this.columns)
  }

  get length(): number {
    return this.starts.length
  }

  get(index: number): Column extends string ? string : Row {
    checkIndex(this.file, index, this.length)
    const fields = this.fieldsOf(index)
    for (const place of this.paths) fields[place] = resolvePath(this.folder, fields[place]!)
    return (this.place === undefined ? rowOf(this.columns, fields) : fields[this.place]) as Column extends string ? string : Row
  }

  private fieldsOf(index: number): string[] {
    const fields = readRecord(this, this.starts[index]!, this.starts[index + 1], this.lines[index]!)
    if (fields.length === this.columns.length) return fields
    const columns = `${this.columns.length} columns (${this.columns.join(', ')})`
    throw new MillraceError('BAD_ROW', `${this.file} line ${this.lines[index]}: ${fields.length} fields where there are ${columns}.`)
  }
}

type Source = Pick<CsvDataset, 'file' | 'bytes' | 'separator'>

/** The fields of a record. What follows its line end up to `end` are empty lines. */
function readRecord({ file, bytes, separator }: Source, start: number, end: number | undefined, line: number): string[] {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset + start, (end ?? bytes.length) - start)
  const text = record.toString('utf8').replace(/[\r\n]+$/, '')
  try {
    // Only a text that has this character can have had bytes that it stands for.
    if (text.includes('\ufffd') && !isUtf8(record)) {
      throw new Error(`${JSON.stringify(text.slice(0, 40))} is not UTF-8. Convert the file, e.g. with iconv -f latin1 -t utf8.`)
    }
    return splitRecord(text, separator)
  } catch (cause) {
    throw new MillraceError('BAD_ROW', `${file} line ${line}: ${reasonOf(cause)}`, { cause })
  }
}

function rowOf(columns: readonly string[], fields: readonly string[]): Record<string, string> {
  const row: Record<string, string> = {}
  for (let i = 0; i < columns.length; i++) {
    const name = columns[i]!
    // To assign a field of this name would set the prototype.
    if (name === '__proto__') Object.defineProperty(row, name, { value: fields[i]!, enumerable: true, configurable: true, writable: true })
    else row[name] = fields[i]!
  }
  return row
}

function checkColumns(file: string, columns: readonly string[]): void {
  if (columns.length === 0) {
    throw new MillraceError('BAD_CSV', `${file} is empty: a CSV file has at least a line with the names of its columns.`)
  }
  const twice = columns.find((name, i) => columns.indexOf(name) !== i)
  if (twice === undefined) return
  throw new MillraceError('BAD_CSV', `${file} has two columns named ${JSON.stringify(twice)}. Rename one, or give other names as header.`)
}

function placeOf(name: string, file: string, columns: readonly string[]): number {
  const place = columns.indexOf(name)
  if (place >= 0) return place
  throw new MillraceError(
    'BAD_OPTION',
    `${file} has no column ${JSON.stringify(name)}; it has ${columns.map((each) => JSON.stringify(each)).join(', ')}.`,
  )
}

function resolvePath(folder: string, path: string): string {
  return path === '' || /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? path : resolve(folder, path)
}

/** The whole file. Node's own function stops at 2 GiB. */
function readBytes(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const { size } = fstatSync(descriptor)
      if (size < 2 ** 30) return readFileSync(descriptor)
      const bytes = new Uint8Array(size)
      let at = 0
      for (let read = -1; read !== 0; at += read) read = readSync(descriptor, bytes, at, Math.min(2 ** 30, size - at), at)
      return bytes.subarray(0, at)
    } finally {
      closeSync(descriptor)
    }
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The CSV file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
  }
}
