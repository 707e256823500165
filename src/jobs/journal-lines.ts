import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import { codeOf } from '../sinks/durable.ts'

/**
 * What a line of the journal says of an item: it is done; it has failed; it is to be done again, whatever was said before.
 * A later line of the same item counts.
 */
export type Kind = 'done' | 'fail' | 'void'

export interface Line {
  ordinal: number
  kind: Kind
  json: string
}

/** Where a line lies: its JSON in `bytes` from `start` to `end`, the line itself at `offset` of the file. */
export type Visit = (kind: Kind, ordinal: number, bytes: Buffer, start: number, end: number, offset: number) => void

/** What stands in the line that ends a batch: without it the batch did not happen. */
export interface BatchEnd {
  /** Where the sink stands behind the batch; absent where it was not moved. */
  position?: unknown
  /** When it was committed, in milliseconds since 1970. */
  time: number
  /** The outputs are complete: the sink was finished behind this batch. */
  finished?: boolean
}

export interface Scanned {
  /** Behind the last whole batch, in bytes: what follows was never committed. */
  end: number
  /** Lines up to there. */
  lines: number
  /** Bytes of a batch that was being written when the run was killed. */
  torn: number
}

const [LF, SPACE, STAR, ZERO, BACKSLASH] = [0x0a, 0x20, 0x2a, 0x30, 0x5c]
const BLOCK = 1 << 23
const KINDS: Record<number, Kind> = { 0x64: 'done', 0x66: 'fail', 0x76: 'void' }
const HEADER = 9

/** `crc32 ordinal kind {json}`: eight hexadecimal digits guard what follows them. */
export function lineOf(ordinal: number | '*', kind: Kind | 'batch', json: string): string {
  const body = `${ordinal} ${kind} ${json}`
  return `${crc32(body).toString(16).padStart(8, '0')} ${body}\n`
}

/** The JSON of a line that is known to be whole. */
export function jsonOf(line: string): unknown {
  return JSON.parse(line.slice(line.indexOf('{')))
}

/**
 * Reads a journal from its front and shows the lines of each batch that is whole, in order. Nothing is parsed but the lines that end
 * a batch. What a kill or a power cut left behind the last whole batch is passed over.
 *
 * @throws MillraceError `JOURNAL_DAMAGED`, with the line, when a line is broken and whole batches follow it.
 */
export function scanJournal(path: string, visit: Visit, endBatch: (end: BatchEnd) => void = () => {}): Scanned {
  const scan = new Scan(path, visit, endBatch)
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { end: 0, lines: 0, torn: 0 }
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    let buffer = Buffer.allocUnsafe(Math.min(BLOCK, size))
    let [kept, at] = [0, 0]
    while (at < size) {
      // A batch that is longer than the buffer needs a longer one.
      if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.min(buffer.length, size - at))])
      const read = readSync(descriptor, buffer, kept, Math.min(buffer.length - kept, size - at), at)
      if (read === 0) break
      at += read
      const used = scan.block(buffer.subarray(0, kept + read))
      kept = kept + read - used
      buffer.copyWithin(0, used, used + kept)
    }
    return { end: scan.end, lines: scan.endLine, torn: at - scan.end }
  } finally {
    closeSync(descriptor)
  }
}

class Scan {
  end = 0
  endLine = 0
  readonly #path: string
  readonly #visit: Visit
  readonly #endBatch: (end: BatchEnd) => void
  /** File offset of the buffer's first byte, and the number of the line that begins there. */
  #base = 0
  #line = 0
  /** The first broken line behind the last whole batch. */
  #broken: number | undefined
  /** Triples of start, end and ordinal of the batch's lines. */
  #batch: number[] = []

  constructor(path: string, visit: Visit, endBatch: (end: BatchEnd) => void) {
    this.#path = path
    this.#visit = visit
    this.#endBatch = endBatch
  }

  /** Takes whole batches from the front of a block. Returns how many bytes need not be shown again. */
  block(bytes: Buffer): number {
    let used = 0
    let line = this.#line
    this.#batch.length = 0
    for (let start = 0; ;) {
      const newline = bytes.indexOf(LF, start)
      if (newline < 0) break
      line++
      const ordinal = readOrdinal(bytes, start, newline)
      if (ordinal === BROKEN) {
        this.#broken ??= line
      } else if (ordinal === BATCH) {
        if (this.#broken !== undefined) throw this.#damaged()
        this.#apply(bytes)
        this.#endBatch(JSON.parse(bytes.toString('utf8', bytes.indexOf(0x7b, start + HEADER), newline)) as BatchEnd)
        used = newline + 1
        this.#line = this.endLine = line
        this.end = this.#base + used
      } else if (this.#broken === undefined) {
        this.#batch.push(start, newline, ordinal)
      }
      start = newline + 1
      // Behind a broken line only whole batches are looked for; their lines need not be kept.
      if (this.#broken !== undefined) {
        used = start
        this.#line = line
      }
    }
    this.#base += used
    return used
  }

  #apply(bytes: Buffer): void {
    const batch = this.#batch
    for (let i = 0; i < batch.length; i += 3) {
      const start = batch[i]!
      const kindAt = bytes.indexOf(SPACE, start + HEADER) + 1
      this.#visit(KINDS[bytes[kindAt]!]!, batch[i + 2]!, bytes, kindAt + 5, batch[i + 1]!, this.#base + start)
    }
    batch.length = 0
  }

  #damaged(): MillraceError {
    return new MillraceError(
      'JOURNAL_DAMAGED',
      `Line ${this.#broken} of ${this.#path} is damaged, and what was done later stands behind it: the disk or another program has changed it. Bring the file back from a copy, or begin anew with --restart (onChange: 'restart').`,
    )
  }
}

const BROKEN = -1
const BATCH = -2

/** The line's ordinal, if the line is as it was written. */
function readOrdinal(bytes: Buffer, start: number, end: number): number {
  if (end - start < HEADER + 9 || bytes[start + 8] !== SPACE) return BROKEN
  let crc = 0
  for (let i = start; i < start + 8; i++) {
    const byte = bytes[i]!
    const digit = byte <= 0x39 ? byte - ZERO : byte - 0x57
    if (digit < 0 || digit > 15) return BROKEN
    crc = (crc << 4) | digit
  }
  if (crc32(bytes.subarray(start + HEADER, end)) !== crc >>> 0) return BROKEN
  if (bytes[start + HEADER] === STAR) return BATCH
  let ordinal = 0
  for (let i = start + HEADER; bytes[i] !== SPACE; i++) ordinal = ordinal * 10 + bytes[i]! - ZERO
  return ordinal
}

/**
 * Shows the names in a `done` line without parsing it: it begins with `{"outputs":[{"name":"...","size":n,"crc":n},...]`. A name of
 * plain ASCII is shown as its place in the bytes, any other as text.
 */
export function namesIn(
  bytes: Buffer,
  start: number,
  end: number,
  ascii: (bytes: Buffer, start: number, end: number) => void,
  text: (name: string) => void,
): void {
  let at = start + '{"outputs":['.length
  while (at < end && bytes[at] === 0x7b) {
    const from = at + '{"name":"'.length
    let to = from
    let plain = true
    for (; bytes[to] !== 0x22; to++) {
      if (bytes[to]! >= 0x80) plain = false
      else if (bytes[to] === BACKSLASH) {
        plain = false
        to++
      }
    }
    if (plain) ascii(bytes, from, to)
    else text(JSON.parse(bytes.toString('utf8', from - 1, to + 1)) as string)
    at = bytes.indexOf(0x7d, to) + 2
  }
}
