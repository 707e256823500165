import { createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'

const BLOCK = 1 << 20

/** The bytes of a tar, unpacked, from the front. */
export class TarBytes {
  readonly #file: string
  readonly #stream: Readable
  readonly #blocks: AsyncIterator<Buffer>
  #block: Buffer = Buffer.alloc(0)
  /** Where it stands. */
  offset: number

  private constructor(file: string, stream: Readable, offset: number) {
    this.#file = file
    this.#stream = stream
    this.#blocks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.offset = offset
  }

  /** @throws MillraceError `INPUT_UNREADABLE`; `BAD_TAR` for a file that is packed by something else than gzip. */
  static async open(file: string, offset: number): Promise<TarBytes> {
    const packer = await packerOf(file)
    if (packer !== undefined && packer !== 'gzip') {
      throw new MillraceError('BAD_TAR', `${file} is packed by ${packer}, which is not read. Unpack it, or pack it with gzip.`)
    }
    if (packer === undefined) return new TarBytes(file, read(file, offset), offset)
    const tar = new TarBytes(file, unpacked(read(file, 0)), 0)
    await tar.skip(offset)
    return tar
  }

  /** The next `size` bytes, in memory of their own; fewer where it ends. No more is allocated than there is. */
  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = size
    while (missing > 0 && (this.#block.length > 0 || (await this.#next()))) {
      parts.push(this.#block.subarray(0, missing))
      missing -= parts.at(-1)!.length
      this.#block = this.#block.subarray(parts.at(-1)!.length)
    }
    this.offset += size - missing
    return Buffer.concat(parts)
  }

  async skip(size: number): Promise<void> {
    let missing = size
    while (missing > 0 && (this.#block.length > 0 || (await this.#next()))) {
      const some = Math.min(missing, this.#block.length)
      missing -= some
      this.#block = this.#block.subarray(some)
    }
    this.offset += size - missing
  }

  close(): void {
    this.#stream.destroy()
  }

  async #next(): Promise<boolean> {
    try {
      const { done, value } = await this.#blocks.next()
      if (done === true) return false
      this.#block = value
      return true
    } catch (cause) {
      throw unreadable(this.#file, cause)
    }
  }
}

function read(file: string, start: number): ReadStream {
  return createReadStream(file, { start, highWaterMark: BLOCK })
}

function unpacked(packed: ReadStream): Readable {
  // An error of either ends both, and reaches who reads.
  return pipeline(packed, createGunzip({ chunkSize: BLOCK }), () => {})
}

async function packerOf(file: string): Promise<string | undefined> {
  const front = Buffer.alloc(6)
  try {
    const handle = await open(file)
    try {
      await handle.read(front, 0, front.length, 0)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw unreadable(file, cause)
  }
  return PACKERS.find(([, magic]) => front.toString('latin1').startsWith(magic))?.[0]
}

const PACKERS: readonly [name: string, magic: string][] = [
  ['gzip', '\x1f\x8b'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ'],
  ['zstd', '\x28\xb5\x2f\xfd'],
]

function unreadable(file: string, cause: unknown): MillraceError {
  return new MillraceError('INPUT_UNREADABLE', `The file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
}
