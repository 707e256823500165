// Scanlines of a PNG, filtered and deflated block by block; ../png-plain.ts and ../deflate-plain.ts say how.
//
// Memory above the static tables, each part with slack for SIMD loads and stores:
//   two rows (the one above and the present one, zeros before them) | input | lines | tokens | output
import { agree, deflate, resetDeflate } from './_deflate'

const slack: usize = 32
const tail: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
])
/** Four bytes an entry. */
const colours: usize = memory.data(1024, 16)

let rowBytes: u32 = 0
let unit: u32 = 0
let inputBytes: u32 = 0
let above: usize = 0
let row: usize = 0
let inputAt: usize = 0
let linesAt: usize = 0
let tokensAt: usize = 0
let outputAt: usize = 0

/**
 * Makes room for blocks of up to `rows` rows of `rowBytes` (`inputRowBytes` as they come in) and starts a new stream.
 * Returns false when memory is refused.
 */
export function begin(rows: u32, bytes: u32, pixel: u32, inputRowBytes: u32): bool {
  rowBytes = bytes
  unit = pixel
  inputBytes = inputRowBytes
  const lineBytes = <u64>rows * (bytes + 1)
  const parts = 2 * (<u64>bytes + 2 * slack) + <u64>rows * inputRowBytes + slack + 6 * lineBytes + (lineBytes >> 12) + 1024 + 4 * slack
  const end = <u64>__heap_base + parts
  const pages = <i64>((end + 0xffff) >> 16) - memory.size()
  if (end > 0xffff0000 || (pages > 0 && memory.grow(<i32>pages) < 0)) return false
  above = __heap_base + slack
  row = above + bytes + 2 * slack
  inputAt = row + bytes + slack
  linesAt = inputAt + rows * inputRowBytes + slack
  tokensAt = (linesAt + <usize>lineBytes + slack + 3) & ~3
  outputAt = tokensAt + 4 * <usize>lineBytes + slack
  memory.fill(above - slack, 0, inputAt - above + slack)
  resetDeflate()
  return true
}

export function palette(): usize {
  return colours
}
export function input(): usize {
  return inputAt
}
export function lines(): usize {
  return linesAt
}
export function output(): usize {
  return outputAt
}

/** Filters the first `rows` of the input into lines. `expand` reads them as indices into the palette. */
export function filter(rows: u32, adaptive: bool, expand: bool): void {
  const stride = rowBytes + 1
  let line = linesAt
  let from = inputAt
  for (let y: u32 = 0; y < rows; y++, from += inputBytes, line += stride) {
    if (y > 0 && agree(from, from - inputBytes, inputBytes) == inputBytes) {
      // As the row above: nothing to load, and flat by definition.
      store<u8>(line, 0)
      memory.copy(line + 1, row, rowBytes)
      continue
    }
    const swap = above
    above = row
    row = swap
    if (expand) expandRow(from)
    else memory.copy(row, from, rowBytes)
    const kind = adaptive ? choose() : 0
    store<u8>(line, kind)
    if (kind == 0) memory.copy(line + 1, row, rowBytes)
    else for (let i: u32 = 0; i < rowBytes; i += 16) v128.store(line + 1 + i, residual(kind, i))
  }
}

/** Deflates the first `rows` lines and returns the number of bytes of output. */
export function compress(rows: u32, last: bool): u32 {
  return <u32>(deflate(linesAt, rows * (rowBytes + 1), rowBytes + 1, unit, last, tokensAt, outputAt) - outputAt)
}

function expandRow(from: usize): void {
  let to = row
  for (let i: u32 = 0; i < inputBytes; i++, to += unit) {
    store<u32>(to, load<u32>(colours + (<usize>load<u8>(from + i) << 2)))
  }
  // The last store may reach past the row.
  store<u32>(row + rowBytes, 0)
}

function choose(): u32 {
  let still: u32 = 0
  let sums0: u64 = 0
  let sums1: u64 = 0
  let sums2: u64 = 0
  let sums3: u64 = 0
  let sums4: u64 = 0
  for (let i: u32 = 0; i < rowBytes; i += 16) {
    const rest = min(16, rowBytes - i)
    const x = v128.load(row + i)
    const equal = v128.or(i8x16.eq(x, v128.load(row + i - unit)), i8x16.eq(x, v128.load(above + i)))
    still += popcnt(i8x16.bitmask(v128.and(equal, v128.load(tail + 16 - rest))))
  }
  if (<u64>still * 2 >= rowBytes) return 0
  for (let i: u32 = 0; i < rowBytes; i += 16) {
    const mask = v128.load(tail + 16 - min(16, rowBytes - i))
    sums0 += magnitude(residual(0, i), mask)
    sums1 += magnitude(residual(1, i), mask)
    sums2 += magnitude(residual(2, i), mask)
    sums3 += magnitude(residual(3, i), mask)
    sums4 += magnitude(residual(4, i), mask)
  }
  let best: u32 = 0
  let least = sums0
  if (sums1 < least) {
    best = 1
    least = sums1
  }
  if (sums2 < least) {
    best = 2
    least = sums2
  }
  if (sums3 < least) {
    best = 3
    least = sums3
  }
  return sums4 < least ? 4 : best
}

// @ts-ignore: decorator
@inline
function magnitude(v: v128, mask: v128): u64 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.abs(v128.and(v, mask))))
  const pairs = i64x2.add(i64x2.extend_low_i32x4_u(sums), i64x2.extend_high_i32x4_u(sums))
  return i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1)
}

// @ts-ignore: decorator
@inline
function residual(kind: u32, i: u32): v128 {
  const x = v128.load(row + i)
  if (kind == 0) return x
  const a = v128.load(row + i - unit)
  if (kind == 1) return i8x16.sub(x, a)
  const b = v128.load(above + i)
  if (kind == 2) return i8x16.sub(x, b)
  if (kind == 3) {
    // avgr rounds up, the filter down.
    return i8x16.sub(x, i8x16.sub(i8x16.avgr_u(a, b), v128.and(v128.xor(a, b), i8x16.splat(1))))
  }
  const c = v128.load(above + i - unit)
  const low = paeth(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b), i16x8.extend_low_i8x16_u(c))
  const high = paeth(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b), i16x8.extend_high_i8x16_u(c))
  return i8x16.sub(x, i8x16.narrow_i16x8_u(low, high))
}

// @ts-ignore: decorator
@inline
function paeth(a: v128, b: v128, c: v128): v128 {
  const toB = i16x8.sub(a, c)
  const toA = i16x8.sub(b, c)
  const farA = i16x8.abs(toA)
  const farB = i16x8.abs(toB)
  const farC = i16x8.abs(i16x8.add(toA, toB))
  const bOrC = v128.bitselect(b, c, i16x8.le_s(farB, farC))
  return v128.bitselect(a, bOrC, v128.and(i16x8.le_s(farA, farB), i16x8.le_s(farA, farC)))
}
