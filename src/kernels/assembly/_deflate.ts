// One deflate block (RFC 1951) for rows of pixels; ../deflate-plain.ts says how. Buffers have 16 bytes of slack for SIMD.
import { huffman } from './_huffman'

const hashBits = 12
const maxMatch: u32 = 258
const window: u32 = 32768
const leastFar: u32 = 6
const margin: u32 = 3

const order: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
const weights: usize = memory.data<i16>([16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 16)
const seen: usize = memory.data(4 << hashBits, 4)
const literals: usize = memory.data(286 * 4, 4)
const matchCounts: usize = memory.data(259 * 4, 4)
const distances: usize = memory.data(30 * 4, 4)
const literalCodes: usize = memory.data(286 * 4, 4)
const distanceCodes: usize = memory.data(30 * 4, 4)
/** By match length, its symbol's code and the extra bits behind it, with the number of bits in the highest byte. */
const matchCodes: usize = memory.data(259 * 4, 4)
const lengthCounts: usize = memory.data(19 * 4, 4)
const lengthCodes: usize = memory.data(19 * 4, 4)
const lengths: usize = memory.data(316, 4)
const steps: usize = memory.data(316 * 4, 4)

// What one block leaves for the next.
let bits: u64 = 0
let count: u64 = 0
let a: u32 = 1
let b: u32 = 0

let out: usize = 0

export function resetDeflate(): void {
  bits = 0
  count = 0
  a = 1
  b = 0
}

// @ts-ignore: decorator
@inline
function increment(counts: usize, symbol: u32): void {
  const slot = counts + (symbol << 2)
  store<u32>(slot, load<u32>(slot) + 1)
}

/** Adds `value` to the bits; `flush` must follow before more than 57 gather. */
// @ts-ignore: decorator
@inline
function put(value: u64, length: u64): void {
  bits |= value << count
  count += length
}

// @ts-ignore: decorator
@inline
function flush(): void {
  store<u64>(out, bits)
  out += <usize>(count >> 3)
  bits >>= count & ~7
  count &= 7
}

// @ts-ignore: decorator
@inline
function putCode(codes: usize, symbol: u32): void {
  const code = load<u32>(codes + (symbol << 2))
  put(code & 0xffff, code >> 16)
}

// @ts-ignore: decorator
@inline
function lengthSymbol(length: u32): u32 {
  const l = length - 3
  if (l == 255) return 285
  if (l < 4) return 257 + l
  const high = 31 - clz(l)
  return 257 + 4 * (high - 1) + ((l >> (high - 2)) & 3)
}

// @ts-ignore: decorator
@inline
function lengthBits(symbol: u32): u32 {
  return symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2
}

// @ts-ignore: decorator
@inline
function distanceSymbol(distance: u32): u32 {
  // Both sides are computed: a branch here would be guessed wrong too often.
  const d = distance - 1
  const high = 31 - clz(d)
  return select(d, 2 * high + ((d >> (high - 1)) & 1), d < 2)
}

// @ts-ignore: decorator
@inline
function distanceBits(symbol: u32): u32 {
  return select(0, (symbol >> 1) - 1, symbol < 2)
}

/** How many bytes at `p` and `q` agree, `limit` at most. */
// @ts-ignore: decorator
@inline
export function agree(p: usize, q: usize, limit: u32): u32 {
  let length: u32 = 0
  while (length < limit) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p + length), v128.load(q + length)))
    if (mask != 0xffff) return min(limit, length + ctz(~mask))
    length += 16
  }
  return limit
}

// Tokens: an even one is twice a number of literals, an odd one a match.

/** Writes `n` literals at `to`, and returns the end of the tokens. */
// @ts-ignore: decorator
@inline
function addLiterals(to: usize, n: u32): usize {
  if (n == 0) return to
  store<u32>(to, n << 1)
  return to + 4
}

/** The same for a match. */
// @ts-ignore: decorator
@inline
function addMatch(to: usize, length: u32, distance: u32): usize {
  store<u32>(to, (distance << 10) | (length << 1) | 1)
  increment(matchCounts, length)
  increment(distances, distanceSymbol(distance))
  return to + 4
}

/** Writes the tokens of the block to `to`, counts their symbols, and returns their end. */
function parse(lines: usize, size: u32, stride: u32, unit: u32, to: usize): usize {
  // Where the literals before `i` begin.
  let pending: u32 = 0
  memory.fill(literals, 0, 286 * 4)
  memory.fill(distances, 0, 30 * 4)
  memory.fill(matchCounts, 0, 259 * 4)
  for (let slot: usize = 0; slot < 4 << hashBits; slot += 4) store<i32>(seen + slot, -(<i32>window))
  const most = maxMatch - (maxMatch % unit)
  const leastAbove: u32 = unit == 1 ? leastFar : 3
  for (let row: u32 = 0; row < size; row += stride) {
    const end = row + stride
    const above = stride <= window && row > 0
    const first = lines + row + 1
    const run = min(most, stride - 1 - unit)
    if (above && stride > 5 && agree(first - 1, first - 1 - stride, stride) == stride && agree(first + unit, first, run) < run) {
      to = addLiterals(to, row - pending)
      pending = end
      for (let left = stride; left > 0; ) {
        const length: u32 = left > maxMatch && left < maxMatch + 3 ? maxMatch - 3 : min(left, maxMatch)
        to = addMatch(to, length, stride)
        left -= length
      }
      continue
    }
    increment(literals, load<u8>(lines + row))
    let ended = false
    for (let i = row + 1; i < end; ) {
      const p = lines + i
      const limit = min(most, end - i)
      let length: u32 = 0
      let distance = unit
      // Where a run has just ended, none can begin.
      if (i > row + 1 && !ended) length = agree(p, p - unit, limit)
      if (length < 3 || length < unit) length = 0
      // What would have to agree for a longer match is looked at first: mostly it doesn't.
      if (length < limit && above && load<u32>(p + length) == load<u32>(p + length - stride)) {
        const up = agree(p, p - stride, limit)
        if (up >= leastAbove && up > length + margin) {
          length = up
          distance = stride
        }
      }
      if (length < leastFar && end - i >= 4 && (unit > 1 || load<u8>(p) != load<u8>(p + 1))) {
        const slot = seen + (((load<u32>(p) * 0x9e3779b1) >> (32 - hashBits)) << 2)
        const far = i - load<u32>(slot)
        store<u32>(slot, i)
        if (far <= window && load<u32>(p) == load<u32>(p - far)) {
          const back = agree(p, p - far, limit)
          if (back >= leastFar && back > length + margin) {
            length = back
            distance = far
          }
        }
      }
      if (unit > 1) length -= length % unit
      if (length >= 3) {
        to = addLiterals(to, i - pending)
        to = addMatch(to, length, distance)
        ended = distance == unit && length < limit
        i += length
        pending = i
      } else {
        ended = false
        for (let k: u32 = 0; k < unit; k++) increment(literals, load<u8>(p + k))
        i += unit
      }
    }
  }
  to = addLiterals(to, size - pending)
  for (let length: u32 = 3; length <= maxMatch; length++) {
    const slot = literals + (lengthSymbol(length) << 2)
    store<u32>(slot, load<u32>(slot) + load<u32>(matchCounts + (length << 2)))
  }
  increment(literals, 256)
  return to
}

// @ts-ignore: decorator
@inline
function step(at: usize, symbol: u32, extra: u32, length: u32): void {
  store<u32>(at, symbol | (extra << 8) | (length << 16))
  increment(lengthCounts, symbol)
}

/** Run-length codes the `n` code lengths as steps of `symbol | extra << 8 | bits << 16`, and returns their end. */
function lengthSteps(n: u32): usize {
  let to = steps
  memory.fill(lengthCounts, 0, 19 * 4)
  for (let i: u32 = 0; i < n; ) {
    const value: u32 = load<u8>(lengths + i)
    let run: u32 = 1
    while (i + run < n && load<u8>(lengths + i + run) == value) run++
    i += run
    if (value) {
      step(to, value, 0, 0)
      to += 4
      run--
    }
    while (run >= 3) {
      const part: u32 = min(run, value ? 6 : 138)
      if (value) step(to, 16, part - 3, 2)
      else if (part < 11) step(to, 17, part - 3, 3)
      else step(to, 18, part - 11, 7)
      to += 4
      run -= part
    }
    for (; run > 0; run--) {
      step(to, value, 0, 0)
      to += 4
    }
  }
  return to
}

/** Adler-32 (RFC 1950), 16 bytes at a time. */
function adler(p: usize, size: u32): void {
  const end = p + size
  const low = v128.load(weights)
  const high = v128.load(weights + 16)
  while (end - p >= 16) {
    // As many as keep the sums below 2^32.
    const stop = p + (min(end - p, 5536) & ~15)
    let sums = i32x4.splat(0)
    let before = i32x4.splat(0)
    let weighted = i32x4.splat(0)
    const n = <u32>(stop - p)
    for (; p < stop; p += 16) {
      const bytes = v128.load(p)
      before = i32x4.add(before, sums)
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)))
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), low))
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), high))
    }
    b = (b + a * n + across(before) * 16 + across(weighted)) % 65521
    a = (a + across(sums)) % 65521
  }
  for (; p < end; p++) {
    a = (a + load<u8>(p)) % 65521
    b = (b + a) % 65521
  }
}

// @ts-ignore: decorator
@inline
function across(v: v128): u32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

/** The body of the block. Locals stand in for `bits`, `count` and `out`, which the compiler would keep in memory. */
function writeTokens(lines: usize, tokens: usize, end: usize): void {
  let held = bits
  let n = count
  let to = out
  for (let at = tokens, p = lines; at < end; at += 4) {
    const value = load<u32>(at)
    if (value & 1) {
      const length = (value >> 1) & 511
      const code = load<u32>(matchCodes + (length << 2))
      held |= <u64>(code & 0xffffff) << n
      n += code >> 24
      const distance = value >> 10
      const symbol = distanceSymbol(distance)
      const reach = load<u32>(distanceCodes + (symbol << 2))
      held |= <u64>(reach & 0xffff) << n
      n += reach >> 16
      const extra = distanceBits(symbol)
      held |= <u64>((distance - 1) & ((1 << extra) - 1)) << n
      n += extra
      p += length
    } else {
      // Three codes of 15 bits fit beside 7, so two may stay for the store below.
      for (let left = value >> 1; left > 0; ) {
        const code = load<u32>(literalCodes + (<usize>load<u8>(p++) << 2))
        held |= <u64>(code & 0xffff) << n
        n += code >> 16
        if (--left % 3 == 0) {
          store<u64>(to, held)
          to += <usize>(n >> 3)
          held >>= n & ~7
          n &= 7
        }
      }
    }
    store<u64>(to, held)
    to += <usize>(n >> 3)
    held >>= n & ~7
    n &= 7
  }
  bits = held
  count = n
  out = to
}

/** Writes the block to `to`, with `tokens` as scratch of 4 bytes for each of `lines`, and returns its end. */
export function deflate(lines: usize, size: u32, stride: u32, unit: u32, last: bool, tokens: usize, to: usize): usize {
  out = to
  adler(lines, size)
  const tokensEnd = parse(lines, size, stride, unit, tokens)
  huffman(literals, 286, 15, literalCodes)
  huffman(distances, 30, 15, distanceCodes)

  let literalCount: u32 = 286
  while (literalCount > 257 && !load<u32>(literalCodes + ((literalCount - 1) << 2))) literalCount--
  let distanceCount: u32 = 30
  while (distanceCount > 1 && !load<u32>(distanceCodes + ((distanceCount - 1) << 2))) distanceCount--
  for (let i: u32 = 0; i < literalCount; i++) store<u8>(lengths + i, load<u32>(literalCodes + (i << 2)) >> 16)
  for (let i: u32 = 0; i < distanceCount; i++) store<u8>(lengths + literalCount + i, load<u32>(distanceCodes + (i << 2)) >> 16)
  const stepsEnd = lengthSteps(literalCount + distanceCount)
  huffman(lengthCounts, 19, 7, lengthCodes)
  let listed: u32 = 19
  while (listed > 4 && !load<u32>(lengthCodes + (load<u8>(order + listed - 1) << 2))) listed--

  let total: u64 = 17 + 3 * listed
  for (let at = steps; at < stepsEnd; at += 4) {
    const step = load<u32>(at)
    total += (load<u32>(lengthCodes + ((step & 255) << 2)) >> 16) + (step >> 16)
  }
  for (let i: u32 = 0; i < 286; i++) {
    total += <u64>load<u32>(literals + (i << 2)) * ((load<u32>(literalCodes + (i << 2)) >> 16) + lengthBits(i))
  }
  for (let i: u32 = 0; i < 30; i++) {
    total += <u64>load<u32>(distances + (i << 2)) * ((load<u32>(distanceCodes + (i << 2)) >> 16) + distanceBits(i))
  }

  if (total >= <u64>size * 8 + 40) {
    for (let first: u32 = 0; first < size; first += 65535) {
      const piece = min(65535, size - first)
      put(last && first + piece == size ? 1 : 0, 3)
      put(0, -count & 7)
      put(piece, 16)
      put(piece ^ 0xffff, 16)
      flush()
      memory.copy(out, lines + first, piece)
      out += piece
    }
  } else {
    put(last ? 5 : 4, 3)
    put(literalCount - 257, 5)
    put(distanceCount - 1, 5)
    put(listed - 4, 4)
    flush()
    for (let i: u32 = 0; i < listed; i++) {
      put(load<u32>(lengthCodes + (load<u8>(order + i) << 2)) >> 16, 3)
      flush()
    }
    for (let at = steps; at < stepsEnd; at += 4) {
      const step = load<u32>(at)
      putCode(lengthCodes, step & 255)
      put((step >> 8) & 255, step >> 16)
      flush()
    }
    for (let length: u32 = 3; length <= maxMatch; length++) {
      const symbol = lengthSymbol(length)
      const code = load<u32>(literalCodes + (symbol << 2))
      const extra = (length - 3) & ((1 << lengthBits(symbol)) - 1)
      store<u32>(matchCodes + (length << 2), (code & 0xffff) | (extra << (code >> 16)) | (((code >> 16) + lengthBits(symbol)) << 24))
    }
    writeTokens(lines, tokens, tokensEnd)
    putCode(literalCodes, 256)
    flush()
  }
  if (last) {
    put(0, -count & 7)
    flush()
    store<u32>(out, bswap((b << 16) | a))
    out += 4
  }
  return out
}
