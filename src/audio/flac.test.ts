import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeFlac } from './flac.ts'

const golden = new URL('../../golden/load/files/', import.meta.url)

const binary = (value: number, bits: number): string =>
  Array.from({ length: bits }, (_, i) => Math.floor(value / 2 ** (bits - 1 - i)) & 1).join('')
const toBytes = (bits: string): number[] => (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, '0'), 2))

/** The remainder of a polynomial division, bit by bit as the RFC says it. */
function crc16(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x18005 : 0)) & 0xffff
  }
  return crc
}

/** A frame of `samples`, numbered 0; its header's own checksum is left 0, since the frame's covers it. */
function frame(samples: number, assignment: number, subframes: string): number[] {
  const header = `111111111111100001110000${binary(assignment, 4)}0000${'0'.repeat(8)}${binary(samples - 1, 16)}${'0'.repeat(8)}`
  const bytes = toBytes(header + subframes)
  const crc = crc16(bytes)
  return [...bytes, crc >> 8, crc & 255]
}

function flac(bits: number, channels: number, total: number, frames: number[][], maxBlock = 4096): Uint8Array {
  const info = binary(16, 16) + binary(maxBlock, 16) + '0'.repeat(48) + binary(16_000, 20) + binary(channels - 1, 3) + binary(bits - 1, 5)
  const block = [0x80, 0, 0, 34, ...toBytes(info + binary(total, 36)), ...Array.from({ length: 16 }, () => 0)]
  return Uint8Array.from([...Buffer.from('fLaC'), ...block, ...frames.flat()])
}

const integers = (y: Float32Array | undefined, bits: number): number[] => Array.from(y ?? [], (v) => v * 2 ** (bits - 1))

describe('decodeFlac', () => {
  it.each(readdirSync(golden).filter((file) => file.endsWith('.flac')))('%s has the samples whose MD5 is in its header', (file) => {
    const bytes = readFileSync(new URL(file, golden))
    const { channels, promised, damage } = decodeFlac(bytes, file)
    const size = ((((bytes[20] ?? 0) & 1) << 4) | ((bytes[21] ?? 0) >> 4)) + 1
    const frames = channels[0]?.length ?? 0
    const pcm = Buffer.alloc((frames * channels.length * size) / 8)
    for (let i = 0, at = 0; i < frames; i++) for (const y of channels) at = pcm.writeIntLE((y[i] ?? 0) * 2 ** (size - 1), at, size / 8)
    expect(createHash('md5').update(pcm).digest('hex')).toBe(bytes.subarray(26, 42).toString('hex'))
    expect({ promised, damage }).toEqual({ promised: frames, damage: undefined })
  })

  it('a constant, plain samples with wasted bits, and a fixed predictor with Rice codes and an escape', () => {
    const constant = `00000000${binary(-3, 8)}`
    const plain = `0000001101${[5, -7, 0, 31, -32, 1, 2, -1].map((v) => binary(v, 6)).join('')}`
    // 10, then differences of 1, -2, 12 in Rice codes of parameter 1, then four of 4 bits.
    const rice = ['2', '3', '24'].map((code) => '0'.repeat(+code >> 1) + '1' + (+code & 1)).join('')
    const fixed = `00010010${binary(10, 8)}0000010001${rice}1111${binary(4, 5)}${[-8, 7, 0, 1].map((v) => binary(v, 4)).join('')}`
    const { channels, damage } = decodeFlac(flac(8, 3, 8, [frame(8, 2, constant + plain + fixed)]), 'x')
    expect(damage).toBeUndefined()
    expect(channels.map((y) => integers(y, 8))).toEqual([
      [-3, -3, -3, -3, -3, -3, -3, -3],
      [20, -28, 0, 124, -128, 4, 8, -4],
      [10, 11, 9, 21, 13, 20, 20, 21],
    ])
  })

  it('32 bits, whose side channel has 33, in every way two channels are kept', () => {
    const [left, right] = [2 ** 31 - 128, -(2 ** 31)]
    const constant = (value: number, bits: number): string => `00000000${binary(value, bits)}`
    const side = constant(left - right, 33)
    const sides = [constant(left, 32) + side, side + constant(right, 32), constant(Math.floor((left + right) / 2), 32) + side]
    for (const [i, subframes] of sides.entries()) {
      const { channels } = decodeFlac(flac(32, 2, 16, [frame(16, 8 + i, subframes)]), 'x')
      expect(channels).toEqual([new Float32Array(16).fill(left / 2 ** 31), new Float32Array(16).fill(-1)])
    }
  })

  it('a linear predictor rounds down, and long Rice codes are read', () => {
    // Two samples, precision 3, shift 1, coefficients 3 and -2: y[i] = floor((3 y[i-1] - 2 y[i-2]) / 2) + residual.
    const rice = ['0'.repeat(60) + '1', '1', '01', '1'].join('')
    const lpc = `01000010${binary(3, 16)}${binary(-8, 16)}${binary(2, 4)}${binary(1, 5)}${binary(3, 3)}${binary(-2, 3)}0000000000${rice}`
    const { channels } = decodeFlac(flac(16, 1, 6, [frame(6, 0, lpc)]), 'x')
    const expected = [3, -8]
    for (const residual of [30, 0, -1, 0]) expected.push(Math.floor((3 * expected.at(-1)! - 2 * expected.at(-2)!) / 2) + residual)
    expect(integers(channels[0], 16)).toEqual(expected)
  })

  it('goes on to the end, or to a tag, when the header does not know the length', () => {
    const second = frame(16, 0, `00000000${binary(7, 16)}`)
    const bytes = flac(16, 1, 0, [second, second])
    const tag = Buffer.concat([bytes, Buffer.from('TAG'.padEnd(128))])
    for (const file of [bytes, tag]) {
      expect(decodeFlac(file, 'x')).toEqual({
        channels: [new Float32Array(32).fill(7 / 32_768)],
        sr: 16_000,
        promised: undefined,
        damage: undefined,
      })
    }
  })

  it('skips a tag before, and blocks of metadata', () => {
    const bytes = flac(16, 1, 16, [frame(16, 0, `00000000${binary(7, 16)}`)])
    bytes[4] = 0
    const padded = Buffer.concat([
      Buffer.from('ID3\x04\0\0\0\0\0\x05hello'),
      bytes.subarray(0, 42),
      Buffer.from([0x81, 0, 0, 2, 1, 1]),
      bytes.subarray(42),
    ])
    expect(decodeFlac(padded, 'x').channels[0]).toEqual(new Float32Array(16).fill(7 / 32_768))
  })

  it('gives what stands before the damage, and says what it is', () => {
    const good = frame(16, 0, `00000000${binary(7, 16)}`)
    const flipped = good.with(9, 1)
    const bad: [second: number[], damage: string][] = [
      [flipped, 'its checksum differs'],
      [good.slice(0, 8), 'the file ends within it'],
      [[1, 2, 3], 'it does not start with a sync code'],
      [frame(5000, 0, '00000000'), 'its header does not fit the file'],
      [frame(16, 1, '00000000'), 'its header does not fit the file'],
      [frame(16, 0, '00001110'), 'a channel is of the unknown type 7'],
      [frame(4, 0, '01111110' + '0'.repeat(600)), 'a predictor is longer than its block'],
      [frame(16, 0, `00010000${'10'.padEnd(80, '0')}`), 'a residual is not valid'],
      [frame(16, 0, `00000001${'0'.repeat(16)}1`), 'a channel has no bits'],
    ]
    for (const [second, damage] of bad) {
      const decoded = decodeFlac(flac(16, 1, 100, [good, second]), 'x')
      expect(decoded.damage).toMatch(new RegExp(`^the frame at byte 55: ${damage}$`))
      expect(decoded.channels).toEqual([new Float32Array(16).fill(7 / 32_768)])
    }
  })

  it('takes no memory for what only its header promises', () => {
    const { channels } = decodeFlac(flac(16, 8, 2 ** 36 - 1, []), 'x')
    expect(channels.map((y) => y.buffer.byteLength)).toEqual(Array.from({ length: 8 }, () => 0))
  })

  it('refuses a header that says nothing', () => {
    const bytes = flac(16, 1, 16, [])
    expect(() => decodeFlac(bytes.subarray(0, 30), 'a.flac')).toThrow(/^a\.flac: the FLAC header/)
    expect(() => decodeFlac(flac(3, 1, 16, []), 'a.flac')).toThrow(/16000 Hz and 3 bits/)
  })
})
