import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dft } from './dft.ts'
import { type Bands, type Frames, type Sink, spectra, spectraTwin } from './stft.ts'

/** Deterministic values in [-1, 1). */
function noise(n: number, seed = 1): Float32Array {
  let state = seed
  return Float32Array.from({ length: n }, () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31)
}

function framesOf(y: Float32Array, length: number, hop: number): Frames {
  const read = (block: Float32Array, first: number): void => block.set(y.subarray(first * hop, first * hop + block.length))
  return { count: 1 + Math.floor((y.length - length) / hop), stride: hop, read }
}

/** The largest difference as a part of the largest value. */
function distance(actual: Float32Array[], expected: Float32Array[]): number {
  let [worst, largest] = [0, 0]
  expected.forEach((part, p) => {
    expect(actual[p]).toHaveLength(part.length)
    part.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(actual[p]![i]! - value))
      largest = Math.max(largest, Math.abs(value))
    })
  })
  return worst / largest
}

const bands: Bands = { count: 3, edges: Int32Array.of(0, 1, 1, 0, 0, 2), weights: Float64Array.of(0.5, 2, 3) }
const sinks: Sink[] = [
  { kind: 'complex' },
  { kind: 'power' },
  { kind: 'magnitude' },
  { kind: 'power', bands },
  { kind: 'magnitude', bands },
]

describe('the kernel and its twin', () => {
  const lengths = [
    2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 22, 26, 30, 61, 64, 67, 100, 122, 134, 200, 360, 400, 401, 512, 1000, 1022, 1024, 2048,
  ]
  it.each(lengths)('agree on frames of %i samples', (n) => {
    const y = noise(n + 50 * 10)
    const window = Float64Array.from(noise(n, 7))
    for (const sink of sinks) {
      const expected = spectraTwin(framesOf(y, n, 50), window, sink)
      expect(distance(spectra(framesOf(y, n, 50), window, sink), expected)).toBeLessThan(1.2e-7)
      expect(distance(spectra(framesOf(y, n, 50), window, sink, 'float32'), expected)).toBeLessThan(2e-6)
    }
  })

  it('agree over several blocks, and when tables change in between', () => {
    const y = noise(400_000)
    const window = Float64Array.from(noise(512, 3))
    const other = Float64Array.from(noise(64, 4))
    const sink: Sink = { kind: 'magnitude' }
    const expected = spectraTwin(framesOf(y, 512, 97), window, sink)
    expect(distance(spectra(framesOf(y, 512, 97), window, sink), expected)).toBeLessThan(1.2e-7)
    expect(distance(spectra(framesOf(y, 64, 97), other, sink), spectraTwin(framesOf(y, 64, 97), other, sink))).toBeLessThan(1.2e-7)
    expect(distance(spectra(framesOf(y, 512, 97), window, sink), expected)).toBeLessThan(1.2e-7)
  })

  it('give no frames for none, and refuse frames beyond memory', () => {
    expect(spectra({ count: 0, stride: 1, read: () => {} }, new Float64Array(4), { kind: 'complex' })).toEqual([
      new Float32Array(0),
      new Float32Array(0),
    ])
    const vast = new Float64Array(2 ** 22 + 2)
    expect(() => spectra({ count: 1, stride: 1, read: () => {} }, vast, { kind: 'power' })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    )
  })
})

describe('dft', () => {
  it('equals the sum it is defined by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer(), (n, seed) => {
        const [x, y] = [Float64Array.from(noise(n, seed)), Float64Array.from(noise(n, seed + 1))]
        const [re, im] = [x.slice(), y.slice()]
        dft(re, im)
        for (let k = 0; k < n; k++) {
          let [a, b] = [0, 0]
          for (let i = 0; i < n; i++) {
            const angle = (-2 * Math.PI * ((k * i) % n)) / n
            a += x[i]! * Math.cos(angle) - y[i]! * Math.sin(angle)
            b += x[i]! * Math.sin(angle) + y[i]! * Math.cos(angle)
          }
          expect(Math.abs(re[k]! - a)).toBeLessThan(1e-12 * n)
          expect(Math.abs(im[k]! - b)).toBeLessThan(1e-12 * n)
        }
      }),
    )
  })
})
