// A baseline scan: each block is read, transformed and stored at once; rows of pixels follow one MCU row behind, still in the cache.
import { badCode, advance, exhausted, fresh, ok, openScan, reader, restart, truncated } from './_jpeg-bits'
import { blocksHigh, blocksWide, Component, frame, inScan, scanComponents } from './_jpeg-frame'
import { acEntry, dcEntry, longCode, partial, run, signed, used, value } from './_jpeg-huffman'
import { block, range, transform, transformCorner, transformFlat } from './_jpeg-idct'
import { jpegRows } from './_jpeg-rows'

/** A block's place in the MCU. */
// @ts-ignore: decorator
@unmanaged
class Slot {
  component: Component
  /** Where its samples go next, and how far apart those of two MCUs lie. */
  to: usize
  step: usize
}

/** An MCU of several components has at most 10 blocks. */
const slots = memory.data(10 * 12, 16)

/** Reads the scan whose bits lie from `from`, with the components and tables set before. */
export function jpegBaseline(from: usize, end: usize, interval: i32): i32 {
  openScan(from, end, interval)
  // A damaged scan may have left something.
  memory.fill(block, 0, 128)
  const alone = scanComponents == 1
  const across = alone ? blocksWide(inScan(0)) : frame.across
  const down = alone ? blocksHigh(inScan(0)) : frame.down
  const whole = scanComponents == frame.components
  for (let row = 0; row < down; row++) {
    const last = beginRow(row, alone)
    for (let column = 0; column < across; column++) {
      if (interval > 0 && reader.left-- == 0) {
        const status = restart()
        if (status != ok) return status
        reader.left--
      }
      for (let at = slots; at < last; at += offsetof<Slot>()) {
        const slot = changetype<Slot>(at)
        if (!readBlock(slot.component, slot.to)) return badCode
        slot.to += slot.step
      }
      if (exhausted(reader.at, reader.bits)) return truncated
    }
    // The last row of pixels needs the chroma row below.
    if (whole) jpegRows(row == 0 ? 0 : row * frame.vMax * 8 - 1, row == down - 1 ? frame.height : (row + 1) * frame.vMax * 8 - 1)
  }
  return ok
}

/** Points the slots to the first MCU of a row; returns their end. */
function beginRow(row: i32, alone: bool): usize {
  let at = slots
  for (let i = 0; i < scanComponents; i++) {
    const c = inScan(i)
    const h = alone ? 1 : c.h
    const v = alone ? 1 : c.v
    for (let y = 0; y < v; y++) {
      for (let x = 0; x < h; x++, at += offsetof<Slot>()) {
        const slot = changetype<Slot>(at)
        slot.component = c
        slot.to = c.plane + <usize>((row * v + y) * 8) * c.stride + <usize>x * 8
        slot.step = <usize>h * 8
      }
    }
  }
  return at
}

/** Puts a coefficient in the block and returns it, dequantised. */
// @ts-ignore: decorator
@inline
function put(places: usize, k: i32, coefficient: i32): i32 {
  const place = load<u32>(places + (<usize>k << 2))
  const product = coefficient * <i32>(place >> 16)
  store<i16>(block + <usize>(place & 255), <i16>product)
  return product
}

/** Reads a block and transforms it to `to`; false when it is damaged. */
function readBlock(c: Component, to: usize): bool {
  let buffer = reader.buffer
  let bits = reader.bits
  let at = reader.at
  buffer |= fresh(at, bits)
  at = advance(at, bits)
  bits |= 56

  const dc = c.dc
  let entry = dcEntry(dc, buffer)
  let coefficient = value(entry)
  if (partial(entry)) {
    if (used(entry) == 0) {
      entry = longCode(dc, buffer)
      if (entry == 0) return false
    }
    const size = value(entry)
    buffer <<= used(entry)
    coefficient = size > 0 ? signed(buffer, size) : 0
    buffer <<= size
    bits -= used(entry) + size
    buffer |= fresh(at, bits)
    at = advance(at, bits)
    bits |= 56
  } else {
    // A shift by 64 bits looks at the lowest six bits of its count only.
    buffer <<= entry
    bits -= used(entry)
  }
  coefficient += c.predicted
  c.predicted = coefficient
  const places = c.places
  const first = put(places, 0, coefficient)
  // Has bits above `range` when any coefficient leaves it.
  let wild = first + range

  const ac = c.ac
  let k = 0
  while (true) {
    entry = acEntry(ac, buffer)
    if (partial(entry)) {
      if (used(entry) == 0) {
        entry = longCode(ac, buffer)
        if (entry == 0) return false
      }
      const size = value(entry)
      buffer <<= used(entry)
      coefficient = size > 0 ? signed(buffer, size) : 0
      buffer <<= size
      bits -= used(entry) + size
      k += run(entry) + 1
      wild |= put(places, k, coefficient) + range
      if (k >= 63) break
    } else {
      buffer <<= entry
      bits -= used(entry)
      coefficient = value(entry)
      k += run(entry) + 1
      wild |= put(places, k, coefficient) + range
      if (k >= 63) break
      // 36 bits at least are left: enough for a second look-up.
      entry = acEntry(ac, buffer)
      if (!partial(entry)) {
        buffer <<= entry
        bits -= used(entry)
        coefficient = value(entry)
        k += run(entry) + 1
        wild |= put(places, k, coefficient) + range
        if (k >= 63) break
      }
    }
    buffer |= fresh(at, bits)
    at = advance(at, bits)
    bits |= 56
  }
  reader.buffer = buffer
  reader.bits = bits
  reader.at = at
  if (wild & ~(2 * range - 1)) return false
  // At the end of the block `run` counts from the last coefficient.
  const lastIndex = coefficient != 0 ? 63 : k - run(entry) - 1
  if (lastIndex == 0) {
    store<i16>(block, 0)
    transformFlat(first, to, c.stride)
  } else if (lastIndex < 10) transformCorner(to, c.stride)
  else transform(to, c.stride)
  return true
}
