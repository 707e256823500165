// Rows of components at the picture's width: libjpeg's "fancy" upsampling, a triangle filter, where it applies, else repetition.
// The common ratios of chroma, 4:2:0 and 4:2:2, go to pixels directly. All rounding is floor((sum + bias) / divisor), and every
// divisor divides what "less 128" adds to a sum, so signed samples give libjpeg's results less 128.
import { storeYcc } from './_jpeg-colour'
import { Component, frame } from './_jpeg-frame'

/** The row beside `y / 2` that counts a quarter in output row `y`, kept inside the picture. */
// @ts-ignore: decorator
@inline
export function farRow(c: Component, y: i32): i32 {
  return y & 1 ? min((y >> 1) + 1, c.height - 1) : max((y >> 1) - 1, 0)
}

/** Repeats the first and the last sample of a row beyond it, where padding lies. */
export function extend(c: Component, row: usize): void {
  store<u8>(row - 1, load<u8>(row))
  store<u8>(row + c.width, load<u8>(row + c.width - 1))
}

// @ts-ignore: decorator
@inline
function triple(a: v128): v128 {
  return i16x8.mul(a, i16x8.splat(3))
}
/** Lanes one to the left and one to the right of `b`, in a row `a` `b` or `b` `c`. */
// @ts-ignore: decorator
@inline
function leftOf(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 7, 8, 9, 10, 11, 12, 13, 14)
}
// @ts-ignore: decorator
@inline
function rightOf(b: v128, c: v128): v128 {
  return v128.shuffle<i16>(b, c, 1, 2, 3, 4, 5, 6, 7, 8)
}
/** Three quarters of one sample and a quarter of its neighbour, times four or (behind `vertical`) sixteen. */
// @ts-ignore: decorator
@inline
function blend(middle: v128, beside: v128, bias: i16, shift: i32): v128 {
  return i16x8.shr_s(i16x8.add(i16x8.add(triple(middle), beside), i16x8.splat(bias)), shift)
}
// @ts-ignore: decorator
@inline
function vertical(near: usize, far: usize): v128 {
  return i16x8.add(triple(v128.load8x8_s(near)), v128.load8x8_s(far))
}

/** A row of 4:2:0: `cbFar` and `crFar` are the chroma rows that count a quarter. */
export function row420(y: usize, cb: usize, cbFar: usize, cr: usize, crFar: usize, to: usize, width: i32): void {
  let b0 = vertical(cb - 8, cbFar - 8)
  let b1 = vertical(cb, cbFar)
  let r0 = vertical(cr - 8, crFar - 8)
  let r1 = vertical(cr, crFar)
  for (let x = 0; x < width; x += 16, y += 16, to += 48) {
    cb += 8
    cbFar += 8
    cr += 8
    crFar += 8
    const b2 = vertical(cb, cbFar)
    const r2 = vertical(cr, crFar)
    storeYcc(
      to,
      v128.load(y),
      blend(b1, leftOf(b0, b1), 8, 4),
      blend(b1, rightOf(b1, b2), 7, 4),
      blend(r1, leftOf(r0, r1), 8, 4),
      blend(r1, rightOf(r1, r2), 7, 4),
    )
    b0 = b1
    b1 = b2
    r0 = r1
    r1 = r2
  }
}

/** A row of 4:2:2. */
export function row422(y: usize, cb: usize, cr: usize, to: usize, width: i32): void {
  let b0 = v128.load8x8_s(cb - 8)
  let b1 = v128.load8x8_s(cb)
  let r0 = v128.load8x8_s(cr - 8)
  let r1 = v128.load8x8_s(cr)
  for (let x = 0; x < width; x += 16, y += 16, to += 48) {
    cb += 8
    cr += 8
    const b2 = v128.load8x8_s(cb)
    const r2 = v128.load8x8_s(cr)
    storeYcc(
      to,
      v128.load(y),
      blend(b1, leftOf(b0, b1), 1, 2),
      blend(b1, rightOf(b1, b2), 2, 2),
      blend(r1, leftOf(r0, r1), 1, 2),
      blend(r1, rightOf(r1, r2), 2, 2),
    )
    b0 = b1
    b1 = b2
    r0 = r1
    r1 = r2
  }
}

/** Row `y` of any component at the picture's width: in its plane, or made in its line. */
export function wideRow(c: Component, y: i32): usize {
  const across = frame.hMax / c.h
  const down = frame.vMax / c.v
  const row = c.plane + <usize>(y / down) * c.stride
  if (across == 1 && down == 1) return row
  const far = down == 2 ? c.plane + <usize>farRow(c, y) * c.stride : row
  if (across == 1 && down == 2) between(row, far, c.line, c.width, y & 1 ? 2 : 1)
  else if (across == 2 && down <= 2 && c.width > 2) doubled(row, far, c.line, c.width, down == 1)
  else repeated(row, c.line, c.width, across)
  return c.line
}

/** Three quarters of a row and a quarter of the one above or below. */
function between(near: usize, far: usize, to: usize, width: i32, bias: i16): void {
  for (let x = 0; x < width; x += 8) {
    const samples = blend(v128.load8x8_s(near + x), v128.load8x8_s(far + x), bias, 2)
    v128.store64_lane(to + x, i8x16.narrow_i16x8_s(samples, samples), 0)
  }
}

/** Twice as wide. With a far row vertical weights come first and all is rounded once, at the end. */
function doubled(near: usize, far: usize, to: usize, width: i32, single: bool): void {
  // A single row is its own far row, which makes its sums and so its biases four times as large as in `row422`.
  const evenBias = single ? 4 : 8
  const oddBias = single ? 8 : 7
  for (let x = 0; x < width; x++) {
    const middle = 3 * sample(near, far, x)
    store<u8>(to + 2 * x, <u8>((middle + sample(near, far, max(x - 1, 0)) + evenBias) >> 4))
    store<u8>(to + 2 * x + 1, <u8>((middle + sample(near, far, min(x + 1, width - 1)) + oddBias) >> 4))
  }
}
// @ts-ignore: decorator
@inline
function sample(near: usize, far: usize, x: i32): i32 {
  return 3 * <i32>load<i8>(near + x) + <i32>load<i8>(far + x)
}

function repeated(from: usize, to: usize, width: i32, times: i32): void {
  for (let x = 0; x < width; x++) {
    const value = load<u8>(from + x)
    for (let i = 0; i < times; i++) store<u8>(to++, value)
  }
}
