import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import type { Outputs } from '../core/job.ts'
import type { Output } from '../core/sink.ts'
import { patiently, writeNew } from '../sinks/durable.ts'
import { keyOf } from './claims.ts'
import { checkName } from './names.ts'

/** Where a worker puts outputs until the main thread commits them. */
export interface Store {
  /** A folder of this worker's own; without it outputs travel with the result. */
  folder: string | undefined
  /** Files are on the disk before the item is done. */
  flush: boolean
}

let files = 0

/** `ctx.outputs` of one try of one item. */
export class ItemOutputs implements Outputs {
  readonly made: Output[] = []
  readonly #prefix: string
  readonly #store: Store
  /** What it has made, and the folders of that with a slash at their end. */
  readonly #names = new Set<string>()
  readonly #writing: Promise<unknown>[] = []
  #over = false

  /** @param prefix What comes before the names the item gives: `<stem>/`, or nothing. */
  constructor(prefix: string, store: Store) {
    this.#prefix = prefix
    this.#store = store
  }

  write(name: string, bytes: Uint8Array | string): Promise<string> {
    const written = this.#write(name, bytes)
    // Whoever does not wait for it, or passes over its failure, does not make the item whole by that.
    written.catch(() => {})
    this.#writing.push(written)
    return written
  }

  /** No more can be written. Throws what writing has thrown. */
  async end(): Promise<void> {
    for (let i = 0; i < this.#writing.length; i++) await this.#writing[i]
    this.#over = true
  }

  /** The item has failed: what it wrote is not wanted. */
  discard(): void {
    this.#over = true
    for (const { file } of this.made.splice(0)) if (file !== undefined) rmSync(file, { force: true })
  }

  /** Whether the name is neither a file nor a folder yet, nor below a file. */
  #claim(key: string): boolean {
    const names = this.#names
    if (names.has(key) || names.has(`${key}/`)) return false
    const folders: string[] = []
    for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) {
      if (names.has(key.slice(0, at))) return false
      folders.push(key.slice(0, at + 1))
    }
    for (const folder of folders) names.add(folder)
    names.add(key)
    return true
  }

  async #write(given: string, content: Uint8Array | string): Promise<string> {
    if (this.#over) throw new WriteError(new MillraceError('TOO_LATE', `${JSON.stringify(given)} is written after its item was done.`))
    try {
      checkName(given)
      const name = this.#prefix + given
      checkName(name)
      if (!this.#claim(keyOf(name))) {
        throw new MillraceError('OUTPUT_CLASH', `The item writes ${JSON.stringify(name)} twice, or as a file and as a folder.`)
      }
      const bytes = bytesOf(content)
      const output: Output = { name, size: bytes.length, crc: crc32(bytes) }
      const { folder, flush } = this.#store
      if (folder === undefined) output.bytes = new Uint8Array(bytes)
      else {
        const file = (output.file = join(folder, String(files++)))
        await patiently(() => writeNew(file, bytes, flush))
      }
      this.made.push(output)
      return name
    } catch (error) {
      throw new WriteError(error)
    }
  }
}

/** Writing an output failed, and why. */
export class WriteError extends Error {
  override readonly name = 'WriteError'
  readonly stage = 'write'
  readonly code: string

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    const { code } = (cause ?? {}) as { code?: unknown }
    this.code = typeof code === 'string' ? code : 'WRITE_FAILED'
  }
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content)
  if (content instanceof Uint8Array) return content
  if (ArrayBuffer.isView(content)) {
    const view = content as ArrayBufferView
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  }
  if ((content as unknown) instanceof ArrayBuffer) return new Uint8Array(content)
  throw new MillraceError('BAD_OUTPUT', `outputs.write takes bytes (a Uint8Array) or a string, not ${typeof content}.`)
}
