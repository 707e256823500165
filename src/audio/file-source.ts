import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { MillraceError } from '../core/errors.ts'
import type { WavSource } from './wav-header.ts'

export interface FileSource extends WavSource {
  close(): void
}

// A file up to this long is read at once; of a longer one only what is asked for.
const HEAD = 1 << 20
const MOST_AT_ONCE = 1 << 30

/** A regular file, read synchronously: a third of the time of promises for small files, in workers that have no one else to serve. */
export function openFile(name: string): FileSource {
  const { fd, size } = attempt(name, () => {
    const fd = openSync(name, 'r')
    const stat = fstatSync(fd)
    if (stat.isFile()) return { fd, size: stat.size }
    closeSync(fd)
    throw new Error(stat.isDirectory() ? 'it is a directory' : 'it is not a regular file')
  })
  const fill = (start: number, length: number): Uint8Array =>
    attempt(name, () => {
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length;) {
        const got = readSync(fd, bytes, done, Math.min(length - done, MOST_AT_ONCE), start + done)
        if (got === 0) throw new Error(`it became shorter while it was read (${size} bytes before, ${start + done} now)`)
        done += got
      }
      return bytes
    })
  let head: Uint8Array | undefined
  return {
    name,
    size,
    read(start, length) {
      if (start + length > Math.min(size, HEAD)) return fill(start, length)
      head ??= fill(0, Math.min(size, HEAD))
      return head.subarray(start, start + length)
    },
    close: () => closeSync(fd),
  }
}

function attempt<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new MillraceError('AUDIO_FILE', `${name}: the file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    })
  }
}
