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
  /** CRC-32 of the batch's lines together: to check them one by one takes five times as long. */
  crc?: number
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

const [LF, SPACE, STAR, ZERO, BACKSLASH, BRACE] = [0x0a, 0x20, 0x2a, 0x30, 0x5c, 0x7b]
const BLOCK = 1 << 23
const KINDS: Record<number, Kind> = { 0x64: 'done', 0x66: 'fail', 0x76: 'void' }
const HEADER = 9

/** `crc32 ordinal kind {json}`: eight hexadecimal digits guard what follows them. */
export function lineOf(ordinal: number | '*', kind: Kind | 'batch', json: string): string {
  const body = `${ordinal} ${kind} ${json}`
  return `${crc32(body).toString(16).padStart(8, '0')} ${body}\n`
}

/** The lines of a batch and the one that ends it. */
export function batchOf(lines: readonly string[], end: BatchEnd): string {
  const text = lines.join('')
  return text + lineOf('*', 'batch', JSON.stringify({ ...end, crc: crc32(text) }))
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
  /** File offset of the buffer's first byte, and lines before it. */
  #base = 0
  #line = 0
  /** Starts of the batch's lines. */
  readonly #starts: number[] = []
  /** The first broken line of a batch that was ended. */
  #broken: number | undefined
  /** Where that batch's last line begins in the file. */
  #brokenEnd = 0

  constructor(path: string, visit: Visit, endBatch: (end: BatchEnd) => void) {
    this.#path = path
    this.#visit = visit
    this.#endBatch = endBatch
  }

  /** Takes whole batches from the front of a block. Returns how many bytes need not be shown again. */
  block(bytes: Buffer): number {
    const starts = this.#starts
    let used = 0
    starts.length = 0
    for (let start = 0, next = 0; (next = bytes.indexOf(LF, start) + 1) > 0; start = next) {
      // A broken line may look like the end of a batch; it is one only if its own checksum says so.
      if (bytes[start + HEADER] !== STAR || !isWhole(bytes, start, next - 1)) {
        starts.push(start)
        continue
      }
      if (this.#broken !== undefined && this.#base + start > this.#brokenEnd) throw this.#damaged()
      const end = JSON.parse(bytes.toString('utf8', bytes.indexOf(BRACE, start), next - 1)) as BatchEnd
      const line = this.#line + starts.length + 1
      starts.push(start)
      if (crc32(bytes.subarray(used, start)) !== end.crc) {
        this.#brokenEnd = this.#base + start
        // Of the last batch a power cut may have left any part. If another one follows, this was no power cut.
        const broken = starts.findIndex((at, i) => !isWhole(bytes, at, (starts[i + 1] ?? next) - 1))
        this.#broken = broken < 0 ? line : this.#line + 1 + broken
        continue
      }
      for (let i = 0; i + 1 < starts.length; i++) this.#show(bytes, starts[i]!, starts[i + 1]! - 1)
      this.#endBatch(end)
      starts.length = 0
      used = next
      this.#line = this.endLine = line
      this.end = this.#base + used
    }
    this.#base += used
    return used
  }

  #show(bytes: Buffer, start: number, end: number): void {
    let at = start + HEADER
    let ordinal = 0
    for (; bytes[at] !== SPACE; at++) ordinal = ordinal * 10 + bytes[at]! - ZERO
    this.#visit(KINDS[bytes[at + 1]!]!, ordinal, bytes, at + 6, end, this.#base + start)
  }

  #damaged(): MillraceError {
    return new MillraceError(
      'JOURNAL_DAMAGED',
      `Line ${this.#broken} of ${this.#path} is damaged, and what was done later stands behind it: the disk or another program has changed it. Bring the file back from a copy, or begin anew with --restart (onChange: 'restart').`,
    )
  }
}

/** The line is as it was written. */
function isWhole(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < HEADER || bytes[start + HEADER - 1] !== SPACE) return false
  const crc = crc32(bytes.subarray(start + HEADER, end))
  return bytes.toString('latin1', start, start + HEADER - 1) === crc.toString(16).padStart(8, '0')
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
