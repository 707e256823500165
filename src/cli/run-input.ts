import { CsvDataset, files, jsonl, MillraceError } from '../index.ts'
import { StdinLines } from '../sources/stdin.ts'

/** Columns that hold paths, which are relative to the list's own folder. */
const PATH_COLUMNS = ['input', 'path', 'file', 'filename']

/**
 * What `--input` means: a CSV or TSV file its rows, or the values of one column; JSON Lines its objects; a folder, file or pattern its
 * files; `-` a list of names on standard input.
 */
export function inputFrom(given: readonly string[], column: string | undefined): unknown {
  const [first = ''] = given
  const kind = given.length === 1 ? /\.(csv|tsv|jsonl|ndjson)$/i.exec(first)?.[1]?.toLowerCase() : undefined
  if (column !== undefined && kind !== 'csv' && kind !== 'tsv') {
    throw new MillraceError('BAD_OPTION', `--column names a column of a CSV or TSV file, and the input is ${given.join(' ')}.`)
  }
  if (first === '-' && given.length === 1) return new StdinLines()
  if (kind === 'jsonl' || kind === 'ndjson') return jsonl(first)
  if (kind === undefined) return files(given)
  const separator = kind === 'tsv' ? '\t' : ','
  const { columns } = new CsvDataset(first, { separator })
  const paths = columns.filter((name) => name === column || PATH_COLUMNS.includes(name))
  return column === undefined ? new CsvDataset(first, { separator, paths }) : new CsvDataset(first, { separator, paths, column })
}
