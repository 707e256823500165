import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import { MillraceError } from '../core/errors.ts'
import { trim } from '../kernels/instance.ts'
import { pictureKernel } from '../kernels/picture.ts'
import { jpegHeader } from './jpeg-header.ts'
import { decodeJpeg } from './jpeg.ts'

const cases = goldenJson<{ name: string; sha256: string }[]>('jpeg/cases.json').map((one) => ({
  ...one,
  bytes: golden(`jpeg/files/${one.name}.jpg`),
}))
const small = cases.filter(({ bytes }) => bytes.length < 12_000)

/** A linear congruential generator, so that a failure can be repeated. */
function generator(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** Bytes changed anywhere or in the header, the end cut off, or a piece cut out. */
function mutant(whole: Uint8Array, random: (n: number) => number): Uint8Array {
  const bytes = Uint8Array.from(whole)
  const kind = random(4)
  if (kind === 2) return bytes.subarray(0, random(bytes.length))
  if (kind === 3) {
    const from = random(bytes.length)
    return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(from + 1 + random(200)))
  }
  const header = Buffer.from(bytes).indexOf(Uint8Array.of(0xff, 0xda)) + 20
  for (let n = 1 + random(4); n > 0; n--) bytes[2 + random(kind === 0 ? bytes.length - 2 : header)] = random(256)
  return bytes
}

const codes = ['JPEG_DAMAGED', 'JPEG_UNSUPPORTED', 'JPEG_TOO_LARGE']

test('2,000 mutants decode or are refused in words, and never grow memory beyond what their size takes', { timeout: 120_000 }, () => {
  const random = generator(11)
  const outcomes: Record<string, number> = { decoded: 0 }
  for (let i = 0; i < 2000; i++) {
    const bytes = mutant(small[random(small.length)]!.bytes, random)
    try {
      const { data, height, width, channels } = decodeJpeg(bytes, { maxPixels: 1e6 })
      expect(data.length).toBe(height * width * channels)
      outcomes['decoded']!++
    } catch (error) {
      if (!(error instanceof MillraceError)) throw new Error(`mutant ${i}`, { cause: error })
      expect(codes).toContain(error.code)
      outcomes[error.code] = (outcomes[error.code] ?? 0) + 1
    }
    // A million pixels of three components: 12 bytes each, and what padding of 4 x 4 blocks adds.
    expect(pictureKernel().memory.buffer.byteLength).toBeLessThan(2 ** 26)
    if (i % 40 === 0) {
      const { bytes: good, sha256, name } = small[random(small.length)]!
      expect(createHash('sha256').update(decodeJpeg(good).data).digest('hex'), `${name} after mutant ${i}`).toBe(sha256)
    }
  }
  for (const kind of ['decoded', ...codes]) expect(outcomes[kind], kind).toBeGreaterThan(0)
  trim('picture')
})

test('the header of noise is read or refused', () => {
  const random = generator(5)
  for (let i = 0; i < 3000; i++) {
    // Segments of random markers and contents, so that more than the first is looked at.
    const bytes = [0xff, 0xd8]
    for (let k = random(6); k >= 0; k--) {
      const length = random(40)
      bytes.push(0xff, 0xc0 + random(64), 0, length + 2, ...Array.from({ length }, () => random(random(2) === 0 ? 5 : 256)))
    }
    try {
      const { width, components } = jpegHeader(Uint8Array.from(bytes))
      expect(width).toBeGreaterThan(0)
      expect(components.length).toBeGreaterThan(0)
    } catch (error) {
      expect((error as MillraceError).code).toBe('JPEG_DAMAGED')
    }
  }
})
