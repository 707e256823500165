import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { flushFolder, named, patiently } from './durable.ts'

/** As many buffers as Linux writes at once. */
const MAX_BUFFERS = 1024

/** A file that only grows. An append that fails leaves nothing that counts: the next one overwrites it. */
export class AppendFile {
  readonly path: string
  /** The bytes of all that was appended. Set back, it makes what lies beyond count for nothing. */
  length: number
  readonly #handle: FileHandle
  readonly #flush: boolean

  private constructor(path: string, handle: FileHandle, length: number, flush: boolean) {
    this.path = path
    this.length = length
    this.#handle = handle
    this.#flush = flush
  }

  /**
   * Opens a file, made where `length` is 0, and cuts off what lies beyond `length`.
   *
   * @param flush Whether `flush` does anything.
   * @throws MillraceError `BAD_STATE` when the file is shorter or gone. System errors, with the path.
   */
  static async open(path: string, length: number, flush: boolean): Promise<AppendFile> {
    const flags = length === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR
    const handle = await patiently(() => open(path, flags)).catch((error: unknown) => {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' && length > 0 ? changed(path, 'no file', length) : error
    })
    const file = new AppendFile(path, handle, length, flush)
    try {
      const { size } = await handle.stat()
      if (size < length) throw changed(path, `${size} bytes`, length)
      if (size > length) await file.trim()
      if (length === 0 && flush) await flushFolder(dirname(path))
      return file
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async append(buffers: readonly Uint8Array[]): Promise<void> {
    let at = this.length
    for (let first = 0; first < buffers.length; first += MAX_BUFFERS) {
      // A nearly full disk takes less than it is given, and says so only the next time.
      for (let rest = buffers.slice(first, first + MAX_BUFFERS); rest.length > 0;) {
        const written = await this.#naming(() => this.#handle.writev(rest, at))
        at += written.bytesWritten
        rest = behind(rest, written.bytesWritten)
      }
    }
    this.length = at
  }

  /** Until then a power cut may lose what was appended. */
  async flush(): Promise<void> {
    if (this.#flush) await this.#naming(() => this.#handle.datasync())
  }

  /** Cuts off what an append that failed may have left. */
  async trim(): Promise<void> {
    await this.#naming(() => this.#handle.truncate(this.length))
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #naming<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call()
    } catch (error) {
      throw named(error, this.path)
    }
  }
}

/** The buffers without their first `count` bytes, and without empty ones at the front. */
function behind(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let [skip, rest] = [0, count]
  while (skip < buffers.length && rest >= buffers[skip]!.length) rest -= buffers[skip++]!.length
  return skip === buffers.length ? [] : [buffers[skip]!.subarray(rest), ...buffers.slice(skip + 1)]
}

function changed(path: string, found: string, length: number): MillraceError {
  return new MillraceError('BAD_STATE', `${path} must have the ${length} bytes that the run wrote, but there is ${found}. Begin anew.`)
}
