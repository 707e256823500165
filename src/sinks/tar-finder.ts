import { crc32 } from 'node:zlib'
import { isExtension, isFile, padded, TarHeaders } from '../codec/tar-read.ts'
import { BLOCK } from '../codec/tar-write.ts'
import type { ReadAt } from '../codec/zip-read.ts'
import { MillraceError } from '../core/errors.ts'
import { withReader } from '../sources/read-at.ts'
import { entryNames } from './tar-names.ts'

interface Place {
  path: string
  offset: number
  size: number
}

/** Looks up what lies in tar shards. They have no directory: the first look-up reads every header. */
export class TarFinder {
  readonly #shards: () => Iterable<{ path: string }>
  #found: Map<string, Place> | undefined

  constructor(shards: () => Iterable<{ path: string }>) {
    this.#shards = shards
  }

  /** Size and CRC of the bytes under a name. */
  check(name: string): { size: number; crc: number } | undefined {
    this.#found ??= this.#read()
    const place = entryNames(name)
      .map((entry) => this.#found!.get(entry))
      .find((found) => found !== undefined)
    if (place === undefined) return undefined
    const bytes = withReader(place.path, (read) => read(place.offset, place.size))
    return bytes.length < place.size ? undefined : { size: bytes.length, crc: crc32(bytes) }
  }

  /** What was looked up is no longer so. */
  forget(): void {
    this.#found = undefined
  }

  #read(): Map<string, Place> {
    const found = new Map<string, Place>()
    for (const { path } of this.#shards()) {
      withReader(path, (read) => {
        try {
          for (const { name, offset, size } of filesIn(read)) found.set(name, { path, offset, size })
        } catch (error) {
          // What stands behind a damaged header can't be found.
          if (!(error instanceof MillraceError)) throw error
        }
      })
    }
    return found
  }
}

function* filesIn(read: ReadAt): Generator<{ name: string; offset: number; size: number }, void, undefined> {
  const headers = new TarHeaders()
  for (let at = 0; ;) {
    const block = read(at, BLOCK)
    const header = block.length < BLOCK ? undefined : headers.read(block)
    if (header === undefined) return
    const offset = at + BLOCK
    if (isExtension(header)) headers.extend(header.type, read(offset, header.size))
    else if (isFile(header)) yield { name: header.name, offset, size: header.size }
    at = offset + padded(header.size)
  }
}
