// The inverse cosine transform of libjpeg's "islow": 13-bit fixed point, columns first, then rows, each rounded once.
// ../jpeg-plain.ts says it plainly; here eight columns go at once, and dot products of 16-bit pairs do the multiplications.

/**
 * Coefficients of eight-bit samples stay below half of this when dequantised. Beyond it libjpeg-turbo's results depend on the
 * processor, so data that goes there is damaged.
 */
export const range = 4096

/** One block, dequantised, rows of eight with the columns in the order 0 2 1 3 4 6 5 7. The transform leaves it zero. */
export const block = memory.data(128, 16)

// @ts-ignore: decorator
@inline
function pair(a: i16, b: i16): v128 {
  return i16x8(a, b, a, b, a, b, a, b)
}
// @ts-ignore: decorator
@inline
function dot(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(a, b)
}
// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b)
}

// @ts-ignore: decorator
@inline
export function low16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}
// @ts-ignore: decorator
@inline
export function high16(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}
// @ts-ignore: decorator
@inline
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5)
}
// @ts-ignore: decorator
@inline
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7)
}
// @ts-ignore: decorator
@inline
function low64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2)
}
// @ts-ignore: decorator
@inline
function high64(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3)
}
// @ts-ignore: decorator
@inline
export function low8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}
// @ts-ignore: decorator
@inline
export function high8(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

// One dimension: outputs i and 7 - i are even i + odd i and even i - odd i. Sums of two inputs have 16 bits and wrap, as in
// libjpeg-turbo's code for x86; what an encoder writes is far from that. `sum` and `difference` hold y0 + y4 and y0 - y4 in the lower
// half of each pair; the pairs themselves are y6 with y2, y1 with y7 and y5 with y3.

// @ts-ignore: decorator
@inline
function even0(sum: v128, y62: v128): v128 {
  return add(dot(sum, pair(8192, 0)), dot(y62, pair(4433, 10703)))
}
// @ts-ignore: decorator
@inline
function even1(difference: v128, y62: v128): v128 {
  return add(dot(difference, pair(8192, 0)), dot(y62, pair(-10704, 4433)))
}
// @ts-ignore: decorator
@inline
function even2(difference: v128, y62: v128): v128 {
  return i32x4.sub(dot(difference, pair(8192, 0)), dot(y62, pair(-10704, 4433)))
}
// @ts-ignore: decorator
@inline
function even3(sum: v128, y62: v128): v128 {
  return i32x4.sub(dot(sum, pair(8192, 0)), dot(y62, pair(4433, 10703)))
}
// @ts-ignore: decorator
@inline
function odd0(y17: v128, y53: v128): v128 {
  return add(dot(y17, pair(4926, -7373)), dot(i16x8.add(y17, y53), pair(6437, 9633)))
}
// @ts-ignore: decorator
@inline
function odd1(y17: v128, y53: v128): v128 {
  return add(dot(y53, pair(-20995, 4177)), dot(i16x8.add(y17, y53), pair(9633, -6436)))
}
// @ts-ignore: decorator
@inline
function odd2(y17: v128, y53: v128): v128 {
  return add(dot(y53, pair(-4176, -20995)), dot(i16x8.add(y17, y53), pair(6437, 9633)))
}
// @ts-ignore: decorator
@inline
function odd3(y17: v128, y53: v128): v128 {
  return add(dot(y17, pair(-7373, -4927)), dot(i16x8.add(y17, y53), pair(9633, -6436)))
}

// What both passes do with even and odd parts of two halves: round, shift, and saturate to 16 bits. `shift` is 11, then 18.

// @ts-ignore: decorator
@inline
function rounded(even: v128, shift: i32): v128 {
  return add(even, i32x4.splat(1 << (shift - 1)))
}
// @ts-ignore: decorator
@inline
function sums(even: v128, odd: v128, even2: v128, odd2: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(add(even, odd), shift), i32x4.shr_s(add(even2, odd2), shift))
}
// @ts-ignore: decorator
@inline
function differences(even: v128, odd: v128, even2: v128, odd2: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(even, odd), shift), i32x4.shr_s(i32x4.sub(even2, odd2), shift))
}

/** Eight columns of eight values to rows of bytes, saturated. */
// @ts-ignore: decorator
@inline
function store8x8(to: usize, stride: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128): void {
  const c04 = i8x16.narrow_i16x8_s(c0, c4)
  const c15 = i8x16.narrow_i16x8_s(c1, c5)
  const c26 = i8x16.narrow_i16x8_s(c2, c6)
  const c37 = i8x16.narrow_i16x8_s(c3, c7)
  const c01 = low8(c04, c15)
  const c45 = high8(c04, c15)
  const c23 = low8(c26, c37)
  const c67 = high8(c26, c37)
  const left0 = low16(c01, c23)
  const left4 = high16(c01, c23)
  const right0 = low16(c45, c67)
  const right4 = high16(c45, c67)
  to = store2(to, stride, low32(left0, right0))
  to = store2(to, stride, high32(left0, right0))
  to = store2(to, stride, low32(left4, right4))
  store2(to, stride, high32(left4, right4))
}
// @ts-ignore: decorator
@inline
function store2(to: usize, stride: usize, rows: v128): usize {
  v128.store64_lane(to, rows, 0)
  v128.store64_lane(to + stride, rows, 1)
  return to + 2 * stride
}

/** A block that has only its DC coefficient: both passes come to this. */
export function transformFlat(dc: i32, to: usize, stride: usize): void {
  const rows = i8x16.splat(<i8>max(min((4 * dc + 16) >> 5, 127), -128))
  to = store2(to, stride, rows)
  to = store2(to, stride, rows)
  to = store2(to, stride, rows)
  store2(to, stride, rows)
}

/** A block that has only coefficients of the first four rows and columns, as up to zigzag index 9. */
export function transformCorner(to: usize, stride: usize): void {
  const zero = i16x8.splat(0)
  const y02 = low16(v128.load(block), v128.load(block, 32))
  const y13 = low16(v128.load(block, 16), v128.load(block, 48))
  v128.store(block, zero)
  v128.store(block, zero, 16)
  v128.store(block, zero, 32)
  v128.store(block, zero, 48)
  const a0 = rounded(dot(y02, pair(8192, 10703)), 11)
  const a1 = rounded(dot(y02, pair(8192, 4433)), 11)
  const a2 = rounded(dot(y02, pair(8192, -4433)), 11)
  const a3 = rounded(dot(y02, pair(8192, -10703)), 11)
  const b0 = dot(y13, pair(11363, 9633))
  const b1 = dot(y13, pair(9633, -2259))
  const b2 = dot(y13, pair(6437, -11362))
  const b3 = dot(y13, pair(2260, -6436))
  // Rows 0 to 7, two in a vector; pairs of columns as the second pass wants them.
  const r01 = sums(a0, b0, a1, b1, 11)
  const r23 = sums(a2, b2, a3, b3, 11)
  const r45 = differences(a3, b3, a2, b2, 11)
  const r67 = differences(a1, b1, a0, b0, 11)
  const top02 = v128.shuffle<i32>(r01, r23, 0, 2, 4, 6)
  const top13 = v128.shuffle<i32>(r01, r23, 1, 3, 5, 7)
  const low02 = v128.shuffle<i32>(r45, r67, 0, 2, 4, 6)
  const low13 = v128.shuffle<i32>(r45, r67, 1, 3, 5, 7)
  const c0 = rounded(dot(top02, pair(8192, 10703)), 18)
  const c1 = rounded(dot(top02, pair(8192, 4433)), 18)
  const c2 = rounded(dot(top02, pair(8192, -4433)), 18)
  const c3 = rounded(dot(top02, pair(8192, -10703)), 18)
  const d0 = dot(top13, pair(11363, 9633))
  const d1 = dot(top13, pair(9633, -2259))
  const d2 = dot(top13, pair(6437, -11362))
  const d3 = dot(top13, pair(2260, -6436))
  const e0 = rounded(dot(low02, pair(8192, 10703)), 18)
  const e1 = rounded(dot(low02, pair(8192, 4433)), 18)
  const e2 = rounded(dot(low02, pair(8192, -4433)), 18)
  const e3 = rounded(dot(low02, pair(8192, -10703)), 18)
  const f0 = dot(low13, pair(11363, 9633))
  const f1 = dot(low13, pair(9633, -2259))
  const f2 = dot(low13, pair(6437, -11362))
  const f3 = dot(low13, pair(2260, -6436))
  store8x8(
    to,
    stride,
    sums(c0, d0, e0, f0, 18),
    sums(c1, d1, e1, f1, 18),
    sums(c2, d2, e2, f2, 18),
    sums(c3, d3, e3, f3, 18),
    differences(c3, d3, e3, f3, 18),
    differences(c2, d2, e2, f2, 18),
    differences(c1, d1, e1, f1, 18),
    differences(c0, d0, e0, f0, 18),
  )
}

/** Any block. */
export function transform(to: usize, stride: usize): void {
  const zero = i16x8.splat(0)
  const y0 = v128.load(block)
  const y1 = v128.load(block, 16)
  const y2 = v128.load(block, 32)
  const y3 = v128.load(block, 48)
  const y4 = v128.load(block, 64)
  const y5 = v128.load(block, 80)
  const y6 = v128.load(block, 96)
  const y7 = v128.load(block, 112)
  v128.store(block, zero, 0)
  v128.store(block, zero, 16)
  v128.store(block, zero, 32)
  v128.store(block, zero, 48)
  v128.store(block, zero, 64)
  v128.store(block, zero, 80)
  v128.store(block, zero, 96)
  v128.store(block, zero, 112)

  // Columns; lanes 0 to 3 in the first half, 4 to 7 in the second.
  // Columns; lanes 0 to 3, then 4 to 7.
  const sum = i16x8.add(y0, y4)
  const difference = i16x8.sub(y0, y4)
  let e = low16(sum, sum)
  let f = low16(difference, difference)
  let q = low16(y6, y2)
  let u = low16(y1, y7)
  let v = low16(y5, y3)
  let a0 = rounded(even0(e, q), 11)
  let a1 = rounded(even1(f, q), 11)
  let a2 = rounded(even2(f, q), 11)
  let a3 = rounded(even3(e, q), 11)
  let b0 = odd0(u, v)
  let b1 = odd1(u, v)
  let b2 = odd2(u, v)
  let b3 = odd3(u, v)
  e = high16(sum, sum)
  f = high16(difference, difference)
  q = high16(y6, y2)
  u = high16(y1, y7)
  v = high16(y5, y3)
  let c0 = rounded(even0(e, q), 11)
  let c1 = rounded(even1(f, q), 11)
  let c2 = rounded(even2(f, q), 11)
  let c3 = rounded(even3(e, q), 11)
  let d0 = odd0(u, v)
  let d1 = odd1(u, v)
  let d2 = odd2(u, v)
  let d3 = odd3(u, v)
  const r0 = sums(a0, b0, c0, d0, 11)
  const r1 = sums(a1, b1, c1, d1, 11)
  const r2 = sums(a2, b2, c2, d2, 11)
  const r3 = sums(a3, b3, c3, d3, 11)
  const r4 = differences(a3, b3, c3, d3, 11)
  const r5 = differences(a2, b2, c2, d2, 11)
  const r6 = differences(a1, b1, c1, d1, 11)
  const r7 = differences(a0, b0, c0, d0, 11)

  // Rows, 0 to 3 and then 4 to 7. A row is four pairs of columns, 0 2, 1 3, 4 6 and 5 7, so these are transposed.
  let s0 = low32(r0, r1)
  let s1 = low32(r2, r3)
  let s2 = high32(r0, r1)
  let s3 = high32(r2, r3)
  let p02 = low64(s0, s1)
  let p13 = high64(s0, s1)
  let p46 = low64(s2, s3)
  let p57 = high64(s2, s3)
  const lower = i32x4.splat(0xffff)
  e = i16x8.add(p02, p46)
  f = i16x8.sub(p02, p46)
  q = v128.bitselect(i32x4.shr_u(p46, 16), p02, lower)
  u = v128.bitselect(p13, p57, lower)
  v = v128.bitselect(p57, p13, lower)
  a0 = rounded(even0(e, q), 18)
  a1 = rounded(even1(f, q), 18)
  a2 = rounded(even2(f, q), 18)
  a3 = rounded(even3(e, q), 18)
  b0 = odd0(u, v)
  b1 = odd1(u, v)
  b2 = odd2(u, v)
  b3 = odd3(u, v)
  s0 = low32(r4, r5)
  s1 = low32(r6, r7)
  s2 = high32(r4, r5)
  s3 = high32(r6, r7)
  p02 = low64(s0, s1)
  p13 = high64(s0, s1)
  p46 = low64(s2, s3)
  p57 = high64(s2, s3)
  e = i16x8.add(p02, p46)
  f = i16x8.sub(p02, p46)
  q = v128.bitselect(i32x4.shr_u(p46, 16), p02, lower)
  u = v128.bitselect(p13, p57, lower)
  v = v128.bitselect(p57, p13, lower)
  c0 = rounded(even0(e, q), 18)
  c1 = rounded(even1(f, q), 18)
  c2 = rounded(even2(f, q), 18)
  c3 = rounded(even3(e, q), 18)
  d0 = odd0(u, v)
  d1 = odd1(u, v)
  d2 = odd2(u, v)
  d3 = odd3(u, v)
  store8x8(
    to,
    stride,
    sums(a0, b0, c0, d0, 18),
    sums(a1, b1, c1, d1, 18),
    sums(a2, b2, c2, d2, 18),
    sums(a3, b3, c3, d3, 18),
    differences(a3, b3, c3, d3, 18),
    differences(a2, b2, c2, d2, 18),
    differences(a1, b1, c1, d1, 18),
    differences(a0, b0, c0, d0, 18),
  )
}
