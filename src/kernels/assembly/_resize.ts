// Pillow's resampling of bytes, one direction at a time: sums of pixels times 22-bit weights, rounded to bytes between the passes.
// A weight is two i16 halves, `high * 2 ** 15 + low`, so that dot products of pairs are exact: i32 sums of the halves may wrap, but
// their combination is the sum that Pillow's int holds. Sums begin with a half of the last place. Behind a picture 16 bytes may be
// read, and behind a target written: rows are made from top to bottom, and what one writes too much belongs to the next.

const HALF: i32 = 1 << 21

/**
 * Each of `rows` rows to `width` pixels. `first` has the byte of a row where each pixel begins, times 4 for one channel; `weights` has
 * for each `pairs` pairs of `low` and `high` halves. For one channel `scratch` holds 16 bytes for each pixel of a source row, and then
 * of a target row.
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
  pairs: i32,
  sourceWidth: i32,
  scratch: usize,
): void {
  if (channels == 1) {
    const tile = scratch + (sourceWidth << 4)
    const a = scratch
    const b = a + (sourceWidth << 2)
    const c = b + (sourceWidth << 2)
    const d = c + (sourceWidth << 2)
    for (let y = 0; y < rows; y += 16) {
      for (let i = 0; i < 4; i++) weave(source, stride, y + (i << 2), rows, sourceWidth, scratch + i * (sourceWidth << 2))
      fourRows4(a, b, c, d, tile, tile + 4, tile + 8, tile + 12, 16, width, first, weights, pairs)
      for (let i = 0; i < 16; i += 4) unweave(tile + i, width, target, targetStride, y + i, rows)
    }
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
    if (channels == 3) fourRows3(s0, s1, s2, s3, t0, t1, t2, t3, width, first, weights, pairs)
    else fourRows4(s0, s1, s2, s3, t0, t1, t2, t3, 4, width, first, weights, pairs)
  }
}

/** Rows `y` to `y + 3` as the channels of one, up to 60 bytes more. After the last row comes the last row again. */
function weave(source: usize, stride: i32, y: i32, rows: i32, width: i32, target: usize): void {
  const s0 = source + min(y, rows - 1) * stride
  const s1 = source + min(y + 1, rows - 1) * stride
  const s2 = source + min(y + 2, rows - 1) * stride
  const s3 = source + min(y + 3, rows - 1) * stride
  for (let x = 0; x < width; x += 16) {
    const a = v128.load(s0 + x)
    const b = v128.load(s1 + x)
    const c = v128.load(s2 + x)
    const d = v128.load(s3 + x)
    const ab = zipLow(a, b)
    const cd = zipLow(c, d)
    v128.store(target, v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11))
    v128.store(target, v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), 16)
    const abHigh = zipHigh(a, b)
    const cdHigh = zipHigh(c, d)
    v128.store(target, v128.shuffle<u16>(abHigh, cdHigh, 0, 8, 1, 9, 2, 10, 3, 11), 32)
    v128.store(target, v128.shuffle<u16>(abHigh, cdHigh, 4, 12, 5, 13, 6, 14, 7, 15), 48)
    target += 64
  }
}

/** The way back: four bytes of every 16 to the rows `y` to `y + 3`. Those of rows after the last are the last row's. */
function unweave(tile: usize, width: i32, target: usize, stride: i32, y: i32, rows: i32): void {
  let t0 = target + min(y, rows - 1) * stride
  let t1 = target + min(y + 1, rows - 1) * stride
  let t2 = target + min(y + 2, rows - 1) * stride
  let t3 = target + min(y + 3, rows - 1) * stride
  const end = t0 + width
  for (; t0 + 4 <= end; tile += 64) {
    const ab = zipLow(v128.load32_zero(tile), v128.load32_zero(tile, 16))
    const cd = zipLow(v128.load32_zero(tile, 32), v128.load32_zero(tile, 48))
    const lines = v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11)
    v128.store32_lane(t0, lines, 0)
    v128.store32_lane(t1, lines, 1)
    v128.store32_lane(t2, lines, 2)
    v128.store32_lane(t3, lines, 3)
    t0 += 4
    t1 += 4
    t2 += 4
    t3 += 4
  }
  for (; t0 < end; tile += 16) {
    store<u8>(t0++, load<u8>(tile))
    store<u8>(t1++, load<u8>(tile, 1))
    store<u8>(t2++, load<u8>(tile, 2))
    store<u8>(t3++, load<u8>(tile, 3))
  }
}

// @ts-ignore: decorator
@inline
function zipLow(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline
function zipHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

function fourRows3(
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  width: i32,
  first: usize,
  weights: usize,
  pairs: i32,
): void {
  for (let last = width - 1, x = 0; x <= last; x++) {
    const from: usize = load<u32>(first + (x << 2))
    const pixels = fourPixels(s0 + from, s1 + from, s2 + from, s3 + from, weights, pairs, 3)
    if (x < last) {
      // The fourth byte is the next pixel's.
      v128.store32_lane(t0, pixels, 0)
      v128.store32_lane(t1, pixels, 1)
      v128.store32_lane(t2, pixels, 2)
      v128.store32_lane(t3, pixels, 3)
    } else {
      v128.store16_lane(t0, pixels, 0)
      v128.store16_lane(t1, pixels, 2)
      v128.store16_lane(t2, pixels, 4)
      v128.store16_lane(t3, pixels, 6)
      v128.store8_lane(t0, pixels, 2, 2)
      v128.store8_lane(t1, pixels, 6, 2)
      v128.store8_lane(t2, pixels, 10, 2)
      v128.store8_lane(t3, pixels, 14, 2)
    }
    weights += pairs << 3
    t0 += 3
    t1 += 3
    t2 += 3
    t3 += 3
  }
}

/** `step` is from pixel to pixel of the targets. */
function fourRows4(
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  step: i32,
  width: i32,
  first: usize,
  weights: usize,
  pairs: i32,
): void {
  for (let x = 0; x < width; x++) {
    const from: usize = load<u32>(first + (x << 2))
    const pixels = fourPixels(s0 + from, s1 + from, s2 + from, s3 + from, weights, pairs, 4)
    v128.store32_lane(t0, pixels, 0)
    v128.store32_lane(t1, pixels, 1)
    v128.store32_lane(t2, pixels, 2)
    v128.store32_lane(t3, pixels, 3)
    weights += pairs << 3
    t0 += step
    t1 += step
    t2 += step
    t3 += step
  }
}

/** The same pixel of four rows, each in four bytes. */
// @ts-ignore: decorator
@inline
function fourPixels(s0: usize, s1: usize, s2: usize, s3: usize, weights: usize, pairs: i32, channels: i32): v128 {
  let a = i32x4.splat(HALF)
  let b = a
  let c = a
  let d = a
  let ah = i32x4.splat(0)
  let bh = ah
  let ch = ah
  let dh = ah
  for (const end = weights + (pairs << 3); weights < end; weights += 8) {
    const low = v128.load32_splat(weights)
    const high = v128.load32_splat(weights, 4)
    const p = pair(s0, channels)
    a = i32x4.add(a, i32x4.dot_i16x8_s(p, low))
    ah = i32x4.add(ah, i32x4.dot_i16x8_s(p, high))
    const q = pair(s1, channels)
    b = i32x4.add(b, i32x4.dot_i16x8_s(q, low))
    bh = i32x4.add(bh, i32x4.dot_i16x8_s(q, high))
    const r = pair(s2, channels)
    c = i32x4.add(c, i32x4.dot_i16x8_s(r, low))
    ch = i32x4.add(ch, i32x4.dot_i16x8_s(r, high))
    const s = pair(s3, channels)
    d = i32x4.add(d, i32x4.dot_i16x8_s(s, low))
    dh = i32x4.add(dh, i32x4.dot_i16x8_s(s, high))
    s0 += channels << 1
    s1 += channels << 1
    s2 += channels << 1
    s3 += channels << 1
  }
  return bytes(whole(a, ah), whole(b, bh), whole(c, ch), whole(d, dh))
}

/** Two pixels side by side to pairs of i16, a channel to an i32 lane. */
// @ts-ignore: decorator
@inline
export function pair(from: usize, channels: i32): v128 {
  const pixels = v128.load64_zero(from)
  return channels == 3
    ? i8x16.swizzle(pixels, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1))
    : i8x16.swizzle(pixels, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1))
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
      v128.store(target + x, column(row + x, stride, weights, taps))
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
    const left = zipLow(p, q)
    const right = zipHigh(p, q)
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
