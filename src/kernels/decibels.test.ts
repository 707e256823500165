import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decibels, decibelsTwin, maximum } from './decibels.ts'

const power = fc.double({ min: -45, max: 38, noNaN: true }).map((exponent) => Math.fround(10 ** exponent))

it('the kernel is within 4e-5 dB of the logarithm, whatever the power, the floor and the reference', () => {
  fc.assert(
    fc.property(fc.array(power, { maxLength: 40 }), power, fc.double({ min: -100, max: 100, noNaN: true }), (powers, amin, ref) => {
      fc.pre(amin > 0)
      const values = Float32Array.from(powers)
      const exact = powers.map((x) => 10 * Math.log10(Math.max(x, amin)) - ref)
      for (const result of [decibels(values, amin, ref, -Infinity), decibelsTwin(values, amin, ref, -Infinity)]) {
        expect(result).toHaveLength(values.length)
        result.forEach((value, i) => expect(Math.abs(value - exact[i]!)).toBeLessThan(6e-5))
      }
    }),
  )
})

it('values below the floor are raised to it', () => {
  expect(decibels(Float32Array.of(1, 1e-5, 0), 1e-10, 0, -20)).toEqual(Float32Array.of(0, -20, -20))
})

it('finds the maximum anywhere, over chunks, and reports NaN', () => {
  const values = new Float32Array(600_001).fill(-3)
  for (const at of [0, 1, 262_143, 262_144, 599_999, 600_000]) {
    const copy = values.slice()
    copy[at] = 2
    expect(maximum(copy)).toBe(2)
    copy[at] = NaN
    expect(maximum(copy)).toBeNaN()
  }
  expect(maximum(Float32Array.of(-5))).toBe(-5)
})
