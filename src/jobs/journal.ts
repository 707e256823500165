import { closeSync, fdatasync, ftruncateSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { MillraceError } from '../core/errors.ts'
import { flushFolder, named, writeFully } from '../sinks/durable.ts'
import { Claims } from './claims.ts'
import { type BatchEnd, batchOf, jsonOf, type Kind, type Line, lineOf, namesIn, scanJournal } from './journal-lines.ts'
import { DONE, FAILED, RunIndex, VOIDED } from './run-index.ts'

const flushData = promisify(fdatasync)
const STATUS: Record<Kind, number> = { done: DONE, fail: FAILED, void: VOIDED }
const BLOCK = 1 << 16

/** A finished item as its line says it. */
export interface DoneEntry {
  outputs: { name: string; size: number; crc: number }[]
  /** The file it was made of. */
  input?: InputFile
  /** CRC-32 of the item itself, to notice that it has become another one. */
  item?: number
  attempt: number
  /** Milliseconds it ran. */
  ms: number
  metadata?: unknown
}

/** A failed item as its line says it. */
export interface FailEntry {
  stage: string
  code: string
  message: string
  attempt: number
  /** What tells the item apart, for people. */
  label?: string
  /** CRC-32 of the item itself, where it could be had. */
  item?: number
}

/** What may stand in a line; which of it does depends on the line's kind. One that is `void` has the outputs that were made before. */
export type Entry = Partial<DoneEntry> & Partial<FailEntry>

export interface InputFile {
  path: string
  size: number
  mtimeMs: number
}

/** The lines of a run: appended in batches, each of which happens as a whole or not at all. */
export class Journal {
  readonly path: string
  readonly index: RunIndex = new RunIndex()
  readonly claims: Claims = new Claims()
  /** Where the sink stood behind the last batch that moved it. */
  position: unknown
  finished = false
  readonly #flush: boolean
  readonly #descriptor: number
  #end: number

  /**
   * Opens a journal, new or of an earlier run. To write: what an earlier run did not commit is cut off. To read, `access: 'r'`: the
   * journal may be one that another process writes.
   *
   * @param flush A batch is on the disk when `append` returns; otherwise only written.
   */
  constructor(path: string, { access = 'a+', flush = true }: { access?: 'a+' | 'r'; flush?: boolean } = {}) {
    this.path = path
    this.#flush = flush
    this.#descriptor = openSync(path, access)
    const { index, claims } = this
    let current = 0
    const ascii = (bytes: Buffer, from: number, to: number): void => claims.addAscii(bytes, from, to, current)
    const text = (name: string): void => claims.add(name, current)
    const { end } = scanJournal(
      path,
      (kind, ordinal, bytes, start, stop, offset) => {
        const before = index.status(ordinal)
        if (kind !== 'void' && (before === DONE || before === VOIDED)) this.release(ordinal)
        index.set(ordinal, STATUS[kind], offset)
        if (kind === 'fail') return
        current = ordinal
        namesIn(bytes, start, stop, ascii, text)
      },
      (batch) => this.#endBatch(batch),
    )
    this.#end = end
    if (access === 'a+') ftruncateSync(this.#descriptor, end)
  }

  /** A journal that was just made lasts as well as its lines. */
  async keep(): Promise<void> {
    if (this.#flush) await flushFolder(dirname(this.path))
  }

  /** Adds a batch. Whoever reads the journal later sees all of it or nothing. */
  async append(lines: readonly Line[], end: BatchEnd): Promise<void> {
    const texts: string[] = []
    const offsets: number[] = []
    let at = this.#end
    for (const { ordinal, kind, json } of lines) {
      const text = lineOf(ordinal, kind, json)
      texts.push(text)
      offsets.push(at)
      at += Buffer.byteLength(text)
    }
    const bytes = Buffer.from(batchOf(texts, end))
    try {
      writeFully(this.#descriptor, bytes)
      if (this.#flush) await flushData(this.#descriptor)
    } catch (error) {
      throw named(error, this.path)
    }
    this.#end += bytes.length
    lines.forEach(({ ordinal, kind }, i) => this.index.set(ordinal, STATUS[kind], offsets[i]!))
    this.#endBatch(end)
  }

  /** What an item's line says. */
  read(ordinal: number): Entry {
    const offset = this.index.offset(ordinal)
    let bytes = Buffer.allocUnsafe(1 << 12)
    for (let read = 0; ;) {
      read += readSync(this.#descriptor, bytes, read, bytes.length - read, offset + read)
      const end = bytes.indexOf(0x0a)
      if (end >= 0 && end < read) return jsonOf(bytes.toString('utf8', 0, end)) as Entry
      bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length)])
    }
  }

  /** The lines of the items of a status, in input order. Neighbours mostly lie together, and are read together. */
  *entries(status: number): Generator<[ordinal: number, entry: Entry], void, undefined> {
    let block = Buffer.alloc(0)
    let base = 0
    for (const ordinal of this.index.all(status)) {
      const offset = this.index.offset(ordinal)
      for (let size = BLOCK; ; size *= 2) {
        const from = offset - base
        const end = from >= 0 && from < block.length ? block.indexOf(0x0a, from) : -1
        if (end >= 0) {
          yield [ordinal, jsonOf(block.toString('utf8', from, end)) as Entry]
          break
        }
        const bytes = Buffer.allocUnsafe(size)
        const read = readSync(this.#descriptor, bytes, 0, size, offset)
        if (read === 0) throw new MillraceError('JOURNAL_DAMAGED', `${this.path} has become shorter while it was read.`)
        block = bytes.subarray(0, read)
        base = offset
      }
    }
  }

  /** The names that an item's line holds are nobody's any more. Returns them. */
  release(ordinal: number): string[] {
    const names = this.read(ordinal).outputs?.map(({ name }) => name) ?? []
    for (const name of names) if (this.claims.owner(name) === ordinal) this.claims.remove(name)
    return names
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #endBatch({ position, finished = false }: BatchEnd): void {
    if (position !== undefined) this.position = position
    this.finished = finished
  }
}
