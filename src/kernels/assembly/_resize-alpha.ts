// RGBA with its colours multiplied by alpha and back: Pillow resizes RGBa, with 8 bits and all that they lose.
import { bytes } from './_resize'

/** RGBA to RGBa: colours times alpha / 255, rounded. Four pixels at a time, so up to 12 bytes behind a row are read and written. */
export function premultiply(source: usize, stride: i32, target: usize, targetStride: i32, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 4) {
      const pixels = v128.load(source + (x << 2))
      // Alpha itself is multiplied by 255, which the division takes back.
      const alphas = i8x16.swizzle(pixels, i8x16(3, 3, 3, -1, 7, 7, 7, -1, 11, 11, 11, -1, 15, 15, 15, -1))
      const factors = v128.or(alphas, i32x4.splat(0xff000000))
      const low = divide255(i16x8.extmul_low_i8x16_u(pixels, factors))
      const high = divide255(i16x8.extmul_high_i8x16_u(pixels, factors))
      v128.store(target + (x << 2), i8x16.narrow_i16x8_u(low, high))
    }
    source += stride
    target += targetStride
  }
}

// @ts-ignore: decorator
@inline
function divide255(product: v128): v128 {
  const rounded = i16x8.add(product, i16x8.splat(128))
  return i16x8.shr_u(i16x8.add(i16x8.shr_u(rounded, 8), rounded), 8)
}

/** RGBa to RGBA in place: 255 times a colour by alpha, cut off, 255 at most. Colours that have no alpha stay. */
export function unpremultiply(pixels: usize, stride: i32, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (let p = pixels, end = pixels + (width << 2); p < end; p += 4) {
      const alpha = load<u8>(p, 3)
      if (alpha == 0 || alpha == 255) continue
      const pixel = v128.load32_zero(p)
      const channels = i8x16.swizzle(pixel, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3, -1, -1, -1))
      const divisors = i32x4.replace_lane(i32x4.splat(alpha), 3, 255)
      const products = i32x4.mul(channels, i32x4.splat(255))
      // A quotient of 65,025 at most by 255 at most is too far below the next integer for float32 to reach it.
      const quotients = i32x4.trunc_sat_f32x4_s(f32x4.div(f32x4.convert_i32x4_s(products), f32x4.convert_i32x4_s(divisors)))
      v128.store32_lane(p, bytes(quotients, quotients, quotients, quotients), 0)
    }
    pixels += stride
  }
}
