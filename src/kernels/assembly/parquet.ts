// From the pages of Parquet columns to rows of bytes. Sizes are checked by the caller; where a function reads data of unknown length
// it is told their end. Up to 64 bytes behind everything may be read and written.
export { base, reserve } from './_memory'
export { snappy } from './_snappy'

/**
 * Numbers in Parquet's hybrid of runs and packed bits (Encodings.md, RLE = 3), `width` bits each, 0 to 32, to `count` bytes. Returns
 * the largest, or -1 when the data end too early or a number is over 255.
 */
export function hybrid(source: usize, end: usize, width: i32, count: i32, target: usize): i32 {
  let most = 0
  const targetEnd = target + count
  const valueBytes = (width + 7) >> 3
  while (target < targetEnd) {
    let header: u64 = 0
    let shift: u64 = 0
    while (true) {
      if (source >= end || shift > 35) return -1
      const byte = load<u8>(source++)
      header |= (<u64>byte & 0x7f) << shift
      if (byte < 0x80) break
      shift += 7
    }
    const left = <u64>(targetEnd - target)
    if ((header & 1) == 0) {
      const run = min(header >> 1, left)
      if (run == 0 || <usize>valueBytes > end - source) return -1
      let value: u32 = 0
      for (let i = 0; i < valueBytes; i++) value |= <u32>load<u8>(source++) << (i << 3)
      if (value > 255) return -1
      most = max(most, <i32>value)
      memory.fill(target, <u8>value, <usize>run)
      target += <usize>run
      continue
    }
    const groups = header >> 1
    const values = min(groups << 3, left)
    // The last group may be cut off behind the last value.
    const bytes = (values * width + 7) >> 3
    if (values == 0 || <u64>(end - source) < bytes) return -1
    const largest = width <= 8 ? unpack(source, width, <i32>values, target) : unpackWide(source, width, <i32>values, target)
    if (largest < 0) return -1
    most = max(most, largest)
    source += <usize>min(groups * width, <u64>(end - source))
    target += <usize>values
  }
  return most
}

/** Up to 8 bits each: eight numbers from `width` bytes at a time, up to seven too many. */
function unpack(source: usize, width: i32, values: i32, target: usize): i32 {
  if (width == 8) {
    memory.copy(target, source, values)
    return largestOf(target, values)
  }
  const mask = (1 << width) - 1
  for (let i = 0; i < values; i += 8) {
    let bits = load<u64>(source)
    source += width
    for (let j = 0; j < 8; j++) {
      store<u8>(target + i + j, <u8>bits & <u8>mask)
      bits >>= width
    }
  }
  return largestOf(target, values)
}

function unpackWide(source: usize, width: i32, values: i32, target: usize): i32 {
  const mask = (<u64>1 << width) - 1
  let most: u64 = 0
  for (let i = 0; i < values; i++) {
    const bit = <usize>i * width
    const value = (load<u64>(source + (bit >> 3)) >> (bit & 7)) & mask
    most = max(most, value)
    store<u8>(target + i, <u8>value)
  }
  return most > 255 ? -1 : <i32>most
}

function largestOf(at: usize, count: i32): i32 {
  let most = i8x16.splat(0)
  let i = 0
  for (; i + 16 <= count; i += 16) most = i8x16.max_u(most, v128.load(at + i))
  let largest = 0
  for (; i < count; i++) largest = max(largest, <i32>load<u8>(at + i))
  const pairs = i8x16.max_u(most, v128.shuffle<u8>(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  for (let word = i64x2.extract_lane(pairs, 0), j = 0; j < 8; j++, word >>= 8) largest = max(largest, <i32>(word & 0xff))
  return largest
}

/** Whether hybrid numbers of one bit are `count` ones: the definition levels of a column without nulls. */
export function allOnes(source: usize, end: usize, count: i32): bool {
  let left = <u64>count
  while (left > 0) {
    let header: u64 = 0
    let shift: u64 = 0
    while (true) {
      if (source >= end || shift > 35) return false
      const byte = load<u8>(source++)
      header |= (<u64>byte & 0x7f) << shift
      if (byte < 0x80) break
      shift += 7
    }
    let groups = header >> 1
    if ((header & 1) == 0) {
      if (groups == 0 || source >= end || load<u8>(source++) != 1) return false
      left -= min(groups, left)
      continue
    }
    for (; groups > 0 && left > 0; groups--) {
      if (source >= end) return false
      const mask = left >= 8 ? 0xff : (1 << <i32>left) - 1
      if ((<i32>load<u8>(source++) & mask) != mask) return false
      left -= min(8, left)
    }
  }
  return true
}

/** Each byte replaced by that of the table of 256. */
export function translate(at: usize, count: i32, table: usize): void {
  let i = 0
  for (; i + 8 <= count; i += 8) {
    const from = load<u64>(at + i)
    let to = <u64>load<u8>(table + <usize>(from & 0xff))
    to |= <u64>load<u8>(table + <usize>((from >> 8) & 0xff)) << 8
    to |= <u64>load<u8>(table + <usize>((from >> 16) & 0xff)) << 16
    to |= <u64>load<u8>(table + <usize>((from >> 24) & 0xff)) << 24
    to |= <u64>load<u8>(table + <usize>((from >> 32) & 0xff)) << 32
    to |= <u64>load<u8>(table + <usize>((from >> 40) & 0xff)) << 40
    to |= <u64>load<u8>(table + <usize>((from >> 48) & 0xff)) << 48
    to |= <u64>load<u8>(table + <usize>(from >> 56)) << 56
    store<u64>(at + i, to)
  }
  for (; i < count; i++) store<u8>(at + i, load<u8>(table + load<u8>(at + i)))
}

/** Integers of 4 or 8 bytes to bytes; false when one is not 0 to 255. */
export function narrow(source: usize, size: i32, count: i32, target: usize): bool {
  let all: u64 = 0
  if (size == 4) {
    let bits = i32x4.splat(0)
    let i = 0
    for (; i + 16 <= count; i += 16, source += 64) {
      const a = v128.load(source)
      const b = v128.load(source, 16)
      const c = v128.load(source, 32)
      const d = v128.load(source, 48)
      bits = v128.or(bits, v128.or(v128.or(a, b), v128.or(c, d)))
      v128.store(target + i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)))
    }
    for (; i < count; i++, source += 4) {
      const value = load<u32>(source)
      all |= value
      store<u8>(target + i, <u8>value)
    }
    all |= i64x2.extract_lane(bits, 0) | i64x2.extract_lane(bits, 1)
    return (all & 0xffff_ff00_ffff_ff00) == 0
  }
  for (let i = 0; i < count; i++, source += 8) {
    const value = load<u64>(source)
    all |= value
    store<u8>(target + i, <u8>value)
  }
  return all < 256
}

/**
 * Columns of bytes, `apart` bytes from each to the next, to rows: row y of all columns begins at `target + y * stride`. Only its own
 * bytes are written.
 */
export function transpose(source: usize, apart: i32, columns: i32, rows: i32, target: usize, stride: i32): void {
  const whole = columns & ~15
  for (let y = 0; y < rows; y += 16) {
    const count = min(16, rows - y)
    for (let x = 0; x < whole; x += 16) {
      const from = source + <usize>x * apart + y
      const to = target + <usize>y * stride + x
      if (count == 16) transpose16(from, apart, to, stride)
      else transposeBytes(from, apart, 16, count, to, stride)
    }
    if (whole < columns) {
      transposeBytes(source + <usize>whole * apart + y, apart, columns - whole, count, target + <usize>y * stride + whole, stride)
    }
  }
}

function transposeBytes(source: usize, apart: i32, columns: i32, rows: i32, target: usize, stride: i32): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) store<u8>(target + <usize>y * stride + x, load<u8>(source + <usize>x * apart + y))
  }
}

/** In four rounds, each of which weaves vectors that are eight apart; after them vector i holds row i. */
function transpose16(source: usize, apart: i32, target: usize, stride: i32): void {
  const step = <usize>apart
  let a0 = v128.load(source)
  let a1 = v128.load(source + step)
  let a2 = v128.load(source + 2 * step)
  let a3 = v128.load(source + 3 * step)
  let a4 = v128.load(source + 4 * step)
  let a5 = v128.load(source + 5 * step)
  let a6 = v128.load(source + 6 * step)
  let a7 = v128.load(source + 7 * step)
  let a8 = v128.load(source + 8 * step)
  let a9 = v128.load(source + 9 * step)
  let a10 = v128.load(source + 10 * step)
  let a11 = v128.load(source + 11 * step)
  let a12 = v128.load(source + 12 * step)
  let a13 = v128.load(source + 13 * step)
  let a14 = v128.load(source + 14 * step)
  let a15 = v128.load(source + 15 * step)
  for (let round = 0; round < 4; round++) {
    const b0 = low(a0, a8)
    const b1 = high(a0, a8)
    const b2 = low(a1, a9)
    const b3 = high(a1, a9)
    const b4 = low(a2, a10)
    const b5 = high(a2, a10)
    const b6 = low(a3, a11)
    const b7 = high(a3, a11)
    const b8 = low(a4, a12)
    const b9 = high(a4, a12)
    const b10 = low(a5, a13)
    const b11 = high(a5, a13)
    const b12 = low(a6, a14)
    const b13 = high(a6, a14)
    const b14 = low(a7, a15)
    a15 = high(a7, a15)
    a0 = b0
    a1 = b1
    a2 = b2
    a3 = b3
    a4 = b4
    a5 = b5
    a6 = b6
    a7 = b7
    a8 = b8
    a9 = b9
    a10 = b10
    a11 = b11
    a12 = b12
    a13 = b13
    a14 = b14
  }
  const down = <usize>stride
  v128.store(target, a0)
  v128.store(target + down, a1)
  v128.store(target + 2 * down, a2)
  v128.store(target + 3 * down, a3)
  v128.store(target + 4 * down, a4)
  v128.store(target + 5 * down, a5)
  v128.store(target + 6 * down, a6)
  v128.store(target + 7 * down, a7)
  v128.store(target + 8 * down, a8)
  v128.store(target + 9 * down, a9)
  v128.store(target + 10 * down, a10)
  v128.store(target + 11 * down, a11)
  v128.store(target + 12 * down, a12)
  v128.store(target + 13 * down, a13)
  v128.store(target + 14 * down, a14)
  v128.store(target + 15 * down, a15)
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}
