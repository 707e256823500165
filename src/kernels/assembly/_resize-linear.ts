// OpenCV's bilinear resizing of bytes: 11-bit weights, each row first across and then two rows together, cut off on the way as OpenCV
// does. As in `_resize.ts` 16 bytes behind everything may be read and written.
import { pair } from './_resize'

/**
 * `first` has the byte of a row where each pixel begins, `weights` two i16 for it and the next; `lines` has two rows for each row of
 * the target, `betas` two i32 weights. `line0` and `line1` hold `width * channels` numbers of 16 bits each. With one channel the
 * tables of columns go on to a multiple of eight pixels.
 */
export function resizeLinear(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
  first: usize,
  weights: usize,
  lines: usize,
  betas: usize,
  line0: usize,
  line1: usize,
): void {
  let have0 = -1
  let have1 = -1
  for (let y = 0; y < height; y++) {
    const top = load<i32>(lines)
    const bottom = load<i32>(lines, 4)
    if (top == have1) {
      const line = line0
      line0 = line1
      line1 = line
      have1 = have0
      have0 = top
    }
    const topRow = source + top * stride
    const bottomRow = source + bottom * stride
    if (top != have0) across(topRow, bottomRow, channels, line0, line1, width, first, weights)
    else if (bottom != have1) across(bottomRow, bottomRow, channels, line1, line1, width, first, weights)
    have0 = top
    have1 = bottom
    together(line0, line1, i16x8.splat(<i16>load<i32>(betas)), i16x8.splat(<i16>load<i32>(betas, 4)), target, width * channels)
    lines += 8
    betas += 8
    target += targetStride
  }
}

/** Two rows as sums of 19 bits, the lowest 4 cut off. */
function across(row0: usize, row1: usize, channels: i32, line0: usize, line1: usize, width: i32, first: usize, weights: usize): void {
  if (channels == 1) {
    for (let x = 0; x < width; x += 8) {
      const low = v128.load(weights)
      const high = v128.load(weights, 16)
      v128.store(line0, short(dots(row0, first, low), dots(row0, first + 16, high)))
      v128.store(line1, short(dots(row1, first, low), dots(row1, first + 16, high)))
      line0 += 16
      line1 += 16
      first += 32
      weights += 32
    }
    return
  }
  for (const end = first + (width << 2); first < end; first += 4, weights += 4) {
    const from: usize = load<u32>(first)
    const weight = v128.load32_splat(weights)
    const both = short(
      i32x4.dot_i16x8_s(pair(row0 + from, channels), weight),
      i32x4.dot_i16x8_s(pair(row1 + from, channels), weight),
    )
    v128.store64_lane(line0, both, 0)
    v128.store64_lane(line1, both, 1)
    line0 += channels << 1
    line1 += channels << 1
  }
}

/** Four pixels of one channel. */
// @ts-ignore: decorator
@inline
function dots(row: usize, first: usize, weights: v128): v128 {
  let p = v128.load16_splat(row + load<u32>(first))
  p = v128.load16_lane(row + load<u32>(first, 4), p, 1)
  p = v128.load16_lane(row + load<u32>(first, 8), p, 2)
  p = v128.load16_lane(row + load<u32>(first, 12), p, 3)
  return i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(p), weights)
}

// @ts-ignore: decorator
@inline
function short(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, 4), i32x4.shr_s(b, 4))
}

function together(line0: usize, line1: usize, beta0: v128, beta1: v128, target: usize, count: i32): void {
  for (let x = 0; x < count; x += 16) {
    const low = weighted(v128.load(line0), v128.load(line1), beta0, beta1)
    const high = weighted(v128.load(line0, 16), v128.load(line1, 16), beta0, beta1)
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high))
    line0 += 32
    line1 += 32
  }
}

// @ts-ignore: decorator
@inline
function weighted(a: v128, b: v128, beta0: v128, beta1: v128): v128 {
  const sum = i16x8.add(highHalf(a, beta0), highHalf(b, beta1))
  return i16x8.shr_s(i16x8.add(sum, i16x8.splat(2)), 2)
}

/** The higher 16 bits of products. */
// @ts-ignore: decorator
@inline
function highHalf(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b), 1, 3, 5, 7, 9, 11, 13, 15)
}
