// The file of rows, as far as one need not read Parquet to know of it.
import { lstatSync, rmSync, type Stats } from 'node:fs'
import { tmpdir, uptime, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { ParallelOptions } from '../parallel/options.ts'
import { isHeldHere } from './parquet-lock.ts'
import type { RowsFile } from './parquet-rows.ts'

/** Columns of a tile, so that a tile has at most 32 MB, and an eighth of what may be taken. */
export function tileColumnsFor(rows: number, maxBytes: number): number {
  return Math.max(16, Math.floor(Math.min(32e6, maxBytes / 8) / Math.max(rows, 1) / 64) * 64)
}

/** Where rows are kept while no other folder is given. Others may write to the system's folder, and not to this one. */
export function temporaryFolder(): string {
  return join(tmpdir(), `millrace-${process.getuid?.() ?? userInfo().username}`)
}

/** Whether it is there and whole. One from before the machine started may not have reached the disk. */
export function isPrepared({ path }: RowsFile): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.mtimeMs > Date.now() - uptime() * 1000 && (dirname(path) !== temporaryFolder() || isMine(stat))
}

/** Whether a file is this user's own. */
export function isMine({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid()
}

export type PrepareOptions = Pick<ParallelOptions, 'signal' | 'progress'>

/** Deletes the rows, and what this process has of them unfinished. */
export function removeRows(rows: RowsFile): void {
  rmSync(rows.path, { force: true })
  if (!isHeldHere(lockOf(rows))) return
  for (const file of [partOf(rows), lockOf(rows)]) rmSync(file, { force: true })
}

/** What is not whole yet. */
export function partOf({ path }: RowsFile): string {
  return `${path}.part`
}

/** Who makes it. */
export function lockOf({ path }: RowsFile): string {
  return `${path}.lock`
}
