/** A file in a zip, as its headers say it. */
export interface ZipEntry {
  /** UTF-8, with `/` between its parts; at most 65,535 bytes. */
  name: Uint8Array
  /** 0 stored, 8 deflated. */
  method: number
  crc: number
  size: number
  /** Its bytes in the zip. */
  compressedSize: number
  /** Where its local header begins. */
  offset: number
}

export const LOCAL = 0x04034b50
export const DIRECTORY = 0x02014b50
export const END = 0x06054b50
export const END64 = 0x06064b50
export const LOCATOR64 = 0x07064b50

/** What a field of 32 or 16 bits holds when its number stands in a zip64 field. */
export const MAX32 = 0xffffffff
export const MAX16 = 0xffff

const UTF8 = 0x0800
/** 1980-01-01, the first day there is: the same files give the same zip. */
const DATE = 0x0021
/** Unix, so that the permissions below hold; version 4.5 of the format, which has zip64. */
const MADE_BY = (3 << 8) | 45
/** A regular file, rw-r--r--. */
const ATTRIBUTES = 0o100644 * 0x10000

/** What stands before a file's bytes (APPNOTE 4.3.7). Its sizes and CRC are known, so that a reader from the front needs no more. */
export function localHeader({ name, method, crc, size, compressedSize }: ZipEntry): Buffer {
  const long = size >= MAX32 || compressedSize >= MAX32
  const header = Buffer.alloc(30 + name.length + (long ? 20 : 0))
  header.writeUInt32LE(LOCAL, 0)
  header.writeUInt16LE(long ? 45 : 20, 4)
  header.writeUInt16LE(UTF8, 6)
  header.writeUInt16LE(method, 8)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(long ? MAX32 : compressedSize, 18)
  header.writeUInt32LE(long ? MAX32 : size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(long ? 20 : 0, 28)
  header.set(name, 30)
  if (long) writeLong(header, 30 + name.length, [size, compressedSize])
  return header
}

/** A file's line in the central directory (4.3.12). */
export function directoryRecord({ name, method, crc, size, compressedSize, offset }: ZipEntry): Buffer {
  const long = size >= MAX32 || compressedSize >= MAX32
  const far = offset >= MAX32
  const numbers = [...(long ? [size, compressedSize] : []), ...(far ? [offset] : [])]
  const extra = numbers.length === 0 ? 0 : 4 + 8 * numbers.length
  const record = Buffer.alloc(46 + name.length + extra)
  record.writeUInt32LE(DIRECTORY, 0)
  record.writeUInt16LE(MADE_BY, 4)
  record.writeUInt16LE(extra > 0 ? 45 : 20, 6)
  record.writeUInt16LE(UTF8, 8)
  record.writeUInt16LE(method, 10)
  record.writeUInt16LE(DATE, 14)
  record.writeUInt32LE(crc, 16)
  record.writeUInt32LE(long ? MAX32 : compressedSize, 20)
  record.writeUInt32LE(long ? MAX32 : size, 24)
  record.writeUInt16LE(name.length, 28)
  record.writeUInt16LE(extra, 30)
  record.writeUInt32LE(ATTRIBUTES, 38)
  record.writeUInt32LE(far ? MAX32 : offset, 42)
  record.set(name, 46)
  if (extra > 0) writeLong(record, 46 + name.length, numbers)
  return record
}

/** What ends a zip (4.3.16), with the zip64 records (4.3.14, 4.3.15) before it where a number needs them. */
export function endRecords({ entries, offset, size }: { entries: number; offset: number; size: number }): Buffer {
  const long = entries >= MAX16 || offset >= MAX32 || size >= MAX32
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(Math.min(entries, MAX16), 8)
  end.writeUInt16LE(Math.min(entries, MAX16), 10)
  end.writeUInt32LE(Math.min(size, MAX32), 12)
  end.writeUInt32LE(Math.min(offset, MAX32), 16)
  if (!long) return end
  const before = Buffer.alloc(56 + 20)
  before.writeUInt32LE(END64, 0)
  before.writeBigUInt64LE(44n, 4)
  before.writeUInt16LE(MADE_BY, 12)
  before.writeUInt16LE(45, 14)
  before.writeBigUInt64LE(BigInt(entries), 24)
  before.writeBigUInt64LE(BigInt(entries), 32)
  before.writeBigUInt64LE(BigInt(size), 40)
  before.writeBigUInt64LE(BigInt(offset), 48)
  before.writeUInt32LE(LOCATOR64, 56)
  before.writeBigUInt64LE(BigInt(offset + size), 64)
  before.writeUInt32LE(1, 72)
  return Buffer.concat([before, end])
}

/** The zip64 extra field (4.5.3). */
function writeLong(into: Buffer, at: number, numbers: readonly number[]): void {
  into.writeUInt16LE(1, at)
  into.writeUInt16LE(8 * numbers.length, at + 2)
  for (const [i, number] of numbers.entries()) into.writeBigUInt64LE(BigInt(number), at + 4 + 8 * i)
}
