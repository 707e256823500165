import {
  closeSync,
  fdatasyncSync,
  fsync,
  open as openCallback,
  openSync,
  close as closeCallback,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const openLater = promisify(openCallback)
const closeLater = promisify(closeCallback)
const flushLater = promisify(fsync)

/** A disk that says one of these says it for every file: no item's fault, and no reason to try again. */
export const DISK_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'])

/** These pass by themselves. */
export const TRANSIENT_ERRORS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EBUSY', 'EAGAIN'])

/** Waits before the tries that follow the first, in milliseconds: about 6 s in all. */
const WAITS = [20, 50, 100, 250, 500, 1000, 2000, 2000]

/** Tries again, with growing pauses, what fails for want of descriptors or because a file is in use. */
export async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  for (const wait of WAITS) {
    try {
      return await work()
    } catch (error) {
      if (!TRANSIENT_ERRORS.has(codeOf(error))) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  return await work()
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : ''
}

/** Writes all of it: a nearly full disk takes less than it is given, and says so only the next time. */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(descriptor, bytes, at, bytes.length - at, position === null ? null : position + at)
  }
}

/** A new file with this content, flushed to the disk unless told otherwise. What could not be written whole is not left behind. */
export function writeNew(path: string, bytes: Uint8Array, flush = true): void {
  const descriptor = naming(path, () => openSync(path, 'wx'))
  try {
    naming(path, () => {
      writeFully(descriptor, bytes)
      if (flush) fdatasyncSync(descriptor)
    })
  } catch (error) {
    closeSync(descriptor)
    rmSync(path, { force: true })
    throw error
  }
  closeSync(descriptor)
}

/**
 * A file that appears under its name only when it is whole and on the disk, in place of an older one.
 *
 * @param temporary What it is called until then, on the same disk; whoever is killed leaves that behind.
 */
export async function replaceFile(path: string, chunks: Iterable<Uint8Array>, temporary: string = `${path}.tmp`): Promise<void> {
  const descriptor = await patiently(() => naming(path, () => openSync(temporary, 'w')))
  try {
    naming(path, () => {
      for (const chunk of chunks) writeFully(descriptor, chunk)
      fdatasyncSync(descriptor)
    })
  } catch (error) {
    closeSync(descriptor)
    rmSync(temporary, { force: true })
    throw error
  }
  closeSync(descriptor)
  naming(path, () => renameSync(temporary, path))
  await flushFolder(dirname(path))
}

/** Makes what was renamed into a folder, or made in it, outlast a power cut. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return // Windows has no such thing; renames are journalled by NTFS.
  const descriptor = await patiently(() => openLater(path, 'r'))
  try {
    await flushLater(descriptor)
  } catch (error) {
    throw named(error, path)
  } finally {
    await closeLater(descriptor)
  }
}

/** Errors of writing to a descriptor don't say which file it was. */
export function named(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || 'path' in error) return error
  error.message += ` '${path}'`
  return Object.assign(error, { path })
}

function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw named(error, path)
  }
}
