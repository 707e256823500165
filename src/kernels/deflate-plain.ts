// The plain twin of assembly/_deflate.ts: the same bytes, written to be read. Deflate is RFC 1951.
import { codesOf, lengthsOf } from './huffman-plain.ts'

const hashBits = 12
const maxMatch = 258
const window = 32_768
// A run costs few bits, a match with the row above more, one from afar most: how long they must be, and how much longer.
const leastFar = 6
const margin = 3
/** The order in which a block's header lists the lengths of the code of lengths (RFC 1951, 3.2.7). */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** What one block leaves for the next: bits that do not fill a byte yet, and the Adler-32 sums. */
export interface DeflateState {
  bits: number
  count: number
  a: number
  b: number
}

export const deflateState = (): DeflateState => ({ bits: 0, count: 0, a: 1, b: 0 })

/** A match is `distance * 512 + length`, a literal its byte. */
interface Parsed {
  tokens: number[]
  literals: Uint32Array
  distances: Uint32Array
}

/**
 * One deflate block of `lines`, which are rows of `stride` bytes: a filter byte, then pixels of `unit` bytes. Rows refer only
 * to rows of the same block. The last block is followed by the Adler-32 of the whole stream.
 */
export function deflateBlock(lines: Uint8Array, stride: number, unit: number, last: boolean, state: DeflateState): Uint8Array {
  const out: number[] = []
  const put = (value: number, count: number): void => {
    state.bits |= value << state.count
    state.count += count
    while (state.count >= 8) {
      out.push(state.bits & 255)
      state.bits >>>= 8
      state.count -= 8
    }
  }
  const align = (): void => put(0, -state.count & 7)

  for (const byte of lines) {
    state.a = (state.a + byte) % 65_521
    state.b = (state.b + state.a) % 65_521
  }
  const { tokens, literals, distances } = parse(lines, stride, unit)
  literals[256] = 1
  const lengths = lengthsOf(literals, 15)
  const reaches = lengthsOf(distances, 15)
  const code = codeOfLengths(lengths, reaches)

  let size = 3 + 14 + 3 * code.listed
  for (const { bits } of code.steps) size += bits
  for (let i = 0; i < 286; i++) size += (literals[i] as number) * ((lengths[i] as number) + lengthBits(i))
  for (let i = 0; i < 30; i++) size += (distances[i] as number) * ((reaches[i] as number) + Math.max(0, (i >> 1) - 1))

  if (size >= lines.length * 8 + 40) {
    for (let first = 0; first < lines.length; first += 65_535) {
      const piece = lines.subarray(first, first + 65_535)
      put(last && first + piece.length === lines.length ? 1 : 0, 3)
      align()
      put(piece.length, 16)
      put(piece.length ^ 0xffff, 16)
      for (const byte of piece) put(byte, 8)
    }
  } else {
    put((last ? 1 : 0) + 4, 3)
    put(code.literals - 257, 5)
    put(code.distances - 1, 5)
    put(code.listed - 4, 4)
    for (let i = 0; i < code.listed; i++) put(code.lengths[order[i] as number] as number, 3)
    for (const step of code.steps) put(step.value, step.bits)
    const literalCodes = codesOf(lengths)
    const distanceCodes = codesOf(reaches)
    const symbol = (index: number, lengths: Uint8Array, codes: Uint16Array): void => put(codes[index] as number, lengths[index] as number)
    for (const token of tokens) {
      if (token < 256) symbol(token, lengths, literalCodes)
      else {
        const length = token & 511
        const distance = token >>> 9
        const l = lengthSymbol(length)
        symbol(l, lengths, literalCodes)
        put((length - 3) & ((1 << lengthBits(l)) - 1), lengthBits(l))
        const d = distanceSymbol(distance)
        symbol(d, reaches, distanceCodes)
        const extra = Math.max(0, (d >> 1) - 1)
        put((distance - 1) & ((1 << extra) - 1), extra)
      }
    }
    symbol(256, lengths, literalCodes)
  }
  if (last) {
    align()
    for (const value of [state.b, state.a]) out.push(value >> 8, value & 255)
  }
  return Uint8Array.from(out)
}

/**
 * Splits the rows into literals and matches. A pixel is compared with the one to its left (runs), with the row above
 * (repeated rows) and with the last place where its first four bytes stood; steps are whole pixels. Runs have the cheapest
 * distance: a repeated row of one colour is one, and where a run of single bytes begins no far place is looked up.
 */
function parse(lines: Uint8Array, stride: number, unit: number): Parsed {
  const tokens: number[] = []
  const literals = new Uint32Array(286)
  const distances = new Uint32Array(30)
  const seen = new Int32Array(1 << hashBits).fill(-window)
  const most = maxMatch - (maxMatch % unit)
  const leastAbove = unit === 1 ? leastFar : 3
  const above = stride <= window
  const literal = (byte: number): void => {
    tokens.push(byte)
    literals[byte]!++
  }
  const match = (length: number, distance: number): void => {
    tokens.push(distance * 512 + length)
    literals[lengthSymbol(length)]!++
    distances[distanceSymbol(distance)]!++
  }
  const same = (i: number, distance: number, limit: number): number => {
    let length = 0
    while (length < limit && lines[i + length] === lines[i + length - distance]) length++
    return length
  }

  for (let row = 0; row < lines.length; row += stride) {
    const end = row + stride
    const run = Math.min(most, stride - 1 - unit)
    if (above && row > 0 && stride > 5 && same(row, stride, stride) === stride && same(row + 1 + unit, unit, run) < run) {
      for (let left = stride; left > 0;) {
        // What remains must again be long enough for a match.
        const length = left > maxMatch && left < maxMatch + 3 ? maxMatch - 3 : Math.min(left, maxMatch)
        match(length, stride)
        left -= length
      }
      continue
    }
    literal(lines[row] as number)
    for (let i = row + 1; i < end;) {
      const limit = Math.min(most, end - i)
      let length = 0
      let distance = unit
      if (i > row + 1) length = same(i, unit, limit)
      if (length < 3 || length < unit) length = 0
      if (length < limit && above && row > 0) {
        const up = same(i, stride, limit)
        if (up >= leastAbove && up > length + margin) {
          length = up
          distance = stride
        }
      }
      if (length < leastFar && end - i >= 4 && (unit > 1 || lines[i] !== lines[i + 1])) {
        const word =
          (lines[i] as number) | ((lines[i + 1] as number) << 8) | ((lines[i + 2] as number) << 16) | ((lines[i + 3] as number) << 24)
        const slot = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits)
        const far = i - (seen[slot] as number)
        seen[slot] = i
        if (far <= window) {
          const back = same(i, far, limit)
          if (back >= leastFar && back > length + margin) {
            length = back
            distance = far
          }
        }
      }
      length -= length % unit
      if (length >= 3) {
        match(length, distance)
        i += length
      } else {
        for (let k = 0; k < unit; k++) literal(lines[i + k] as number)
        i += unit
      }
    }
  }
  return { tokens, literals, distances }
}

/** The symbol of a match length, 3..258: runs of 4 symbols for each bit more, and one for 258 alone. */
function lengthSymbol(length: number): number {
  const l = length - 3
  if (l === 255) return 285
  if (l < 4) return 257 + l
  const high = 31 - Math.clz32(l)
  return 257 + 4 * (high - 1) + ((l >> (high - 2)) & 3)
}

/** How many bits follow a length's symbol. */
const lengthBits = (symbol: number): number => (symbol < 265 || symbol === 285 ? 0 : (symbol - 261) >> 2)

/** The symbol of a distance, 1..32768: two symbols for each bit more. */
function distanceSymbol(distance: number): number {
  const d = distance - 1
  if (d < 2) return d
  const high = 31 - Math.clz32(d)
  return 2 * high + ((d >> (high - 1)) & 1)
}

interface CodeOfLengths {
  literals: number
  distances: number
  listed: number
  lengths: Uint8Array
  steps: { value: number; bits: number }[]
}

/** The two lists of code lengths as the header holds them: run-length coded, then Huffman coded. */
function codeOfLengths(lengths: Uint8Array, reaches: Uint8Array): CodeOfLengths {
  let literals = 286
  while (literals > 257 && lengths[literals - 1] === 0) literals--
  let distances = 30
  while (distances > 1 && reaches[distances - 1] === 0) distances--
  const all = [...lengths.subarray(0, literals), ...reaches.subarray(0, distances)]
  const runs: { symbol: number; extra: number; bits: number }[] = []
  const counts = new Uint32Array(19)
  const add = (symbol: number, extra: number, bits: number): void => {
    runs.push({ symbol, extra, bits })
    counts[symbol]!++
  }
  for (let i = 0; i < all.length;) {
    const value = all[i] as number
    let run = 1
    while (i + run < all.length && all[i + run] === value) run++
    i += run
    if (value !== 0) {
      add(value, 0, 0)
      run--
    }
    while (run >= 3) {
      const part = Math.min(run, value !== 0 ? 6 : 138)
      if (value !== 0) add(16, part - 3, 2)
      else if (part < 11) add(17, part - 3, 3)
      else add(18, part - 11, 7)
      run -= part
    }
    for (; run > 0; run--) add(value, 0, 0)
  }
  const code = lengthsOf(counts, 7)
  const codes = codesOf(code)
  let listed = 19
  while (listed > 4 && code[order[listed - 1] as number] === 0) listed--
  const steps = runs.map(({ symbol, extra, bits }) => ({
    value: (codes[symbol] as number) | (extra << (code[symbol] as number)),
    bits: (code[symbol] as number) + bits,
  }))
  return { literals, distances, listed, lengths: code, steps }
}
