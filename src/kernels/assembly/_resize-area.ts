// OpenCV's means over areas of bytes. 16 bytes behind a picture may be read, and 16 behind a line written.
import { bytes } from './_resize'

/** Cells of `scaleX` x `scaleY` whole pixels: integer sums times the float32 `factor`, rounded half to even; of 2 x 2, rounded up. */
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
  const cell: usize = scaleX * channels
  const quarter = scaleX == 2 && scaleY == 2
  for (let y = 0; y < height; y++) {
    let from = source
    let to = target
    for (let x = 0; x < width; x++) {
      let sum = i32x4.splat(0)
      for (let row = from, last = from + scaleY * stride; row < last; row += stride) {
        for (let p = row, end = row + cell; p < end; p += channels) sum = i32x4.add(sum, channelsOf(p))
      }
      const mean = quarter
        ? i32x4.shr_s(i32x4.add(sum, i32x4.splat(2)), 2)
        : rounded(f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(factor)))
      storePixel(to, channels, mean)
      from += cell
      to += channels
    }
    source += scaleY * stride
    target += targetStride
  }
}

/**
 * Cells with fractions of pixels, in float32: each row first and then the rows, in OpenCV's order. `first` has the byte of a row where
 * each pixel begins, `alphas` the weights of `taps` pixels for it; `lines` has the row where each row begins, `betas` weights of `rows`
 * rows for it, 0 from there to a multiple of four. Weights of 0 change nothing. For one channel `taps` is a multiple of four.
 * `sums` holds 16 bytes for each pixel of a row.
 */
export function resizeArea(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  lines: usize,
  betas: usize,
  rows: i32,
  sums: usize,
): void {
  for (let y = 0; y < height; y++) {
    memory.fill(sums, 0, width << 4)
    const top = source + load<i32>(lines + (y << 2)) * stride
    for (let i = 0; i < rows; i += 4) {
      const row0 = top + i * stride
      const row1 = top + min(i + 1, rows - 1) * stride
      const row2 = top + min(i + 2, rows - 1) * stride
      const row3 = top + min(i + 3, rows - 1) * stride
      if (channels == 1) grayRows(row0, row1, row2, row3, width, first, alphas, taps, v128.load(betas), sums)
      else colourRows(row0, row1, row2, row3, channels, width, first, alphas, taps, betas, sums)
      betas += 16
    }
    for (let x = 0; x < width; x++) storePixel(target + x * channels, channels, rounded(v128.load(sums + (x << 4))))
    target += targetStride
  }
}

function colourRows(
  row0: usize,
  row1: usize,
  row2: usize,
  row3: usize,
  channels: i32,
  width: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  betas: usize,
  sums: usize,
): void {
  const beta0 = v128.load32_splat(betas)
  const beta1 = v128.load32_splat(betas, 4)
  const beta2 = v128.load32_splat(betas, 8)
  const beta3 = v128.load32_splat(betas, 12)
  for (let x = 0; x < width; x++) {
    let from: usize = load<u32>(first + (x << 2))
    let a = f32x4.splat(0)
    let b = a
    let c = a
    let d = a
    for (const end = alphas + (taps << 2); alphas < end; alphas += 4) {
      const alpha = v128.load32_splat(alphas)
      a = f32x4.add(a, f32x4.mul(f32x4.convert_i32x4_s(channelsOf(row0 + from)), alpha))
      b = f32x4.add(b, f32x4.mul(f32x4.convert_i32x4_s(channelsOf(row1 + from)), alpha))
      c = f32x4.add(c, f32x4.mul(f32x4.convert_i32x4_s(channelsOf(row2 + from)), alpha))
      d = f32x4.add(d, f32x4.mul(f32x4.convert_i32x4_s(channelsOf(row3 + from)), alpha))
      from += channels
    }
    let sum = f32x4.add(v128.load(sums), f32x4.mul(a, beta0))
    sum = f32x4.add(sum, f32x4.mul(b, beta1))
    sum = f32x4.add(sum, f32x4.mul(c, beta2))
    sum = f32x4.add(sum, f32x4.mul(d, beta3))
    v128.store(sums, sum)
    sums += 16
  }
}

/** A row to a lane. */
function grayRows(
  row0: usize,
  row1: usize,
  row2: usize,
  row3: usize,
  width: i32,
  first: usize,
  alphas: usize,
  taps: i32,
  betas: v128,
  sums: usize,
): void {
  for (let x = 0; x < width; x++) {
    let from: usize = load<u32>(first + (x << 2))
    let rows = f32x4.splat(0)
    for (const end = alphas + (taps << 2); alphas < end; alphas += 16) {
      let p = v128.load32_zero(row0 + from)
      p = v128.load32_lane(row1 + from, p, 1)
      p = v128.load32_lane(row2 + from, p, 2)
      p = v128.load32_lane(row3 + from, p, 3)
      const p0 = i8x16.swizzle(p, i8x16(0, -1, -1, -1, 4, -1, -1, -1, 8, -1, -1, -1, 12, -1, -1, -1))
      const p1 = i8x16.swizzle(p, i8x16(1, -1, -1, -1, 5, -1, -1, -1, 9, -1, -1, -1, 13, -1, -1, -1))
      const p2 = i8x16.swizzle(p, i8x16(2, -1, -1, -1, 6, -1, -1, -1, 10, -1, -1, -1, 14, -1, -1, -1))
      const p3 = i8x16.swizzle(p, i8x16(3, -1, -1, -1, 7, -1, -1, -1, 11, -1, -1, -1, 15, -1, -1, -1))
      rows = f32x4.add(rows, f32x4.mul(f32x4.convert_i32x4_s(p0), v128.load32_splat(alphas)))
      rows = f32x4.add(rows, f32x4.mul(f32x4.convert_i32x4_s(p1), v128.load32_splat(alphas, 4)))
      rows = f32x4.add(rows, f32x4.mul(f32x4.convert_i32x4_s(p2), v128.load32_splat(alphas, 8)))
      rows = f32x4.add(rows, f32x4.mul(f32x4.convert_i32x4_s(p3), v128.load32_splat(alphas, 12)))
      from += 4
    }
    rows = f32x4.mul(rows, betas)
    let sum = load<f32>(sums) + f32x4.extract_lane(rows, 0)
    sum += f32x4.extract_lane(rows, 1)
    sum += f32x4.extract_lane(rows, 2)
    sum += f32x4.extract_lane(rows, 3)
    store<f32>(sums, sum)
    sums += 16
  }
}

/** Up to four channels, one to a lane; those that a pixel doesn't have are the next pixel's. */
// @ts-ignore: decorator
@inline
function channelsOf(pixel: usize): v128 {
  return i8x16.swizzle(v128.load32_zero(pixel), i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1))
}

/** To the nearest integer, halves to even. */
// @ts-ignore: decorator
@inline
function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(values))
}

// @ts-ignore: decorator
@inline
function storePixel(target: usize, channels: i32, value: v128): void {
  const pixel = bytes(value, value, value, value)
  if (channels == 1) {
    v128.store8_lane(target, pixel, 0)
  } else if (channels == 4) {
    v128.store32_lane(target, pixel, 0)
  } else {
    v128.store16_lane(target, pixel, 0)
    v128.store8_lane(target, pixel, 2, 2)
  }
}
