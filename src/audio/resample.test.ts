import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runStage } from '../kernels/resample.ts'
import { plan, structure } from './resample-plan.ts'
import { resample } from './resample.ts'

const tone = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(i * i * 1e-3) * 0.9)

/** The chain in plain TypeScript, stage after stage over the whole signal. */
function oracle(x: Float32Array, origSr: number, targetSr: number): Float32Array {
  const chain = plan(origSr / targetSr)
  const wanted = Math.floor(x.length / (origSr / targetSr) + 0.5)
  let y: ArrayLike<number> = x
  for (const [i, stage] of chain.entries()) {
    const rest = chain.slice(i + 1)
    // Enough samples for all that later stages read.
    const count = rest.reduceRight((n, s) => {
      if (s.kind === 'clocked') return Math.ceil((n * Number(s.step)) / 2 ** 32) + s.width + 2
      if (s.kind === 'rows') return Math.ceil((n * s.advance) / s.period) + s.width + s.advance + 2
      return (Math.ceil(n / s.up) + s.lead + 2) * s.down
    }, wanted)
    y = runStage(stage, y, count)
  }
  return Float32Array.from(y).subarray(0, wanted)
}

function expectEqual(y: Float32Array, expected: Float32Array): void {
  const error = expected.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (y[i] ?? NaN))), 0)
  expect(error).toBeLessThan(2e-7) // a rounding to float32
  expect(y.subarray(expected.length).every((v) => v === 0)).toBe(true)
}

describe('resample', () => {
  it('has the stages of libsoxr', () => {
    expect(structure(16000 / 22050)).toEqual({
      direction: 'up',
      halvings: 0,
      pre: { up: 2, down: 1 },
      poly: { M: 640, L: 441 },
      post: undefined,
      lift: 1,
    })
    expect(structure(44100 / 22050)).toMatchObject({ pre: { up: 1, down: 2 }, poly: undefined })
    expect(structure(192000 / 22050)).toMatchObject({ halvings: 2, pre: { up: 1, down: 1 }, poly: { M: 320, L: 147 } })
    expect(structure(47999 / 30011)).toMatchObject({ pre: undefined, poly: { L: undefined }, post: { up: 1, down: 2 } })
    expect(structure(8000 / 48000)).toMatchObject({ pre: { up: 3, down: 2 }, poly: undefined, post: { up: 4, down: 1 } })
  })

  it('equals its plain twin for any rates and lengths', () => {
    const rate = fc.oneof(fc.integer({ min: 1000, max: 200_000 }), fc.double({ min: 1000, max: 200_000, noNaN: true }))
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 0, max: 800 }), (origSr, targetSr, n) => {
        fc.pre(origSr !== targetSr && targetSr / origSr < 20)
        const x = tone(n)
        expectEqual(resample(x, { origSr, targetSr }), oracle(x, origSr, targetSr))
      }),
      { seed: 5, numRuns: 100 },
    )
  })

  it.each([
    [16000, 22050],
    [96000, 22050],
    [48000, 16000],
    [22257, 16000],
    [47999, 30011],
  ])('joins its tiles without a seam, %i -> %i', (origSr, targetSr) => {
    const x = tone(120_000)
    expectEqual(resample(x, { origSr, targetSr }), oracle(x, origSr, targetSr))
  })

  it('gives the same bits whatever ran before', () => {
    const x = tone(2000)
    const first = resample(x, { origSr: 16000, targetSr: 22050 })
    for (let targetSr = 8000; targetSr < 8040; targetSr++) resample(x, { origSr: 16000, targetSr })
    resample(new Float32Array(300_000).fill(1e30), { origSr: 48000, targetSr: 16000 })
    expect(resample(x, { origSr: 16000, targetSr: 22050 })).toEqual(first)
  })

  it('gives a copy at equal rates and nothing for nothing', () => {
    const x = tone(10)
    const y = resample(x, { origSr: 8000, targetSr: 8000 })
    expect(y).toEqual(x)
    expect(y.buffer).not.toBe(x.buffer)
    expect(resample(new Float32Array(0), { origSr: 8000, targetSr: 16000 })).toHaveLength(0)
    expect(resample(x, { origSr: 8000, targetSr: 8 })).toEqual(new Float32Array(1))
  })

  it('refuses rates that mean nothing or would not fit', () => {
    const x = tone(10)
    for (const bad of [0, -1, NaN, Infinity]) {
      expect(() => resample(x, { origSr: bad, targetSr: 16000 })).toThrow(expect.objectContaining({ code: 'AUDIO_RATE' }))
      expect(() => resample(x, { origSr: 16000, targetSr: bad })).toThrow(/targetSr must be/)
    }
    expect(() => resample(x, { origSr: 1, targetSr: 4e9 })).toThrow(expect.objectContaining({ code: 'AUDIO_RATE' }))
    expect(() => resample(x, { origSr: 5e-324, targetSr: 1e300 })).toThrow(expect.objectContaining({ code: 'AUDIO_RATE' }))
    expect(() => resample(tone(100_000), { origSr: 1, targetSr: 60_000 })).toThrow(expect.objectContaining({ code: 'AUDIO_TOO_LARGE' }))
    expect(resample(tone(100_000), { origSr: 65_536, targetSr: 1 })).toHaveLength(2)
  })

  it.each([NaN, Infinity, -Infinity])('refuses %d wherever it is', (bad) => {
    for (const [n, at] of [
      [5000, 0],
      [5000, 4999],
      [200_000, 199_999],
      [7, 6],
    ] as const) {
      // prettier-ignore
      const x = tone(n)
      x[at] = bad
      for (const targetSr of [22050, 16000, 1]) {
        expect(() => resample(x, { origSr: 16000, targetSr })).toThrow(`sample ${at} is ${bad}`)
      }
    }
  })
})
