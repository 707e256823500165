import { constants, existsSync, readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { TarDataset } from '../sources/tar.ts'
import { ZipDataset } from '../sources/zip.ts'

/** An output to read. */
export interface Wanted {
  /** A path within the output that leads nowhere else. */
  name: string
  /** What it may be called in a tar. */
  entries: readonly string[]
}

export interface Found {
  name: string
  bytes: Uint8Array
}

/**
 * The bytes of some outputs of a run, one after another, in the order in which they lie there. What is gone, damaged or larger than `maxBytes` is
 * passed over; so is what lies in a zip that is not finished, which has no directory yet.
 *
 * @param out A folder, a zip, or tar shards (`train-%06d.tar`), as the run was told.
 */
export async function* readOutputs(out: string, wanted: readonly Wanted[], maxBytes: number): AsyncGenerator<Found, void, undefined> {
  const path = resolve(out)
  if (/\.zip$/i.test(path)) yield* fromZip(path, wanted, maxBytes)
  else if (/\.tar$/i.test(path)) yield* fromTars(shardsOf(path), wanted, maxBytes)
  else yield* fromFolder(path, wanted, maxBytes)
}

/** Outputs are plain files: a link may lead elsewhere, and a pipe would never end. */
async function* fromFolder(folder: string, wanted: readonly Wanted[], maxBytes: number): AsyncGenerator<Found, void, undefined> {
  for (const { name } of wanted) {
    const file = await open(join(folder, name), HOW).catch(() => undefined)
    if (file === undefined) continue
    try {
      const stats = await file.stat()
      if (stats.isFile() && stats.size <= maxBytes) yield { name, bytes: await file.readFile() }
    } finally {
      await file.close()
    }
  }
}

const HOW = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

async function* fromZip(path: string, wanted: readonly Wanted[], maxBytes: number): AsyncGenerator<Found, void, undefined> {
  if (!existsSync(path)) return
  const zip = new ZipDataset(path, { maxBytes })
  const names = new Set(wanted.map(({ name }) => name))
  for (let i = 0; i < zip.length; i++) {
    const name = zip.nameOf(i)
    if (!names.has(name)) continue
    const bytes = passingOver(() => zip.get(i).bytes)
    if (bytes !== undefined) yield { name, bytes }
  }
}

function passingOver<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof MillraceError) return undefined
    throw error
  }
}

/** Tars have no directory: they are read from the front. A shard that is written just now ends in the middle. */
async function* fromTars(shards: readonly string[], wanted: readonly Wanted[], maxBytes: number): AsyncGenerator<Found, void, undefined> {
  const names = new Map(wanted.flatMap(({ name, entries }) => entries.map((entry) => [entry, name] as const)))
  for (const shard of shards) {
    try {
      for await (const { name: entry, bytes } of new TarDataset([shard], maxBytes)) {
        const name = names.get(entry)
        if (name !== undefined && bytes !== undefined) yield { name, bytes }
      }
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
    }
  }
}

/** The shards that are there, in their order, with the one that is being written. */
function shardsOf(pattern: string): string[] {
  const folder = dirname(pattern)
  const [before, after] = basename(pattern).split(/%0\dd/)
  const isShard = (name: string): boolean => {
    if (after === undefined) return name === before
    return name.startsWith(before!) && name.endsWith(after) && /^\d+$/.test(name.slice(before!.length, name.length - after.length))
  }
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => isShard(name.replace(/\.partial$/, '')))
    .sort()
    .map((name) => join(folder, name))
}
