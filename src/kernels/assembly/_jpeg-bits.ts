// The bits of a scan. What lies between two markers is copied once, without its stuffed zeros and byte-reversed, so that a plain
// 64-bit load of later bytes at lower addresses is big-endian wherever it begins.
import { forgetPredictions } from './_jpeg-frame'

export const ok = 0
/** No code of the table begins like this, or a coefficient is out of its range. */
export const badCode = 1
/** The bits ended before the scan. */
export const truncated = 2
/** The restart marker is missing, or another one was due. */
export const badRestart = 3

/** Zeros that follow a segment; no MCU reads more before `exhausted` is asked. */
const padding: usize = 4096

/**
 * A cursor. Decoders keep `buffer`, `bits` and `at` in variables of their own while they loop:
 *   buffer |= fresh(at, bits); at = advance(at, bits); bits |= 56      makes at least 56 bits valid
 *   buffer <<= n; bits -= n                                           uses n of them
 */
// @ts-ignore: decorator
@unmanaged
export class Reader {
  /** Bits not yet used, the next one highest. */
  buffer: u64
  /** How many of them are valid. */
  bits: i32
  /** Address of the next eight bytes. */
  at: usize
  /** The segment ends here and begins `length` bytes below. */
  top: usize
  length: i32
  /** The marker behind the segment, and the end of the file. */
  next: usize
  end: usize
  /** MCUs between restart markers, or 0; MCUs until the next; markers seen. */
  interval: i32
  left: i32
  restarts: i32
}

export const reader = changetype<Reader>(memory.data(64, 16))

// @ts-ignore: decorator
@inline
export function fresh(at: usize, bits: i32): u64 {
  return load<u64>(at) >> bits
}
// @ts-ignore: decorator
@inline
export function advance(at: usize, bits: i32): usize {
  return at - ((63 - bits) >> 3)
}

/** Where the reversed copies end: below lie as many bytes as the file has, and 4,200 more. */
export function jpegStream(top: usize): void {
  reader.top = top
}

/** Starts a scan whose bits begin at `from` and end before `end`. */
export function openScan(from: usize, end: usize, interval: i32): void {
  reader.end = end
  reader.interval = interval
  reader.left = interval
  reader.restarts = 0
  openSegment(from)
}

function openSegment(from: usize): void {
  let to = reader.top
  const end = reader.end
  const ff = i8x16.splat(-1)
  let marker = false
  while (from < end && !marker) {
    for (; from + 16 <= end; from += 16) {
      const bytes = v128.load(from)
      if (v128.any_true(i8x16.eq(bytes, ff))) break
      to -= 16
      v128.store(to, i8x16.swizzle(bytes, i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)))
    }
    const stop = min(from + 16, end)
    while (from < stop) {
      const byte = load<u8>(from)
      if (byte != 0xff) {
        store<u8>(--to, byte)
        from++
        continue
      }
      // FF 00 is a stuffed FF; FF may be repeated before either a zero or a marker.
      let code = from + 1
      while (code < end && load<u8>(code) == 0xff) code++
      if (code >= end || load<u8>(code) != 0) {
        marker = true
        break
      }
      store<u8>(--to, 0xff)
      from = code + 1
    }
  }
  memory.fill(to - padding, 0, padding)
  reader.length = <i32>(reader.top - to)
  reader.next = from
  reader.buffer = 0
  reader.bits = 0
  reader.at = reader.top - 8
  forgetPredictions()
}

/** Goes on behind the restart marker that is due. */
export function restart(): i32 {
  let code = reader.next
  if (code + 2 > reader.end) return badRestart
  while (code < reader.end && load<u8>(code) == 0xff) code++
  if (code >= reader.end || code == reader.next || <i32>load<u8>(code) != 0xd0 + (reader.restarts & 7)) return badRestart
  reader.restarts++
  reader.left = reader.interval
  openSegment(code + 1)
  return ok
}

/** More bits were used than there are. */
// @ts-ignore: decorator
@inline
export function exhausted(at: usize, bits: i32): bool {
  return <i32>(reader.top - 8 - at) - (bits >> 3) > reader.length
}

/** The marker at which the scan ended. */
export function jpegNext(): usize {
  return reader.next
}
