// Progressive scans. Each sends some bits of some coefficients of all blocks; the picture is made when all have been read. A mask
// for each block, of its AC coefficients that are not zero, spares looking for them.
import { advance, badCode, exhausted, fresh, ok, openScan, reader, restart, truncated } from './_jpeg-bits'
import { blocksHigh, blocksWide, Component, frame, inScan, scanComponents } from './_jpeg-frame'
import { acEntry, dcEntry, longCode, partial, run, signed, used, value } from './_jpeg-huffman'

/** DC coefficients less their lowest `shift` bits. */
export function jpegDcFirst(from: usize, end: usize, interval: i32, shift: i32): i32 {
  return dcScan(from, end, interval, shift, true)
}
/** Bit `shift` of the DC coefficients. */
export function jpegDcRefine(from: usize, end: usize, interval: i32, shift: i32): i32 {
  return dcScan(from, end, interval, shift, false)
}

function dcScan(from: usize, end: usize, interval: i32, shift: i32, first: bool): i32 {
  openScan(from, end, interval)
  const alone = scanComponents == 1
  const across = alone ? blocksWide(inScan(0)) : frame.across
  const down = alone ? blocksHigh(inScan(0)) : frame.down
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      if (interval > 0 && reader.left-- == 0) {
        const status = restart()
        if (status != ok) return status
        reader.left--
      }
      for (let i = 0; i < scanComponents; i++) {
        const c = inScan(i)
        const h = alone ? 1 : c.h
        const v = alone ? 1 : c.v
        for (let y = 0; y < v; y++) {
          let block = c.coefficients + (<usize>((row * v + y) * c.blocksAcross + column * h) << 7)
          for (let x = 0; x < h; x++, block += 128) {
            if (first) {
              if (!firstDc(c, block, shift)) return badCode
            } else refineDc(block, shift)
          }
        }
      }
      if (exhausted(reader.at, reader.bits)) return truncated
    }
  }
  return ok
}

function firstDc(c: Component, block: usize, shift: i32): bool {
  const buffer = reader.buffer | fresh(reader.at, reader.bits)
  reader.at = advance(reader.at, reader.bits)
  reader.bits |= 56
  let entry = dcEntry(c.dc, buffer)
  let length = used(entry)
  let difference = value(entry)
  if (partial(entry)) {
    if (length == 0) {
      entry = longCode(c.dc, buffer)
      if (entry == 0) return false
      length = used(entry)
    }
    const size = value(entry)
    difference = size > 0 ? signed(buffer << length, size) : 0
    length += size
  }
  reader.buffer = buffer << length
  reader.bits -= length
  c.predicted += difference
  const shifted = c.predicted << shift
  store<i16>(block, <i16>shifted)
  return shifted == <i32>(<i16>shifted)
}

function refineDc(block: usize, shift: i32): void {
  const buffer = reader.buffer | fresh(reader.at, reader.bits)
  reader.at = advance(reader.at, reader.bits)
  reader.bits |= 56
  if (<i64>buffer < 0) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << shift)))
  reader.buffer = buffer << 1
  reader.bits--
}

/** Address of the coefficient at zigzag index `k` of a block. */
// @ts-ignore: decorator
@inline
function place(block: usize, places: usize, k: i32): usize {
  return block + <usize>load<u8>(places + (<usize>k << 2))
}

/** AC coefficients `first` to `last` of one component, less their lowest `shift` bits. */
export function jpegAcFirst(from: usize, end: usize, interval: i32, first: i32, last: i32, shift: i32): i32 {
  openScan(from, end, interval)
  const c = inScan(0)
  const ac = c.ac
  const places = c.places
  const across = blocksWide(c)
  const down = blocksHigh(c)
  let buffer: u64 = 0
  let bits = 0
  let at = reader.at
  /** Blocks that have nothing more in this scan. */
  let ended = 0
  for (let row = 0; row < down; row++) {
    let block = c.coefficients + (<usize>(row * c.blocksAcross) << 7)
    let maskAt = c.masks + (<usize>(row * c.blocksAcross) << 3)
    for (let column = 0; column < across; column++, block += 128, maskAt += 8) {
      if (interval > 0 && reader.left-- == 0) {
        const status = restart()
        if (status != ok) return status
        reader.left--
        buffer = 0
        bits = 0
        at = reader.at
        ended = 0
      }
      if (ended > 0) {
        ended--
        continue
      }
      let mask = load<u64>(maskAt)
      for (let k = first; k <= last; k++) {
        buffer |= fresh(at, bits)
        at = advance(at, bits)
        bits |= 56
        let entry = acEntry(ac, buffer)
        let coefficient = value(entry)
        if (partial(entry)) {
          if (used(entry) == 0) {
            entry = longCode(ac, buffer)
            if (entry == 0) return badCode
          }
          const size = value(entry)
          buffer <<= used(entry)
          coefficient = size > 0 ? signed(buffer, size) : 0
          buffer <<= size
          bits -= used(entry) + size
        } else {
          buffer <<= entry
          bits -= used(entry)
        }
        const zeros = run(entry)
        if (zeros >= 64) {
          const size = zeros - 64
          // This block and 2^size - 1 more, and what `size` bits say.
          ended = (1 << size) - 1
          if (size > 0) {
            ended += <i32>(buffer >> (64 - size))
            buffer <<= size
            bits -= size
          }
          break
        }
        k += zeros
        if (coefficient != 0) {
          const shifted = coefficient << shift
          if (shifted != <i32>(<i16>shifted)) return badCode
          store<i16>(place(block, places, k), <i16>shifted)
          mask |= <u64>1 << min(k, 63)
        }
      }
      store<u64>(maskAt, mask)
      if (exhausted(at, bits)) return truncated
    }
  }
  return ok
}

/** Bit `shift` of AC coefficients `first` to `last` of one component, and those that begin with it. */
export function jpegAcRefine(from: usize, end: usize, interval: i32, first: i32, last: i32, shift: i32): i32 {
  openScan(from, end, interval)
  const c = inScan(0)
  const ac = c.ac
  const places = c.places
  const across = blocksWide(c)
  const down = blocksHigh(c)
  const bit = 1 << shift
  const upToLast = <u64>-1 >> (63 - last)
  let buffer: u64 = 0
  let bits = 0
  let at = reader.at
  let ended = 0
  for (let row = 0; row < down; row++) {
    let block = c.coefficients + (<usize>(row * c.blocksAcross) << 7)
    let maskAt = c.masks + (<usize>(row * c.blocksAcross) << 3)
    for (let column = 0; column < across; column++, block += 128, maskAt += 8) {
      if (interval > 0 && reader.left-- == 0) {
        const status = restart()
        if (status != ok) return status
        reader.left--
        buffer = 0
        bits = 0
        at = reader.at
        ended = 0
      }
      let mask = load<u64>(maskAt)
      /** Coefficients that are not zero yet to be refined, and the first index not yet passed. */
      let refined = (mask & upToLast) >> first << first
      let k = first
      while (ended == 0 && k <= last) {
        buffer |= fresh(at, bits)
        at = advance(at, bits)
        bits |= 56
        let entry = acEntry(ac, buffer)
        let coefficient = value(entry)
        if (partial(entry)) {
          if (used(entry) == 0) {
            entry = longCode(ac, buffer)
            if (entry == 0) return badCode
          }
          const size = value(entry)
          buffer <<= used(entry)
          coefficient = size > 0 ? signed(buffer, size) : 0
          buffer <<= size
          bits -= used(entry) + size
        } else {
          buffer <<= entry
          bits -= used(entry)
        }
        let zeros = run(entry)
        if (zeros >= 64) {
          const size = zeros - 64
          ended = 1 << size
          if (size > 0) {
            ended += <i32>(buffer >> (64 - size))
            buffer <<= size
            bits -= size
          }
          break
        }
        if (<u32>(coefficient + 1) > 2) return badCode
        // Pass `zeros` zeros, refining what lies between them, to the zero where a coefficient may begin.
        while (refined != 0) {
          const next = <i32>ctz(refined)
          if (zeros < next - k) break
          zeros -= next - k
          k = next + 1
          refined &= refined - 1
          if (bits < 2) {
            buffer |= fresh(at, bits)
            at = advance(at, bits)
            bits |= 56
          }
          if (<i64>buffer < 0) refine(place(block, places, next), bit)
          buffer <<= 1
          bits--
        }
        k = min(k + zeros, last + 1)
        if (coefficient != 0) {
          store<i16>(place(block, places, k), <i16>(coefficient << shift))
          mask |= <u64>1 << min(k, 63)
        }
        k++
      }
      store<u64>(maskAt, mask)
      if (ended > 0) {
        ended--
        for (; refined != 0; refined &= refined - 1) {
          if (bits < 2) {
            buffer |= fresh(at, bits)
            at = advance(at, bits)
            bits |= 56
          }
          if (<i64>buffer < 0) refine(place(block, places, <i32>ctz(refined)), bit)
          buffer <<= 1
          bits--
        }
      }
      if (exhausted(at, bits)) return truncated
    }
  }
  return ok
}

/** Sets a bit of a coefficient's size. */
// @ts-ignore: decorator
@inline
function refine(at: usize, bit: i32): void {
  const coefficient = <i32>load<i16>(at)
  if ((coefficient & bit) == 0) store<i16>(at, <i16>(coefficient > 0 ? coefficient + bit : coefficient - bit))
}
