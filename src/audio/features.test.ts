import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import * as audio from './index.ts'

/** Samples of 16 bits. */
const samples = fc
  .array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: 300 })
  .map((values) => Float32Array.from(values, (v) => v / 32768))
const matrix = (data: Float32Array, rows: number): Tensor<'float32'> => ({ data, dims: [rows, data.length / rows], type: 'float32' })

function code(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof MillraceError ? error.code : `not ours: ${String(error)}`
  }
}

describe('laws', () => {
  it('Parseval: a frame and its spectrum have the same energy', () => {
    fc.assert(
      fc.property(samples, (y) => {
        const n = y.length
        const { real, imag } = audio.stft(y, { nFft: n, hopLength: n, window: 'boxcar', center: false })
        let spectrum = 0
        for (let k = 0; k < real.data.length; k++) {
          const twice = k === 0 || 2 * k === n ? 1 : 2
          spectrum += twice * (real.data[k]! ** 2 + imag.data[k]! ** 2)
        }
        const energy = y.reduce((sum, v) => sum + v * v, 0)
        expect(Math.abs(spectrum / n - energy)).toBeLessThanOrEqual(1e-6 * energy)
      }),
    )
  })

  it('the transform is linear', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(-4, -0.5, 2, 16), (y, factor) => {
        const options = { nFft: 24, hopLength: 5 }
        const scaled = audio.stft(
          y.map((v) => v * factor),
          options,
        )
        const plain = audio.stft(y, options)
        expect(scaled.real.data.every((v, i) => v === factor * plain.real.data[i]!)).toBe(true)
        expect(scaled.imag.data.every((v, i) => v === factor * plain.imag.data[i]!)).toBe(true)
      }),
    )
  })

  it('decibels and power undo each other', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 50, min: Math.fround(1e-9), max: 1e6, noNaN: true }), (values) => {
        const back = audio.dbToPower(audio.powerToDb(matrix(values, 1), { topDb: null }))
        back.data.forEach((value, i) => expect(Math.abs(value / values[i]! - 1)).toBeLessThan(1e-5))
      }),
    )
  })

  it('hertz and mel undo each other', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 48_000, noNaN: true }), fc.boolean(), (hz, htk) => {
        expect(audio.melToHz(audio.hzToMel(hz, { htk }), { htk })).toBeCloseTo(hz, 6)
      }),
    )
  })

  it('any hop gives the frames of hop 1', () => {
    const y = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * i))
    const all = audio.spectrogram(y, { nFft: 30, hopLength: 1 })
    for (const hopLength of [3, 29, 30, 31, 150]) {
      const some = audio.spectrogram(y, { nFft: 30, hopLength })
      const [bins, frames] = some.dims as [number, number]
      for (let k = 0; k < bins; k++) {
        for (let t = 0; t < frames; t++) expect(some.data[k * frames + t]).toBe(all.data[k * all.dims[1]! + t * hopLength])
      }
    }
  })
})

describe('float32 precision', () => {
  it('keeps to the accuracy its doc states', () => {
    const y = Float32Array.from({ length: 22050 }, (_, i) => 0.3 * Math.sin(i / 7) + 0.2 * Math.sin(i / 40 + Math.sin(i / 900)))
    const options = { nFft: 1024, hopLength: 512, power: 1, fmin: 20, fmax: 8000 }
    const exact = audio.powerToDb(audio.melspectrogram(y, options), { ref: 'max' }).data
    const single = audio.powerToDb(audio.melspectrogram(y, { ...options, precision: 'float32' }), { ref: 'max' }).data
    let above = 0
    exact.forEach((dB, i) => {
      if (dB > -40) above = Math.max(above, Math.abs(dB - single[i]!))
    })
    expect(above).toBeLessThan(3e-4)
    expect(single).not.toEqual(exact)
  })
})

describe('what is refused', () => {
  const y = new Float32Array(1000).fill(0.1)
  const S = matrix(new Float32Array(20).fill(1), 4)
  it.each<[string, () => unknown]>([
    ['AUDIO_NOT_FINITE', () => audio.stft(Float32Array.of(0, NaN, 0))],
    ['AUDIO_NOT_FINITE', () => audio.melspectrogram(Float32Array.of(0, 0, 0, 0, -Infinity))],
    ['INVALID_AUDIO', () => audio.stft([0, 1] as unknown as Float32Array)],
    ['AUDIO_NOT_FINITE', () => audio.kaldiFbank(new Float32Array(400).fill(NaN))],
    ['AUDIO_NOT_FINITE', () => audio.whisperFeatures(Float32Array.of(NaN))],
    ['TOO_SHORT', () => audio.stft(y, { center: false })],
    ['TOO_SHORT', () => audio.stft(new Float32Array(0), { padMode: 'reflect' })],
    ['TOO_SHORT', () => audio.torchaudioMel(new Float32Array(200))],
    ['TOO_SHORT', () => audio.kaldiFbank(new Float32Array(399))],
    ['TOO_SHORT', () => audio.specshow(matrix(new Float32Array(128), 128))],
    ['TOO_SHORT', () => audio.specshow({ data: new Float32Array(0), dims: [128, 0], type: 'float32' }, { short: 'keep' })],
    ['INVALID_OPTION', () => audio.stft(y, { nFft: 0 })],
    ['INVALID_OPTION', () => audio.stft(y, { hopLength: 1.5 })],
    ['INVALID_OPTION', () => audio.stft(y, { nFft: 256, winLength: 257 })],
    ['INVALID_OPTION', () => audio.stft(y, { padMode: 'mean' as 'edge' })],
    ['INVALID_OPTION', () => audio.stft(y, { precision: 'double' as 'parity' })],
    ['INVALID_WINDOW', () => audio.stft(y, { window: 'han' as 'hann' })],
    ['INVALID_WINDOW', () => audio.stft(y, { nFft: 256, window: new Float64Array(255) })],
    ['INVALID_OPTION', () => audio.melFilter({ nMels: 0 })],
    ['INVALID_OPTION', () => audio.melFilter({ fmin: 9000, fmax: 8000 })],
    ['INVALID_OPTION', () => audio.melFilter({ norm: 'area' as 'slaney' })],
    ['INVALID_OPTION', () => audio.powerToDb(S, { amin: 0 })],
    ['INVALID_OPTION', () => audio.amplitudeToDb(S, { amin: -1 })],
    ['INVALID_OPTION', () => audio.powerToDb(S, { topDb: -1 })],
    ['NOT_FINITE', () => audio.powerToDb(matrix(Float32Array.of(1, 2, NaN, 4), 1))],
    ['NOT_FINITE', () => audio.powerToDb(S, { ref: () => NaN })],
    ['EMPTY', () => audio.powerToDb(matrix(new Float32Array(0), 1))],
    ['INVALID_OPTION', () => audio.mfcc(y, { lifter: -1 })],
    ['INVALID_OPTION', () => audio.mfcc(y, { dctType: 4 as 3 })],
    ['INVALID_SHAPE', () => audio.mfcc({ S: { ...S, dims: [5, 5] } })],
    ['INVALID_SHAPE', () => audio.specshow({ ...S, dims: [20] })],
    ['NOT_FINITE', () => audio.specshow(matrix(Float32Array.of(1, 2, NaN, 4), 2))],
    ['INVALID_OPTION', () => audio.specshow(S, { size: 0 })],
    ['INVALID_OPTION', () => audio.specshow(S, { cmap: 'jet' as 'gray' })],
    ['INVALID_OPTION', () => audio.specshow(S, { vmin: 2, vmax: 1 })],
    ['INVALID_OPTION', () => audio.specshow(S, { fmin: 20_000 })],
  ])('%s %s', (expected, run) => {
    expect(code(run)).toBe(expected)
  })

  it("and what is not: a window of one's own, any window that fits, `wrap`", () => {
    const own = Float64Array.from({ length: 16 }, (_, i) => i)
    expect(audio.stft(y, { nFft: 16, window: own }).real.data[0]).toBeCloseTo(0.1 * (8 + 9 + 10 + 11 + 12 + 13 + 14 + 15), 5)
    own.fill(1)
    expect(audio.stft(y, { nFft: 16, window: own }).real.data[0]).toBeCloseTo(0.8, 6)
    const ramp = Float32Array.of(1, 2, 3, 4)
    const { real } = audio.stft(ramp, { nFft: 4, hopLength: 4, window: 'boxcar', padMode: 'wrap' })
    expect([...real.data.subarray(0, 2)]).toEqual([10, 10])
  })
})
