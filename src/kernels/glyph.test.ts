import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from '../core/random.ts'
import { glyph } from './glyph.ts'
import { glyphPlain } from './glyph-plain.ts'

const options = fc.record({
  invert: fc.boolean(),
  size: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(16, 32, 48, 64)),
  threshold: fc.nat(255),
  noise: fc.nat(255),
  inset: fc.nat(4),
  marginY: fc.nat(9),
  marginX: fc.nat(9),
  pad: fc.nat(20),
})

/** Much faster than toEqual. */
function same(a: Uint8Array | string | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.from(a as Uint8Array).equals(b)
}

test('the kernel and its twin give the same pixels, and refuse the same pictures', () => {
  let pictures = 0
  const picture = fc.record({
    height: fc.integer({ min: 9, max: 70 }),
    width: fc.integer({ min: 9, max: 80 }),
    seed: fc.nat(),
    ink: fc.nat(60),
    most: fc.nat(255),
  })
  fc.assert(
    fc.property(picture, options, ({ height, width, seed, ink, most }, how) => {
      const random = randomOf(seed)
      const data = new Uint8Array(height * width).fill(how.invert ? 255 : 0)
      const [y, x] = [Math.floor(random() * height), Math.floor(random() * width)]
      for (let i = 0; i < ink; i++) {
        const at = Math.min(y + Math.floor(random() * 9), height - 1) * width + Math.min(x + Math.floor(random() * 20), width - 1)
        const level = Math.floor(random() * (most + 1))
        data[at] = how.invert ? 255 - level : level
      }
      const before = data.slice()
      const made = glyph(data, height, width, how)
      const plain = glyphPlain({ data, height, width }, how)
      expect(same(typeof made === 'string' ? undefined : made, plain)).toBe(true)
      expect(same(data, before)).toBe(true)
      if (plain !== undefined) pictures++
    }),
    { numRuns: 3000, seed: 5 },
  )
  expect(pictures).toBeGreaterThan(800)
})

test('boxes that are exactly as large as the size, or twice that', () => {
  const how = { invert: false, threshold: 80, noise: 28, inset: 0, marginY: 0, marginX: 0, pad: 0 }
  const data = Uint8Array.from({ length: 41 * 41 }, (_, i) => (i * 7919) % 256)
  for (const size of [40, 20, 41, 21]) {
    expect(same(glyph(data, 41, 41, { ...how, size }), glyphPlain({ data, height: 41, width: 41 }, { ...how, size }))).toBe(true)
  }
})

test('every largest level, every level: the same rounding as in float64', () => {
  for (let most = 1; most < 256; most++) {
    const data = Uint8Array.from({ length: 32 * 8 }, (_, i) => Math.min(i, most))
    const how = { invert: false, size: 40, threshold: 0, noise: 0, inset: 0, marginY: 16, marginX: 16, pad: 0 }
    expect(same(glyph(data, 8, 32, how), glyphPlain({ data, height: 8, width: 32 }, how))).toBe(true)
  }
})

test('what it can not make', () => {
  const how = { invert: false, size: 8, threshold: 80, noise: 28, inset: 2, marginY: 1, marginX: 1, pad: 0 }
  const data = new Uint8Array(100)
  expect(glyph(data, 10, 10, how)).toBe('blank')
  data[11] = 200
  expect(glyph(data, 10, 10, how)).toBe('no box')
  data[55] = 60
  expect(glyph(data, 10, 10, how)).toBe('no box')
  data[55] = 90
  expect(glyph(data, 10, 10, { ...how, marginX: 0, marginY: 0 })).toBe('no box')
  expect(glyph(data, 10, 10, how)).toBeInstanceOf(Uint8Array)
  expect(() => glyph(data, 10, 10, { ...how, size: 2 ** 20 })).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }) as Error)
})
