// Sixteen pixels at a time from Y, Cb and Cr to red, green and blue (JFIF's matrix as libjpeg rounds it), and three planes to
// pixels. Samples are less 128 throughout.
import { high16, high8, low16, low8 } from './_jpeg-idct'

/**
 * Writes 16 pixels, 48 bytes. `y` has a byte a pixel, chroma 16 bits, even and odd pixels apart.
 *
 * libjpeg adds products of 16-bit fixed point to Y, 1.402 as 91881 / 65536 = 1 + 13173 / 32768 (and half a unit, which the
 * rounding multiplication gives as well); 1.772 as 2 - 7471 / 32768; green has both products before its one rounding.
 */
// @ts-ignore: decorator
@inline
export function storeYcc(to: usize, y: v128, cbEven: v128, cbOdd: v128, crEven: v128, crOdd: v128): void {
  const luma = v128.xor(y, i8x16.splat(-128))
  const even = v128.and(luma, i16x8.splat(255))
  const odd = i16x8.shr_u(luma, 8)
  storeRgb(
    to,
    inOrder(red(even, crEven), red(odd, crOdd)),
    inOrder(green(even, cbEven, crEven), green(odd, cbOdd, crOdd)),
    inOrder(blue(even, cbEven), blue(odd, cbOdd)),
  )
}

// @ts-ignore: decorator
@inline
function red(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), i16x8.q15mulr_sat_s(cr, i16x8.splat(13173)))
}
// @ts-ignore: decorator
@inline
function blue(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.add(cb, cb)), i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)))
}
/** -0.344 Cb - 0.714 Cr, with 1 Cr taken out so that the factors fit 16 bits. */
// @ts-ignore: decorator
@inline
function green(y: v128, cb: v128, cr: v128): v128 {
  const factors = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734)
  const half = i32x4.splat(32768)
  const low = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low16(cb, cr), factors), half), 16)
  const high = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high16(cb, cr), factors), half), 16)
  return i16x8.add(i16x8.sub(y, cr), i16x8.narrow_i32x4_s(low, high))
}
// @ts-ignore: decorator
@inline
function inOrder(even: v128, odd: v128): v128 {
  return i8x16.swizzle(i8x16.narrow_i16x8_u(even, odd), i8x16(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15))
}

/** Interleaves 16 bytes of each; writes 52 bytes, the last four to be overwritten. */
// @ts-ignore: decorator
@inline
function storeRgb(to: usize, r: v128, g: v128, b: v128): void {
  const three = i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)
  const rgLow = low8(r, g)
  const rgHigh = high8(r, g)
  const bLow = low8(b, b)
  const bHigh = high8(b, b)
  v128.store(to, i8x16.swizzle(low16(rgLow, bLow), three))
  v128.store(to, i8x16.swizzle(high16(rgLow, bLow), three), 12)
  v128.store(to, i8x16.swizzle(low16(rgHigh, bHigh), three), 24)
  v128.store(to, i8x16.swizzle(high16(rgHigh, bHigh), three), 36)
}

// Whole rows of equal width. They write up to 52 bytes behind the row.

export function grayRow(y: usize, to: usize, width: i32): void {
  for (let x = 0; x < width; x += 16) v128.store(to + x, v128.xor(v128.load(y + x), i8x16.splat(-128)))
}
export function yccRow(y: usize, cb: usize, cr: usize, to: usize, width: i32): void {
  for (let x = 0; x < width; x += 16, to += 48) {
    const b = v128.load(cb + x)
    const r = v128.load(cr + x)
    storeYcc(to, v128.load(y + x), evenBytes(b), i16x8.shr_s(b, 8), evenBytes(r), i16x8.shr_s(r, 8))
  }
}
// @ts-ignore: decorator
@inline
function evenBytes(bytes: v128): v128 {
  return i16x8.shr_s(i16x8.shl(bytes, 8), 8)
}
export function rgbRow(r: usize, g: usize, b: usize, to: usize, width: i32): void {
  const flip = i8x16.splat(-128)
  for (let x = 0; x < width; x += 16, to += 48) {
    storeRgb(to, v128.xor(v128.load(r + x), flip), v128.xor(v128.load(g + x), flip), v128.xor(v128.load(b + x), flip))
  }
}
