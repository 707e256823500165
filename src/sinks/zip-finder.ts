import { existsSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { entryAt, readDirectory, readEntry } from '../codec/zip-read.ts'
import { MillraceError } from '../core/errors.ts'
import { withReader } from '../sources/read-at.ts'
import { NameTable, startsOf } from './zip-directory.ts'

/** Looks up what lies in a zip, finished or still partial. */
export class ZipFinder {
  readonly #path: string
  readonly #partial: string
  readonly #directory: string
  #found: { bytes: Buffer; names: NameTable; zip: string } | undefined

  /** @param directory The records of the partial zip. */
  constructor(path: string, partial: string, directory: string) {
    this.#path = path
    this.#partial = partial
    this.#directory = directory
  }

  /** Size and CRC of the very bytes under a name; undefined where there are none, or they can't be read. */
  check(name: string): { size: number; crc: number } | undefined {
    this.#found ??= this.#read()
    const { bytes, names, zip } = this.#found ?? {}
    const start = names?.find(Buffer.from(name, 'utf8'))
    if (start === undefined) return undefined
    try {
      const content = withReader(zip!, (read) => readEntry(read, entryAt(bytes!, start), Infinity))
      return { size: content.length, crc: crc32(content) }
    } catch (error) {
      if (error instanceof MillraceError) return undefined
      throw error
    }
  }

  /** What was looked up is no longer so. */
  forget(): void {
    this.#found = undefined
  }

  #read(): { bytes: Buffer; names: NameTable; zip: string } | undefined {
    if (existsSync(this.#partial)) {
      const bytes = existsSync(this.#directory) ? readFileSync(this.#directory) : Buffer.alloc(0)
      return { bytes, names: new NameTable(bytes, startsOf(bytes)), zip: this.#partial }
    }
    if (!existsSync(this.#path)) return undefined
    const { bytes, starts } = withReader(this.#path, readDirectory)
    return { bytes, names: new NameTable(bytes, starts), zip: this.#path }
  }
}
