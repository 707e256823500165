// Undoes the filters of a PNG's rows (PNG specification, section 9). Up to 15 bytes behind the rows may be read, and written.
export { base, reserve } from './_memory'

/**
 * `rows` rows, each a filter byte and `rowBytes` bytes, at `source` to rows without it at `target`. Pixels are `unit` bytes; `above`
 * is the row above the first, unfiltered. Returns how many rows there are before one whose filter does not exist.
 */
export function unfilter(source: usize, target: usize, rows: i32, rowBytes: i32, unit: i32, above: usize): i32 {
  for (let y = 0; y < rows; y++) {
    const filter = load<u8>(source++)
    switch (filter) {
      case 0:
        memory.copy(target, source, rowBytes)
        break
      case 1:
        if (unit < 3) subOfBytes(source, target, rowBytes, unit)
        else subOfPixels(source, target, rowBytes, unit)
        break
      case 2:
        up(source, above, target, rowBytes)
        break
      case 3:
        if (unit < 3) averageOfBytes(source, above, target, rowBytes, unit)
        else averageOfPixels(source, above, target, rowBytes, unit)
        break
      case 4:
        if (unit < 3) paethOfBytes(source, above, target, rowBytes, unit)
        else paethOfPixels(source, above, target, rowBytes, unit)
        break
      default:
        return y
    }
    above = target
    source += rowBytes
    target += rowBytes
  }
  return rows
}

function up(source: usize, above: usize, target: usize, rowBytes: i32): void {
  for (let i = 0; i < rowBytes; i += 16) v128.store(target + i, i8x16.add(v128.load(source + i), v128.load(above + i)))
}

// Pixels of 3 to 8 bytes, one at a time: what is written beyond a pixel, the next one replaces.

function subOfPixels(source: usize, target: usize, rowBytes: i32, unit: i32): void {
  let left = i8x16.splat(0)
  for (let i = 0; i < rowBytes; i += unit) {
    left = i8x16.add(v128.load64_zero(source + i), left)
    v128.store64_lane(target + i, left, 0)
  }
}

function averageOfPixels(source: usize, above: usize, target: usize, rowBytes: i32, unit: i32): void {
  let left = i8x16.splat(0)
  const one = i8x16.splat(1)
  for (let i = 0; i < rowBytes; i += unit) {
    const over = v128.load64_zero(above + i)
    // avgr rounds up, the filter down.
    const mean = i8x16.sub(i8x16.avgr_u(left, over), v128.and(v128.xor(left, over), one))
    left = i8x16.add(v128.load64_zero(source + i), mean)
    v128.store64_lane(target + i, left, 0)
  }
}

function paethOfPixels(source: usize, above: usize, target: usize, rowBytes: i32, unit: i32): void {
  let a = i16x8.splat(0)
  let c = i16x8.splat(0)
  for (let i = 0; i < rowBytes; i += unit) {
    const b = i16x8.extend_low_i8x16_u(v128.load64_zero(above + i))
    const toA = i16x8.sub(b, c)
    const toB = i16x8.sub(a, c)
    const distanceA = i16x8.abs(toA)
    const distanceB = i16x8.abs(toB)
    const distanceC = i16x8.abs(i16x8.add(toA, toB))
    const least = i16x8.min_s(distanceC, i16x8.min_s(distanceA, distanceB))
    const nearest = v128.bitselect(a, v128.bitselect(b, c, i16x8.eq(least, distanceB)), i16x8.eq(least, distanceA))
    const pixel = i8x16.add(v128.load64_zero(source + i), i8x16.narrow_i16x8_u(nearest, nearest))
    v128.store64_lane(target + i, pixel, 0)
    a = i16x8.extend_low_i8x16_u(pixel)
    c = b
  }
}

// Pixels of 1 or 2 bytes.

function subOfBytes(source: usize, target: usize, rowBytes: i32, unit: i32): void {
  for (let i = 0; i < rowBytes; i++) {
    const a = i < unit ? 0 : <i32>load<u8>(target + i - unit)
    store<u8>(target + i, <i32>load<u8>(source + i) + a)
  }
}

function averageOfBytes(source: usize, above: usize, target: usize, rowBytes: i32, unit: i32): void {
  for (let i = 0; i < rowBytes; i++) {
    const a = i < unit ? 0 : <i32>load<u8>(target + i - unit)
    store<u8>(target + i, <i32>load<u8>(source + i) + ((a + <i32>load<u8>(above + i)) >> 1))
  }
}

function paethOfBytes(source: usize, above: usize, target: usize, rowBytes: i32, unit: i32): void {
  for (let i = 0; i < rowBytes; i++) {
    const a = i < unit ? 0 : <i32>load<u8>(target + i - unit)
    const b = <i32>load<u8>(above + i)
    const c = i < unit ? 0 : <i32>load<u8>(above + i - unit)
    const distanceA = abs(b - c)
    const distanceB = abs(a - c)
    const distanceC = abs(a + b - 2 * c)
    const nearest = distanceA <= distanceB && distanceA <= distanceC ? a : distanceB <= distanceC ? b : c
    store<u8>(target + i, <i32>load<u8>(source + i) + nearest)
  }
}
