// Pillow's resampling of bytes, one direction at a time: sums of pixels times 22-bit weights, rounded to bytes between the passes.
// A weight is two i16 halves, `high * 2 ** 15 + low`, so that dot products of pairs are exact: i32 sums of the halves may wrap, but
// their combination is the sum that Pillow's int holds. Sums begin with a half of the last place. 16 bytes behind a picture may be read.

const HALF: i32 = 1 << 21

/**
 * Each of `rows` rows to `width` pixels, four rows at a time. `first` has the byte of a row where each pixel begins; `weights` has for
 * each pixel `groups` groups of `low` and `high` halves: of 8 weights for one channel, of 2 for three and four. With one channel
 * both tables go on to a multiple of four pixels.
 */
export function resizeHorizontal(
  source: usize,
  stride: i32,
  rows: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  first: usize,
  weights: usize,
  groups: i32,
): void {
  if (channels == 1) {
    for (let y = 0; y < rows; y++) grayRow(source + y * stride, target + y * targetStride, width, first, weights, groups)
    return
  }
  for (let y = 0; y < rows; y += 4) {
    // After the last row comes the last row again.
    const y1 = min(y + 1, rows - 1)
    const y2 = min(y + 2, rows - 1)
    const y3 = min(y + 3, rows - 1)
    const s0 = source + y * stride
    const s1 = source + y1 * stride
    const s2 = source + y2 * stride
    const s3 = source + y3 * stride
    const t0 = target + y * targetStride
    const t1 = target + y1 * targetStride
    const t2 = target + y2 * targetStride
    const t3 = target + y3 * targetStride
    // Two pixels side by side to pairs of i16, a channel to a lane.
    if (channels == 3) {
      const pairs = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
      const last = width - 1
      for (let x = 0; x < last; x++) {
        const words = fourRows(s0, s1, s2, s3, load<u32>(first + (x << 2)), weights + x * (groups << 3), groups, 6, pairs)
        // The fourth byte is the next pixel's.
        v128.store32_lane(t0 + x * 3, words, 0)
        v128.store32_lane(t1 + x * 3, words, 1)
        v128.store32_lane(t2 + x * 3, words, 2)
        v128.store32_lane(t3 + x * 3, words, 3)
      }
      const words = fourRows(s0, s1, s2, s3, load<u32>(first + (last << 2)), weights + last * (groups << 3), groups, 6, pairs)
      const end = last * 3
      v128.store16_lane(t0 + end, words, 0)
      v128.store8_lane(t0 + end + 2, words, 2)
      v128.store16_lane(t1 + end, words, 2)
      v128.store8_lane(t1 + end + 2, words, 6)
      v128.store16_lane(t2 + end, words, 4)
      v128.store8_lane(t2 + end + 2, words, 10)
      v128.store16_lane(t3 + end, words, 6)
      v128.store8_lane(t3 + end + 2, words, 14)
    } else {
      const pairs = i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1)
      for (let x = 0; x < width; x++) {
        const words = fourRows(s0, s1, s2, s3, load<u32>(first + (x << 2)), weights + x * (groups << 3), groups, 8, pairs)
        v128.store32_lane(t0 + (x << 2), words, 0)
        v128.store32_lane(t1 + (x << 2), words, 1)
        v128.store32_lane(t2 + (x << 2), words, 2)
        v128.store32_lane(t3 + (x << 2), words, 3)
      }
    }
  }
}

/** The same pixel of four rows, each in four bytes. */
// @ts-ignore: decorator
@inline
function fourRows(s0: usize, s1: usize, s2: usize, s3: usize, from: usize, weights: usize, groups: i32, step: usize, pairs: v128): v128 {
  let a = i32x4.splat(HALF)
  let b = a
  let c = a
  let d = a
  let ah = i32x4.splat(0)
  let bh = ah
  let ch = ah
  let dh = ah
  for (const end = weights + (groups << 3); weights < end; weights += 8) {
    const low = v128.load32_splat(weights)
    const high = v128.load32_splat(weights, 4)
    const p = i8x16.swizzle(v128.load64_zero(s0 + from), pairs)
    a = i32x4.add(a, i32x4.dot_i16x8_s(p, low))
    ah = i32x4.add(ah, i32x4.dot_i16x8_s(p, high))
    const q = i8x16.swizzle(v128.load64_zero(s1 + from), pairs)
    b = i32x4.add(b, i32x4.dot_i16x8_s(q, low))
    bh = i32x4.add(bh, i32x4.dot_i16x8_s(q, high))
    const r = i8x16.swizzle(v128.load64_zero(s2 + from), pairs)
    c = i32x4.add(c, i32x4.dot_i16x8_s(r, low))
    ch = i32x4.add(ch, i32x4.dot_i16x8_s(r, high))
    const s = i8x16.swizzle(v128.load64_zero(s3 + from), pairs)
    d = i32x4.add(d, i32x4.dot_i16x8_s(s, low))
    dh = i32x4.add(dh, i32x4.dot_i16x8_s(s, high))
    from += step
  }
  return bytes(whole(a, ah), whole(b, bh), whole(c, ch), whole(d, dh))
}

function grayRow(source: usize, target: usize, width: i32, first: usize, weights: usize, groups: i32): void {
  const size: usize = groups << 5
  for (let x = 0; x < width; x += 4) {
    const a = gray(source + load<u32>(first), weights, groups)
    const b = gray(source + load<u32>(first, 4), weights + size, groups)
    const c = gray(source + load<u32>(first, 8), weights + size * 2, groups)
    const d = gray(source + load<u32>(first, 12), weights + size * 3, groups)
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7))
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 1, 3, 5, 7))
    const sums = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7))
    const pixels = i32x4.shr_s(i32x4.add(sums, i32x4.splat(HALF)), 22)
    storeSome(target + x, bytes(pixels, pixels, pixels, pixels), min(4, width - x))
    first += 16
    weights += size * 4
  }
}

/** A sum in four parts. */
// @ts-ignore: decorator
@inline
function gray(from: usize, weights: usize, groups: i32): v128 {
  let low = i32x4.splat(0)
  let high = low
  for (const end = weights + (groups << 5); weights < end; weights += 32) {
    const p = v128.load8x8_u(from)
    low = i32x4.add(low, i32x4.dot_i16x8_s(p, v128.load(weights)))
    high = i32x4.add(high, i32x4.dot_i16x8_s(p, v128.load(weights, 16)))
    from += 8
  }
  return i32x4.add(i32x4.shl(high, 15), low)
}

/**
 * `height` rows of `bytes` bytes from rows of the source. `first` has the row where each begins; `weights` has for each
 * `(taps + 1) / 2` pairs of `low` and `high` halves, the last weight being 0 when `taps` is odd.
 */
export function resizeVertical(
  source: usize,
  stride: i32,
  bytes: i32,
  target: usize,
  targetStride: i32,
  height: i32,
  first: usize,
  weights: usize,
  taps: i32,
): void {
  const size: usize = ((taps + 1) >> 1) << 3
  for (let y = 0; y < height; y++) {
    const row = source + load<i32>(first + (y << 2)) * stride
    for (let x = 0; x < bytes; x += 16) {
      const sums = column(row + x, stride, weights, taps)
      if (x + 16 <= bytes) v128.store(target + x, sums)
      else storeSome(target + x, sums, bytes - x)
    }
    target += targetStride
    weights += size
  }
}

/** 16 bytes side by side. */
// @ts-ignore: decorator
@inline
function column(from: usize, stride: i32, weights: usize, taps: i32): v128 {
  const zero = i32x4.splat(0)
  let a = i32x4.splat(HALF)
  let b = a
  let c = a
  let d = a
  let ah = zero
  let bh = zero
  let ch = zero
  let dh = zero
  for (let tap = 0; tap < taps; tap += 2) {
    const low = v128.load32_splat(weights)
    const high = v128.load32_splat(weights, 4)
    const p = v128.load(from)
    const q = v128.load(tap + 1 < taps ? from + stride : from)
    const left = v128.shuffle<u8>(p, q, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
    const right = v128.shuffle<u8>(p, q, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    const e = i16x8.extend_low_i8x16_u(left)
    a = i32x4.add(a, i32x4.dot_i16x8_s(e, low))
    ah = i32x4.add(ah, i32x4.dot_i16x8_s(e, high))
    const f = i16x8.extend_high_i8x16_u(left)
    b = i32x4.add(b, i32x4.dot_i16x8_s(f, low))
    bh = i32x4.add(bh, i32x4.dot_i16x8_s(f, high))
    const g = i16x8.extend_low_i8x16_u(right)
    c = i32x4.add(c, i32x4.dot_i16x8_s(g, low))
    ch = i32x4.add(ch, i32x4.dot_i16x8_s(g, high))
    const h = i16x8.extend_high_i8x16_u(right)
    d = i32x4.add(d, i32x4.dot_i16x8_s(h, low))
    dh = i32x4.add(dh, i32x4.dot_i16x8_s(h, high))
    from += stride << 1
    weights += 8
  }
  return bytes(whole(a, ah), whole(b, bh), whole(c, ch), whole(d, dh))
}

/** The integer part of a sum. */
// @ts-ignore: decorator
@inline
function whole(low: v128, high: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, 15), low), 22)
}

/** 16 integers to bytes, those outside to the nearest. */
// @ts-ignore: decorator
@inline
export function bytes(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))
}

/** The first `count` bytes of 16. */
// @ts-ignore: decorator
@inline
export function storeSome(target: usize, value: v128, count: i32): void {
  if (count & 8) {
    v128.store64_lane(target, value, 0)
    value = v128.shuffle<u64>(value, value, 1, 1)
    target += 8
  }
  if (count & 4) {
    v128.store32_lane(target, value, 0)
    value = i64x2.shr_u(value, 32)
    target += 4
  }
  if (count & 2) {
    v128.store16_lane(target, value, 0)
    value = i64x2.shr_u(value, 16)
    target += 2
  }
  if (count & 1) v128.store8_lane(target, value, 0)
}
