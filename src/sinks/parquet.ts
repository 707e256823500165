import { rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BasicType } from 'hyparquet-writer'
import { MillraceError } from '../core/errors.ts'
import { flushFolder, named } from './durable.ts'

/** A line of metadata, as JSON has it. */
export type Row = Readonly<Record<string, unknown>>

/** An array of rows, or a function that begins with the first one each time: they are gone through twice. */
export type Rows = readonly Row[] | (() => Iterable<Row> | AsyncIterable<Row>)

/** What a column holds. */
interface Column {
  name: string
  type: BasicType
}

/** Rows in memory at a time. */
const GROUP = 50_000

/**
 * Writes rows as a Parquet file, which appears under its name when it is whole and on the disk. Columns are the rows' keys in the order
 * of their first appearance, each may hold nulls, and its type follows from all its values:
 *
 * | values | type | in pyarrow |
 * |---|---|---|
 * | true, false | BOOLEAN | bool |
 * | whole numbers below 2^53 | INT64 | int64 |
 * | numbers | DOUBLE | double |
 * | strings; nothing but nulls | BYTE_ARRAY, UTF8 | string |
 * | anything else: lists, objects, or kinds mixed | BYTE_ARRAY, JSON: each value's JSON text | string, or its JSON type |
 *
 * A key that is missing or undefined is null. What has a `toJSON` (a Date) is what that returns.
 *
 * @throws MillraceError `BAD_ARGUMENT` for rows without any column, or that are no objects. System errors, with the path.
 */
export async function writeParquet(path: string, rows: Rows): Promise<void> {
  const { fileWriter, parquetWriteRows } = await import('hyparquet-writer')
  const columns = await columnsOf(rows)
  const temporary = `${path}.tmp-${process.pid}`
  const inOrder = async function* (): AsyncGenerator<Row> {
    for await (const row of each(rows)) yield Object.fromEntries(columns.map(({ name, type }) => [name, valueOf(row[name], type)]))
  }
  try {
    await parquetWriteRows({
      writer: fileWriter(temporary),
      columns: columns.map((column) => ({ ...column, nullable: true })),
      rows: inOrder(),
      rowGroupSize: GROUP,
      createdBy: 'millrace',
    })
    await flushFile(temporary)
    await rename(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw named(error, path)
  }
  await flushFolder(dirname(path))
}

/** The columns of all rows, and the narrowest type that holds what is in each. */
async function columnsOf(rows: Rows): Promise<Column[]> {
  const types = new Map<string, BasicType | undefined>()
  let count = 0
  for await (const row of each(rows)) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new MillraceError('BAD_ARGUMENT', `A row of a Parquet file must be an object, but row ${count} is ${JSON.stringify(row)}.`)
    }
    for (const name of Object.keys(row)) {
      const before = types.get(name)
      const here = typeOf(plain(row[name]))
      if (before === undefined || before !== here) types.set(name, wider(before, here))
    }
    count++
  }
  if (types.size === 0) throw new MillraceError('BAD_ARGUMENT', `A Parquet file needs a column, but none of the ${count} rows has any.`)
  return [...types].map(([name, type]) => ({ name, type: type ?? 'STRING' }))
}

function typeOf(value: unknown): BasicType | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'INT64' : 'DOUBLE'
  return typeof value === 'string' ? 'STRING' : 'JSON'
}

function wider(a: BasicType | undefined, b: BasicType | undefined): BasicType | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b
  const areNumbers = [a, b].every((type) => type === 'INT64' || type === 'DOUBLE')
  return areNumbers ? 'DOUBLE' : 'JSON'
}

function valueOf(value: unknown, type: BasicType): unknown {
  const is = plain(value)
  if (is === null || is === undefined) return null
  return type === 'INT64' ? BigInt(is as number) : is
}

function plain(value: unknown): unknown {
  const { toJSON } = (value ?? {}) as { toJSON?: unknown }
  return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value
}

async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

function each(rows: Rows): Iterable<Row> | AsyncIterable<Row> {
  return typeof rows === 'function' ? rows() : rows
}
