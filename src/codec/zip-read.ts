import { crc32, inflateRawSync } from 'node:zlib'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { DIRECTORY, END, END64, LOCAL, LOCATOR64, MAX16, MAX32, type ZipEntry } from './zip-write.ts'

/** Reads `length` bytes from `offset` on, fewer only where the file ends. */
export type ReadAt = (offset: number, length: number) => Buffer

/** An entry as the central directory says it: nothing of it is to be trusted. */
export interface ListedEntry extends ZipEntry {
  /** Bit 0: encrypted. Bit 11: the name is UTF-8. */
  flags: number
}

/** A zip's central directory, as bytes: a million entries are 80 MB, and not a million objects. */
export interface ZipDirectory {
  bytes: Buffer
  /** Where in the file the directory begins. */
  offset: number
  /** Where in `bytes` each entry's record begins. */
  starts: Float64Array
}

/** The end record with the longest comment there is. */
const MAX_END = 22 + MAX16
/** Deflate can't make more of a byte than this. */
const MAX_RATIO = 1032

/**
 * The central directory of a zip of `size` bytes. What is allocated is no larger than the file.
 *
 * @throws MillraceError `BAD_ZIP`
 */
export function readDirectory(read: ReadAt, size: number): ZipDirectory {
  const tail = read(Math.max(0, size - MAX_END), Math.min(size, MAX_END))
  const end = findEnd(tail)
  let entries = tail.readUInt16LE(end + 10)
  let length = tail.readUInt32LE(end + 12)
  let offset = tail.readUInt32LE(end + 16)
  if (tail.readUInt16LE(end + 4) !== 0 && tail.readUInt16LE(end + 4) !== MAX16) throw bad('it is one of several parts')
  if (end >= 20 && tail.readUInt32LE(end - 20) === LOCATOR64) {
    const at = number(tail, end - 20 + 8)
    const record = at + 56 <= size ? read(at, 56) : Buffer.alloc(0)
    if (record.length < 56 || record.readUInt32LE(0) !== END64) throw bad(`its zip64 end record is not at byte ${at}`)
    entries = number(record, 32)
    length = number(record, 40)
    offset = number(record, 48)
  }
  const before = size - tail.length + end
  if (offset + length > before) throw bad(`its directory would lie at bytes ${offset} to ${offset + length}, and ends before ${before}`)
  const bytes = read(offset, length)
  if (bytes.length < length) throw bad('it is cut short')
  return { bytes, offset, starts: startsOf(bytes, entries) }
}

/** The end record: it stands at the very end, but for a comment that it measures. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return at
  }
  throw bad('it has no end record: it is no zip, or was cut short')
}

/**
 * The directory ends where its length says. Writers without zip64 count their entries modulo 65,536, and a reader that believed
 * them would silently lose the others.
 */
function startsOf(bytes: Buffer, entries: number): Float64Array {
  const starts = new Float64Array(Math.floor(bytes.length / 46))
  let found = 0
  for (let at = 0; at < bytes.length; at = recordEnd(bytes, at)) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== DIRECTORY || recordEnd(bytes, at) > bytes.length) {
      throw bad(`its directory breaks off behind ${found} of ${entries} entries`)
    }
    starts[found++] = at
  }
  if (found % 0x10000 !== entries % 0x10000) throw bad(`its directory has ${found} entries where its end says ${entries}`)
  return starts.slice(0, found)
}

/** Where the record that begins at `at` ends. */
export function recordEnd(bytes: Buffer, at: number): number {
  return at + 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
}

/** The entry whose record begins at `at`. */
export function entryAt(bytes: Buffer, at: number): ListedEntry {
  const nameEnd = at + 46 + bytes.readUInt16LE(at + 28)
  const entry: ListedEntry = {
    name: bytes.subarray(at + 46, nameEnd),
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    compressedSize: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  }
  const long = (['size', 'compressedSize', 'offset'] as const).filter((field) => entry[field] === MAX32)
  if (long.length === 0) return entry
  // The zip64 extra field holds, in this order, the numbers that did not fit.
  const end = nameEnd + bytes.readUInt16LE(at + 30)
  for (let field = nameEnd; field + 4 <= end; field += 4 + bytes.readUInt16LE(field + 2)) {
    if (bytes.readUInt16LE(field) !== 1) continue
    if (bytes.readUInt16LE(field + 2) < 8 * long.length || field + 4 + 8 * long.length > end) break
    for (const [i, name] of long.entries()) entry[name] = number(bytes, field + 4 + 8 * i)
    return entry
  }
  return entry
}

/**
 * An entry's bytes, whole and with the CRC that the directory says.
 *
 * @param maxBytes What it may come to; no more is allocated.
 * @throws MillraceError `BAD_ZIP`, `TOO_LARGE`
 */
export function readEntry(read: ReadAt, entry: ListedEntry, maxBytes: number): Buffer {
  const { name, flags, method, crc, size, compressedSize, offset } = entry
  if ((flags & 1) !== 0) throw bad('the member is encrypted')
  if (method !== 0 && method !== 8) throw bad(`the member is packed by method ${method}; stored and deflated ones are read`)
  const most = Math.max(size, compressedSize)
  if (most > maxBytes) throw new MillraceError('TOO_LARGE', `A member may have at most ${maxBytes} bytes (maxBytes), but has ${most}.`)
  if (method === 0 ? compressedSize !== size : size > MAX_RATIO * compressedSize) {
    throw bad(`${compressedSize} bytes can't be ${size} bytes ${method === 0 ? 'stored' : 'deflated'}`)
  }
  // Most headers have no extra field: one read then takes it all.
  const header = read(offset, 30 + name.length + compressedSize)
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) throw bad(`the member's header is not at byte ${offset}`)
  const start = 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (!header.subarray(30, 30 + header.readUInt16LE(26)).equals(name)) throw bad("the name in the member's header is another one")
  const packed =
    start + compressedSize === header.length ? header.subarray(start, start + compressedSize) : read(offset + start, compressedSize)
  if (packed.length < compressedSize) throw bad('the member is cut short')
  const bytes = method === 0 ? packed : inflate(packed, size)
  if (bytes.length !== size || crc32(bytes) !== crc) throw bad("the member's bytes are not those that its size and CRC say")
  return bytes
}

function inflate(packed: Buffer, size: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw bad(`the member can't be inflated: ${reasonOf(cause)}`)
  }
}

/** 64 bits; above 2^53 nothing fits anyway. */
function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

const bad = (message: string): MillraceError => new MillraceError('BAD_ZIP', `zip: ${message}.`)
