import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { deflateRaw, deflateRawSync } from 'node:zlib'
import { DIRECTORY, directoryRecord, END, END64, endRecords, LOCAL, localHeader, type ZipEntry } from '../codec/zip-write.ts'
import { MillraceError } from '../core/errors.ts'
import type { Committed, Output, Sink, SinkOptions } from '../core/sink.ts'
import { withReader } from '../sources/read-at.ts'
import { AppendFile } from './append-file.ts'
import { flushFolder, patiently } from './durable.ts'
import { copyDirectory, REMOVED } from './zip-directory.ts'
import { ZipFinder } from './zip-finder.ts'

export interface ZipSinkOptions {
  /** Deflate what gets smaller by it, at zlib's level 6. Default false: pictures, FLAC and the like are compressed already. */
  compress?: boolean
}

/** Where a zip stands, as the journal keeps it. */
interface Position {
  /** Bytes of the zip, up to its directory. */
  offset: number
  /** Bytes of the directory so far. */
  directory: number
  entries: number
  /** Some of the entries were taken away again. */
  edited: boolean
}

/** Below this a thread of its own takes longer to begin than to deflate. */
const MIN_THREADED = 1 << 15

const deflateInThread = promisify(deflateRaw)

/**
 * Outputs as a zip at `path`, which appears there when it is finished; until then it grows at `<path>.partial`. Entries stand in the
 * order of commits with fixed dates, so the same outputs give the same bytes, whatever the batches and interruptions. Zip64 is used
 * where it is needed: for more than 65,535 entries, more than 4 GB.
 *
 * A finished zip to which something is added is `<path>.partial` again until the next `finish`: nothing is copied, and no reader
 * sees half of it.
 */
export function zipSink(path: string, options: ZipSinkOptions = {}): Sink {
  return new ZipSink(path, options)
}

class ZipSink implements Sink {
  readonly target: string
  readonly takes = 'bytes'
  readonly ordered = true
  readonly state: string
  readonly temporary: string
  readonly #path: string
  readonly #compress: boolean
  readonly #finder: ZipFinder
  #flush = true
  #position: Position = { offset: 0, directory: 0, entries: 0, edited: false }
  /** Open when something can be appended: `open` leaves a finished zip alone until then. */
  #files: { zip: AppendFile; directory: AppendFile } | undefined

  constructor(path: string, { compress = false }: ZipSinkOptions) {
    this.target = path
    this.#path = resolve(path)
    this.#compress = compress
    this.state = `${this.#path}.millrace`
    this.temporary = join(this.state, 'tmp')
    this.#finder = new ZipFinder(this.#path, this.#partial, this.#directory)
  }

  /** The directory of what is in the partial zip, so that neither memory nor a resumed run needs to hold or read it all. */
  get #directory(): string {
    return join(this.state, 'directory')
  }

  get #partial(): string {
    return `${this.#path}.partial`
  }

  async open(position?: unknown, { flush = true }: SinkOptions = {}): Promise<void> {
    await this.close()
    this.#flush = flush
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 })
    mkdirSync(this.temporary, { recursive: true })
    this.#position = position === undefined ? { offset: 0, directory: 0, entries: 0, edited: false } : { ...(position as Position) }
    if (statSync(this.#path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new MillraceError(
        'OUTPUT_BLOCKED',
        `The outputs go into the zip ${this.target}, but there is a folder of that name. Move it away.`,
      )
    }
    if (position === undefined || existsSync(this.#partial)) await this.#openFiles()
    else this.#checkFinished()
  }

  async commit(batch: readonly Committed[]): Promise<unknown> {
    const outputs = batch.flatMap((item) => item.outputs)
    if (outputs.length === 0) return { ...this.#position }
    const { zip, directory } = await this.#openFiles()
    const parts: Uint8Array[] = []
    const records: Uint8Array[] = []
    let offset = zip.length
    const packed = this.#compress ? await Promise.all(outputs.map(pack)) : outputs.map(store)
    for (const [i, { name, size, crc }] of outputs.entries()) {
      const { method, bytes } = packed[i]!
      const entry: ZipEntry = { name: encodeName(name), method, crc, size, compressedSize: bytes.length, offset }
      const header = localHeader(entry)
      parts.push(header, bytes)
      records.push(directoryRecord(entry))
      offset += header.length + bytes.length
    }
    await both(zip.append(parts), directory.append(records))
    await both(zip.flush(), directory.flush())
    this.#position = { ...this.#position, offset, directory: directory.length, entries: this.#position.entries + outputs.length }
    return { ...this.#position }
  }

  /** The bytes stay in the zip, but its directory no longer names them. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const { directory } = await this.#openFiles()
    const none = { method: REMOVED, crc: 0, size: 0, compressedSize: 0, offset: 0 }
    await directory.append(names.map((name) => directoryRecord({ ...none, name: encodeName(name) })))
    await directory.flush()
    this.#position = { ...this.#position, directory: directory.length, edited: true }
  }

  async finish(): Promise<void> {
    if (this.#files === undefined) return
    const { zip, directory } = await this.#openFiles()
    const { offset, edited } = this.#position
    await directory.trim()
    const whole = edited ? undefined : this.#position.entries
    const { entries, size } = await copyDirectory(this.#directory, whole, (records) => zip.append(records))
    await zip.append([endRecords({ entries, offset, size })])
    await zip.trim()
    await zip.flush()
    await this.close()
    await patiently(() => renameSync(this.#partial, this.#path))
    if (this.#flush) await flushFolder(dirname(this.#path))
  }

  async close(): Promise<void> {
    const files = this.#files
    this.#files = undefined
    this.#finder.forget()
    await Promise.all([files?.zip.close(), files?.directory.close()])
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 })
  }

  check(name: string): Promise<{ size: number; crc: number } | undefined> {
    return Promise.resolve(this.#finder.check(name))
  }

  beside(name: string): string {
    return `${this.#path}.${name}`
  }

  /** A zip that something may be added to must be the one that the run finished: a file or the directory begins where the run stood. */
  #checkFinished(): void {
    const { offset } = this.#position
    const begins = existsSync(this.#path) && withReader(this.#path, (read) => read(offset, 4))
    if (begins !== false && begins.length === 4 && [LOCAL, DIRECTORY, END, END64].includes(begins.readUInt32LE(0))) return
    throw new MillraceError(
      'BAD_STATE',
      `The run wrote ${this.target} with ${offset} bytes of files, but ${begins === false ? 'it is gone' : 'another one is there'}. Put it back, or begin anew.`,
    )
  }

  /** Both files, where the last commit left them: what failed since then counts for nothing. */
  async #openFiles(): Promise<{ zip: AppendFile; directory: AppendFile }> {
    this.#finder.forget()
    const { offset, directory } = this.#position
    if (this.#files !== undefined) {
      this.#files.zip.length = offset
      this.#files.directory.length = directory
      return this.#files
    }
    if (offset > 0 && !existsSync(this.#partial)) await patiently(() => renameSync(this.#path, this.#partial))
    const records = await AppendFile.open(this.#directory, directory, this.#flush)
    try {
      this.#files = { zip: await AppendFile.open(this.#partial, offset, this.#flush), directory: records }
      return this.#files
    } catch (error) {
      await records.close()
      throw error
    }
  }
}

interface Packed {
  method: number
  bytes: Uint8Array
}

function store({ name, bytes }: Output): Packed {
  if (bytes === undefined) throw new MillraceError('BAD_ARGUMENT', `A zip takes outputs as bytes, and ${name} came without any.`)
  return { method: 0, bytes }
}

async function pack(output: Output): Promise<Packed> {
  const stored = store(output)
  const bytes = stored.bytes.length < MIN_THREADED ? deflateRawSync(stored.bytes) : await deflateInThread(stored.bytes)
  return bytes.length < stored.bytes.length ? { method: 8, bytes } : stored
}

/** Waits for both even when one fails: a write that is still under way would land in what is written next. */
async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) if (result.status === 'rejected') throw result.reason
}

function encodeName(name: string): Buffer {
  const bytes = Buffer.from(name, 'utf8')
  if (bytes.length <= 0xffff) return bytes
  throw new MillraceError('BAD_NAME', `A name in a zip may have at most 65,535 bytes, but one has ${bytes.length}: ${name.slice(0, 60)}…`)
}
