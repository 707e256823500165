/** What a FLAC file says of all its frames. */
export interface FlacStream {
  sr: number
  channels: number
  bits: number
  /** Samples of the longest block. */
  maxBlock: number
}

/** Bits that no encoder writes, or that end too early. */
export class FlacDamage extends Error {}

const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]]
const CRC16 = Uint16Array.from({ length: 256 }, (_, i) => {
  let crc = i << 8
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)
  return crc
})

/**
 * Decodes the frame at the start of `bytes` into `blocks`, one for each channel, of `maxBlock` numbers (RFC 9639, section 9).
 * Integers are in float64, which holds every product sum of 33-bit samples and 15-bit coefficients exactly. Throws `FlacDamage`.
 */
export function readFlacFrame(bytes: Uint8Array, stream: FlacStream, blocks: Float64Array[]): { samples: number; length: number } {
  const reader = new Reader(bytes)
  const { samples, assignment } = readFrameHeader(reader, stream)
  for (let c = 0; c < stream.channels; c++) {
    // The difference of two channels has a bit more.
    const isSide = (assignment === 8 && c === 1) || (assignment === 9 && c === 0) || (assignment === 10 && c === 1)
    readSubframe(reader, blocks[c]!.subarray(0, samples), stream.bits + (isSide ? 1 : 0))
  }
  const length = reader.alignedBytes() + 2
  reader.position = length * 8
  reader.check()
  let crc = 0
  for (let i = 0; i < length; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!
  if (crc !== 0) throw new FlacDamage('its checksum differs')
  if (assignment >= 8) restoreStereo(assignment, blocks[0]!, blocks[1]!, samples)
  return { samples, length }
}

function readFrameHeader(reader: Reader, { channels, bits, maxBlock }: FlacStream): { samples: number; assignment: number } {
  if (reader.unsigned(15) !== 0x7ffc) throw new FlacDamage('it does not start with a sync code')
  reader.unsigned(1)
  const size = reader.unsigned(4)
  const rate = reader.unsigned(4)
  const assignment = reader.unsigned(4)
  const depth = reader.unsigned(4) >> 1
  // The frame's number, in the bytes of an extended UTF-8.
  const ones = Math.clz32(~(reader.unsigned(8) << 24))
  reader.position += 8 * Math.max(0, ones - 1)
  const samples = size === 6 || size === 7 ? reader.unsigned(size === 6 ? 8 : 16) + 1 : blockSize(size)
  reader.position += (rate === 12 ? 8 : 0) + (rate === 13 || rate === 14 ? 16 : 0) + 8
  reader.check()
  const isChannels = assignment < 8 ? assignment + 1 === channels : assignment <= 10 && channels === 2
  if (!isChannels || (depth !== 0 && [8, 12, undefined, 16, 20, 24, 32][depth - 1] !== bits) || samples === 0 || samples > maxBlock) {
    throw new FlacDamage('its header does not fit the file')
  }
  return { samples, assignment }
}

const blockSize = (code: number): number => (code >= 8 ? 256 << (code - 8) : code === 1 ? 192 : code === 0 ? 0 : 576 << (code - 2))

function readSubframe(reader: Reader, y: Float64Array, fullBits: number): void {
  const type = reader.unsigned(7)
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0
  const bits = fullBits - wasted
  if (bits < 1) throw new FlacDamage('a channel has no bits')
  if (type === 0) y.fill(reader.signed(bits))
  else if (type === 1) readSamples(reader, y, y.length, bits)
  else if (type >= 8 && type <= 12) {
    const coefficients = FIXED[type - 8]!
    readSamples(reader, y, coefficients.length, bits)
    readResidual(reader, y, coefficients.length)
    predict(y, coefficients, 0)
  } else if (type >= 32 && type < 64) {
    const order = type - 31
    readSamples(reader, y, order, bits)
    const precision = reader.unsigned(4) + 1
    const shift = reader.signed(5)
    if (precision === 16 || shift < 0) throw new FlacDamage('a predictor is not valid')
    const coefficients = Array.from({ length: order }, () => reader.signed(precision))
    readResidual(reader, y, order)
    predict(y, coefficients, shift)
  } else throw new FlacDamage(`a channel is of the unknown type ${type}`)
  reader.check()
  if (wasted > 0) for (let i = 0; i < y.length; i++) y[i]! *= 2 ** wasted
}

function readSamples(reader: Reader, y: Float64Array, count: number, bits: number): void {
  if (count > y.length) throw new FlacDamage('a predictor is longer than its block')
  for (let i = 0; i < count; i++) y[i] = reader.signed(bits)
}

/** Partitions of Rice codes, each with a parameter of its own, for y[order ...]. */
function readResidual(reader: Reader, y: Float64Array, order: number): void {
  const method = reader.unsigned(2)
  const partitions = 1 << reader.unsigned(4)
  const size = y.length / partitions
  if (method > 1 || !Number.isInteger(size) || size < order) throw new FlacDamage('a residual is not valid')
  const parameterBits = method === 0 ? 4 : 5
  const escape = 2 ** parameterBits - 1
  for (let i = order, part = 1; part <= partitions; part++) {
    const end = part * size
    const parameter = reader.unsigned(parameterBits)
    if (parameter === escape) {
      const bits = reader.unsigned(5)
      for (; i < end; i++) y[i] = reader.signed(bits)
    } else {
      reader.rice(y, i, end, parameter)
      i = end
    }
  }
}

/** Adds to each residual what the samples before it predict. */
function predict(y: Float64Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length
  const c = Float64Array.from(coefficients)
  const scale = 2 ** -shift
  for (let i = order; i < y.length; i++) {
    let sum = 0
    for (let j = 0; j < order; j++) sum += c[j]! * y[i - 1 - j]!
    y[i]! += Math.floor(sum * scale)
  }
}

/** Left and right from left/side (8), side/right (9) or mid/side (10). */
function restoreStereo(assignment: number, a: Float64Array, b: Float64Array, samples: number): void {
  for (let i = 0; i < samples; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (assignment === 8) b[i] = x - y
    else if (assignment === 9) a[i] = x + y
    else {
      const middle = 2 * x + (y & 1)
      a[i] = (middle + y) / 2
      b[i] = (middle - y) / 2
    }
  }
}

/** Reads bits, the highest of a byte first. Past the end it reads zeros until `check`. */
class Reader {
  /** In bits. */
  position = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  check(): void {
    if (this.position > this.#bytes.length * 8) throw new FlacDamage('the file ends within it')
  }

  alignedBytes(): number {
    return Math.ceil(this.position / 8)
  }

  /** Up to 25 bits. */
  unsigned(bits: number): number {
    // Two steps, since a shift by 32 shifts nothing.
    const value = (window(this.#bytes, this.position) >>> 1) >>> (31 - bits)
    this.position += bits
    return value
  }

  /** Two's complement of up to 33 bits. */
  signed(bits: number): number {
    if (bits > 25) return this.signed(bits - 16) * 65_536 + this.unsigned(16)
    const value = bits === 0 ? 0 : window(this.#bytes, this.position) >> (32 - bits)
    this.position += bits
    return value
  }

  /** Zeros before the next one. */
  unary(): number {
    for (let zeros = 0; ; zeros += 24, this.check()) {
      const lead = Math.clz32(window(this.#bytes, this.position))
      this.position += Math.min(24, lead + 1)
      if (lead < 24) return zeros + lead
    }
  }

  /** Rice codes into y[from ... to): quotient in unary, `k` bits of remainder, the sign in the lowest. */
  rice(y: Float64Array, from: number, to: number, k: number): void {
    const bytes = this.#bytes
    let at = this.position
    for (let i = from; i < to; i++) {
      const bits = window(bytes, at)
      const lead = Math.clz32(bits)
      let code: number
      if (lead + 1 + k <= 25) {
        code = (lead << k) | (((bits << (lead + 1)) >>> 1) >>> (31 - k))
        at += lead + 1 + k
      } else {
        this.position = at
        code = this.unary() * 2 ** k
        const high = Math.max(0, k - 16)
        code += this.unsigned(high) * 2 ** (k - high) + this.unsigned(k - high)
        at = this.position
      }
      y[i] = (code >>> 1) ^ -(code & 1)
    }
    this.position = at
  }
}

/** 32 bits from a position on, of which 25 at least are filled. */
function window(bytes: Uint8Array, position: number): number {
  const i = position >>> 3
  return ((bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!) << (position & 7)
}
