// A progressive picture's coefficients to pixels, when all scans have been read.
import { badCode, ok } from './_jpeg-bits'
import { blocksHigh, blocksWide, Component, component, frame } from './_jpeg-frame'
import { block, range, transform, transformCorner, transformFlat } from './_jpeg-idct'
import { jpegRows } from './_jpeg-rows'

/** For each component 64 multipliers, the largest coefficients that they leave in range, and the smallest, in the order of a block. */
const tables = memory.data(3 * 384, 16)

/** Transforms all blocks and writes all rows; `badCode` when a coefficient leaves its range. */
export function jpegFinish(): i32 {
  for (let i = 0; i < frame.components; i++) {
    const table = tables + <usize>i * 384
    for (let k: usize = 0; k < 64; k++) {
      const place = load<u32>(component(i).places + (k << 2))
      const multiplier = <i32>(place >> 16)
      const to = table + <usize>(place & 255)
      store<i16>(to, <i16>multiplier)
      store<i16>(to, <i16>(multiplier > 0 ? (range - 1) / multiplier : 32767), 128)
      store<i16>(to, <i16>(multiplier > 0 ? -range / multiplier : -32768), 256)
    }
  }
  memory.fill(block, 0, 128)
  for (let row = 0; row < frame.down; row++) {
    for (let i = 0; i < frame.components; i++) {
      const c = component(i)
      for (let y = row * c.v; y < min((row + 1) * c.v, blocksHigh(c)); y++) {
        if (!blockRow(c, y, tables + <usize>i * 384)) return badCode
      }
    }
    jpegRows(row == 0 ? 0 : row * frame.vMax * 8 - 1, row == frame.down - 1 ? frame.height : (row + 1) * frame.vMax * 8 - 1)
  }
  return ok
}

function blockRow(c: Component, y: i32, table: usize): bool {
  let from = c.coefficients + (<usize>(y * c.blocksAcross) << 7)
  let mask = c.masks + (<usize>(y * c.blocksAcross) << 3)
  let to = c.plane + <usize>y * 8 * c.stride
  const end = from + (<usize>blocksWide(c) << 7)
  let wild = i16x8.splat(0)
  for (; from < end; from += 128, mask += 8, to += 8) {
    const present = load<u64>(mask)
    if (present == 0) {
      const dc = <i32>load<i16>(from) * <i32>load<u16>(table)
      if ((dc + range) & ~(2 * range - 1)) return false
      transformFlat(dc, to, c.stride)
      continue
    }
    wild = v128.or(v128.or(wild, dequantise(from, table, 0)), dequantise(from, table, 16))
    wild = v128.or(v128.or(wild, dequantise(from, table, 32)), dequantise(from, table, 48))
    if (present >> 10 == 0) {
      transformCorner(to, c.stride)
      continue
    }
    wild = v128.or(v128.or(wild, dequantise(from, table, 64)), dequantise(from, table, 80))
    wild = v128.or(v128.or(wild, dequantise(from, table, 96)), dequantise(from, table, 112))
    transform(to, c.stride)
  }
  return !v128.any_true(wild)
}

/** A row of a block; the result has ones where a coefficient leaves its range. */
// @ts-ignore: decorator
@inline
function dequantise(from: usize, table: usize, row: usize): v128 {
  const coefficients = v128.load(from + row)
  v128.store(block + row, i16x8.mul(coefficients, v128.load(table + row)))
  return v128.or(i16x8.gt_s(coefficients, v128.load(table + row, 128)), i16x8.lt_s(coefficients, v128.load(table + row, 256)))
}
