// Makes the file of rows of a wide Parquet file, on all cores. Its columns lie one behind the other, each with all rows of a row group,
// often of the whole file: to read a row is to read everything. So everything is read once, a tile of columns at a time.
import { chmodSync, closeSync, fstatSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { availableCpus } from '../engine/cpus.ts'
import { parallel } from '../parallel/parallel.ts'
import { bind, task } from '../tasks/task.ts'
import { loadZstd, ZSTD } from './parquet-compression.ts'
import { isMine, isPrepared, lockOf, partOf, type PrepareOptions, temporaryFolder } from './parquet-kept.ts'
import { exclusively } from './parquet-lock.ts'
import { badParquet, type Footer, type OpenFile, openFile, readFooter } from './parquet-footer.ts'
import { readIds } from './parquet-ids.ts'
import { namesStart, type RowsFile, rowsOf, tileStart, tileWidth } from './parquet-rows.ts'
import { type Selection, selectColumns } from './parquet-select.ts'
import { bytesBeside, readTile } from './parquet-tile.ts'

/** What a worker takes beside its tile: its thread, and the bytes of 64 columns as they are in the file. */
const WORKER_BYTES = 45e6
/** So many bytes of pixels are read before workers have started. */
const ALONE_BYTES = 16e6
/** What the process takes before it begins. */
const PROCESS_BYTES = 120e6

/** What is being made in this thread, and what can't be: a file that is damaged is so for each of its rows, and read only once. */
const making = new Map<string, Promise<void>>()

/** Makes the file of rows, unless it is there. One worker or process at a time does; what a killed one left is begun anew. */
export async function prepareRows(rows: RowsFile, maxBytes: number, options: PrepareOptions): Promise<void> {
  if (isPrepared(rows)) return
  let made = making.get(rows.path)
  if (made === undefined) {
    made = makeRows(rows, maxBytes, options)
    making.set(rows.path, made)
    const forget = (error?: unknown): void => {
      const { code } = (error ?? {}) as { code?: unknown }
      if (code !== 'BAD_PARQUET' && code !== 'BAD_PIXELS') making.delete(rows.path)
    }
    made.then(() => forget(), forget)
  }
  await made
}

async function makeRows(rows: RowsFile, maxBytes: number, options: PrepareOptions): Promise<void> {
  makeFolder(rows)
  const part = partOf(rows)
  const isDone = (): boolean => isPrepared(rows)
  await exclusively({ lock: lockOf(rows), part }, isDone, () => fillRows(rows, part, maxBytes, options), options.signal)
}

async function fillRows(rows: RowsFile, part: string, maxBytes: number, options: PrepareOptions): Promise<void> {
  checkSpace(rows)
  try {
    // What a killed run has left is written over.
    closeSync(openSync(part, 'a', 0o600))
    await parallel(bind(fill, { rows }), tilesOf(rows), { ...options, numWorkers: workersFor(rows, maxBytes), chunkSize: 1 })
    renameSync(part, rows.path)
  } catch (error) {
    rmSync(part, { force: true })
    throw explained(rows, error)
  }
}

/** As many as there are CPUs and memory allows; 0, in place, where one is enough. */
function workersFor(rows: RowsFile, maxBytes: number): number {
  if (namesStart(rows) < ALONE_BYTES) return 0
  const most = rows.groups.reduce((a, b) => Math.max(a, b), 0)
  const each = most * Math.min(rows.tileColumns, rows.pixels) + bytesBeside(most) + WORKER_BYTES
  const workers = Math.min(availableCpus(), Math.floor((maxBytes - PROCESS_BYTES) / each))
  return workers > 1 ? workers : 0
}

/** A tile, or the names of the rows. */
type Part = { group: number; first: number } | 'names'

function tilesOf(rows: RowsFile): Part[] {
  const parts: Part[] = ['names']
  for (const [group, count] of rows.groups.entries()) {
    for (let first = 0; count > 0 && first < rows.pixels; first += rows.tileColumns) parts.push({ group, first })
  }
  return parts
}

const fill = task(import.meta, {
  name: 'turn a part of a Parquet file into rows',
  params: { rows: {} as RowsFile },
  setup: ({ params: { rows } }) => openSource(rows),
  async run(part: Part, _, { params: { rows }, state }): Promise<void> {
    if (part === 'names') return writeNames(rows, state)
    const { open, footer, columns } = state
    const some = columns.pixels.subarray(part.first, part.first + tileWidth(rows, part.first))
    writeAt(rows, [readTile(open, footer, part.group, some)], tileStart(rows, part.group, part.first))
  },
  teardown: ({ state }) => closeSync(state.open.descriptor),
})

interface Source {
  open: OpenFile
  footer: Footer
  columns: Selection
}

async function openSource({ source, size, modified, pixels, id }: RowsFile): Promise<Source> {
  const open = openFile(source)
  if (open.size !== size || fstatSync(open.descriptor).mtimeMs !== modified) {
    closeSync(open.descriptor)
    throw badParquet(source, 'it has changed since it was opened.')
  }
  const footer = readFooter(open)
  if (footer.groups.some(({ codecs }) => codecs.includes(ZSTD))) await loadZstd()
  return { open, footer, columns: selectColumns(source, footer, pixels, id) }
}

/** Empty ones where no column names the rows. */
async function writeNames(rows: RowsFile, { open, footer, columns }: Source): Promise<void> {
  const names = columns.id === undefined ? Array<string>(footer.rows).fill('') : await readIds(open, footer, columns.id)
  const text = Buffer.from(names.join(''), 'utf8')
  const ends = new Uint32Array(names.length)
  let end = 0
  for (const [row, name] of names.entries()) ends[row] = end += Buffer.byteLength(name)
  writeAt(rows, [new Uint8Array(ends.buffer), text], namesStart(rows))
}

function writeAt(rows: RowsFile, parts: readonly Uint8Array[], position: number): void {
  const descriptor = openSync(partOf(rows), 'r+')
  try {
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, Math.min(bytes.length - at, 2 ** 30), position + at)
      position += bytes.length
    }
  } finally {
    closeSync(descriptor)
  }
}

function makeFolder(rows: RowsFile): void {
  const folder = dirname(rows.path)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (folder !== temporaryFolder()) return
    const stat = lstatSync(folder)
    if (!stat.isDirectory() || !isMine(stat)) throw new Error('it belongs to another user')
    if ((stat.mode & 0o022) !== 0) chmodSync(folder, 0o700)
  } catch (cause) {
    throw new MillraceError(
      'OUTPUT_UNWRITABLE',
      `Rows of ${rows.source} can't be put into ${folder}: ${reasonOf(cause)}. Give another folder as cache.`,
      { cause },
    )
  }
}

/** What lies there of it already is written over. */
function checkSpace(rows: RowsFile): void {
  const { bavail, bsize } = statfsSync(dirname(rows.path))
  const blocks = lstatSync(partOf(rows), { throwIfNoEntry: false })?.blocks ?? 0
  const free = bavail * bsize + blocks * 512
  const needed = namesStart(rows) + rowsOf(rows) * 32
  if (free < needed) throw noSpace(rows, needed, free)
}

function noSpace(rows: RowsFile, needed: number, free?: number): MillraceError {
  const has = free === undefined ? 'is full' : `has ${Math.floor(free / 1e6)} MB free`
  return new MillraceError(
    'NO_SPACE',
    `The rows of ${rows.source} need ${Math.ceil(needed / 1e6)} MB in ${dirname(rows.path)}, which ${has}. Give a folder with more room as cache.`,
  )
}

/** The error of an item, or of a worker's beginning, is the file's. */
function explained(rows: RowsFile, error: unknown): unknown {
  let cause = error as { code?: unknown; message: string; cause?: unknown }
  while (cause instanceof MillraceError && typeof (cause.cause as typeof cause | undefined)?.code === 'string')
    cause = cause.cause as typeof cause
  if (cause.code === 'ENOSPC') return noSpace(rows, namesStart(rows))
  return cause === error || typeof cause.code !== 'string' ? error : new MillraceError(cause.code, cause.message, { cause: error })
}
