// OpenCV's means over areas of bytes. As in `_resize.ts` 16 bytes behind everything may be read and written.
import { bytes } from './_resize'

/** Cells of 2 x 2 pixels: sums by four, halves rounded up. */
export function resizeAreaHalf(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
): void {
  // With one channel eight cells are made of 16 pixels, else two of four.
  const read = channels == 1 ? 16 : channels << 2
  const count = width * channels
  for (let y = 0; y < height; y++) {
    let from = source
    for (let x = 0; x < count; x += read >> 1, from += read) {
      const a = v128.load(from)
      const b = v128.load(from + stride)
      const low = i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b))
      const high = i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b))
      let even: v128
      let odd: v128
      if (channels == 1) {
        even = v128.shuffle<i16>(low, high, 0, 2, 4, 6, 8, 10, 12, 14)
        odd = v128.shuffle<i16>(low, high, 1, 3, 5, 7, 9, 11, 13, 15)
      } else if (channels == 3) {
        even = v128.shuffle<i16>(low, high, 0, 1, 2, 6, 7, 8, 0, 0)
        odd = v128.shuffle<i16>(low, high, 3, 4, 5, 9, 10, 11, 0, 0)
      } else {
        even = v128.shuffle<i16>(low, high, 0, 1, 2, 3, 8, 9, 10, 11)
        odd = v128.shuffle<i16>(low, high, 4, 5, 6, 7, 12, 13, 14, 15)
      }
      const means = i16x8.shr_u(i16x8.add(i16x8.add(even, odd), i16x8.splat(2)), 2)
      v128.store64_lane(target + x, i8x16.narrow_i16x8_u(means, means), 0)
    }
    source += stride << 1
    target += targetStride
  }
}

/** Cells of `scaleX` x `scaleY` whole pixels: integer sums times the float32 `factor`, rounded half to even. */
export function resizeAreaWhole(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
  scaleX: i32,
  scaleY: i32,
  factor: f32,
): void {
  const cell = scaleX * channels
  for (let y = 0; y < height; y++) {
    let from = source
    for (let x = 0; x < width; x++) {
      let sum = i32x4.splat(0)
      for (let row = from, last = from + scaleY * stride; row < last; row += stride) {
        for (let p = row, end = row + cell; p < end; p += channels) sum = i32x4.add(sum, pixel(p))
      }
      const mean = rounded(f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(factor)))
      v128.store32_lane(target + x * channels, bytes(mean, mean, mean, mean), 0)
      from += cell
    }
    source += scaleY * stride
    target += targetStride
  }
}

/**
 * Cells with fractions of pixels, in float32: each row first and then the rows, in OpenCV's order. `first` has the byte of a row where
 * each pixel begins, `alphas` the weights of `taps` pixels for it; for one channel `taps` is a multiple of four, and both tables go on to
 * a multiple of four pixels. `lines` has the row where each row begins, `betas` the weights of `rows` rows for it; those of 0 are passed
 * over. `across` holds four rows of the target in float32, `sums` one.
 */
export function resizeArea(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
  sourceHeight: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  lines: usize,
  betas: usize,
  rows: i32,
  across: usize,
  sums: usize,
): void {
  const count = width * channels
  const size = (count + 4) << 2
  // Which four rows are in `across`.
  let have = -1
  for (let y = 0; y < height; y++) {
    memory.fill(sums, 0, count << 2)
    for (let line = load<i32>(lines + (y << 2)), end = line + rows; line < end; line++, betas += 4) {
      const beta = load<f32>(betas)
      if (beta == 0) continue
      if (line >> 2 != have) {
        have = line >> 2
        const s0 = source + (have << 2) * stride
        const s1 = source + min((have << 2) + 1, sourceHeight - 1) * stride
        const s2 = source + min((have << 2) + 2, sourceHeight - 1) * stride
        const s3 = source + min((have << 2) + 3, sourceHeight - 1) * stride
        if (channels == 1) grayRows(s0, s1, s2, s3, width, first, alphas, taps, across, size)
        else colourRows(s0, s1, s2, s3, channels, width, first, alphas, taps, across, size)
      }
      addRow(sums, across + (line & 3) * size, beta, count)
    }
    for (let x = 0; x < count; x += 16) {
      const from = sums + (x << 2)
      const a = rounded(v128.load(from))
      const b = rounded(v128.load(from, 16))
      const c = rounded(v128.load(from, 32))
      const d = rounded(v128.load(from, 48))
      v128.store(target + x, bytes(a, b, c, d))
    }
    target += targetStride
  }
}

function addRow(sums: usize, row: usize, beta: f32, count: i32): void {
  const factor = f32x4.splat(beta)
  for (const end = sums + (count << 2); sums < end; sums += 16, row += 16) {
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(v128.load(row), factor)))
  }
}

/** Four rows share the weights. */
function colourRows(
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  channels: i32,
  width: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  across: usize,
  size: i32,
): void {
  const second = across + size
  const third = second + size
  const fourth = third + size
  for (let x = 0, to = 0; x < width; x++, to += channels << 2) {
    let from: usize = load<u32>(first + (x << 2))
    let a = f32x4.splat(0)
    let b = a
    let c = a
    let d = a
    for (const end = alphas + (taps << 2); alphas < end; alphas += 4) {
      const alpha = v128.load32_splat(alphas)
      a = f32x4.add(a, f32x4.mul(f32x4.convert_i32x4_s(pixel(s0 + from)), alpha))
      b = f32x4.add(b, f32x4.mul(f32x4.convert_i32x4_s(pixel(s1 + from)), alpha))
      c = f32x4.add(c, f32x4.mul(f32x4.convert_i32x4_s(pixel(s2 + from)), alpha))
      d = f32x4.add(d, f32x4.mul(f32x4.convert_i32x4_s(pixel(s3 + from)), alpha))
      from += channels
    }
    // With three channels the fourth number is the next pixel's.
    v128.store(across + to, a)
    v128.store(second + to, b)
    v128.store(third + to, c)
    v128.store(fourth + to, d)
  }
}

function grayRows(
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  width: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  across: usize,
  size: i32,
): void {
  const second = across + size
  const third = second + size
  const fourth = third + size
  const weights = taps << 2
  for (let x = 0; x < width; x += 4) {
    const at = first + (x << 2)
    const a = grayPixels(s0, s1, s2, s3, load<u32>(at), alphas, weights)
    const b = grayPixels(s0, s1, s2, s3, load<u32>(at, 4), alphas + weights, weights)
    const c = grayPixels(s0, s1, s2, s3, load<u32>(at, 8), alphas + weights * 2, weights)
    const d = grayPixels(s0, s1, s2, s3, load<u32>(at, 12), alphas + weights * 3, weights)
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
    const to = x << 2
    v128.store(across + to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
    v128.store(second + to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
    v128.store(third + to, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5))
    v128.store(fourth + to, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7))
    alphas += weights * 4
  }
}

/** The same pixel of four rows, a row to a lane, four taps at a time. */
// @ts-ignore: decorator
@inline
function grayPixels(s0: usize, s1: usize, s2: usize, s3: usize, from: usize, alphas: usize, weights: i32): v128 {
  let sum = f32x4.splat(0)
  for (const end = alphas + weights; alphas < end; alphas += 16, from += 4) {
    let p = v128.load32_zero(s0 + from)
    p = v128.load32_lane(s1 + from, p, 1)
    p = v128.load32_lane(s2 + from, p, 2)
    p = v128.load32_lane(s3 + from, p, 3)
    const p0 = i8x16.swizzle(p, i8x16(0, -1, -1, -1, 4, -1, -1, -1, 8, -1, -1, -1, 12, -1, -1, -1))
    const p1 = i8x16.swizzle(p, i8x16(1, -1, -1, -1, 5, -1, -1, -1, 9, -1, -1, -1, 13, -1, -1, -1))
    const p2 = i8x16.swizzle(p, i8x16(2, -1, -1, -1, 6, -1, -1, -1, 10, -1, -1, -1, 14, -1, -1, -1))
    const p3 = i8x16.swizzle(p, i8x16(3, -1, -1, -1, 7, -1, -1, -1, 11, -1, -1, -1, 15, -1, -1, -1))
    sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(p0), v128.load32_splat(alphas)))
    sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(p1), v128.load32_splat(alphas, 4)))
    sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(p2), v128.load32_splat(alphas, 8)))
    sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(p3), v128.load32_splat(alphas, 12)))
  }
  return sum
}

/** Four channels, one to a lane; those that a pixel doesn't have are the next pixel's. */
// @ts-ignore: decorator
@inline
function pixel(from: usize): v128 {
  return i8x16.swizzle(v128.load32_zero(from), i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1))
}

/** To the nearest integer, halves to even. */
// @ts-ignore: decorator
@inline
function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(values))
}
