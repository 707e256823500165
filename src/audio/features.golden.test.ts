import { describe, expect, it } from 'vitest'
import { goldenFloats, goldenJson } from '../../golden/read.ts'
import type { Tensor } from '../core/tensor.ts'
import * as audio from './index.ts'

interface Case {
  name: string
  function: string
  signal: string
  dims: number[]
  options: Record<string, unknown>
}

type Features = Tensor | { real: Tensor; imag: Tensor }
type Run = (y: Float32Array, options: any) => Features

/** The power spectrogram that several cases begin with. */
function voicePower(y: Float32Array): Tensor<'float32'> {
  return audio.spectrogram(y, { nFft: 512, hopLength: 1024, power: 2 })
}

const runs: Record<string, Run> = {
  stft: (y, options) => audio.stft(y, options),
  melspectrogram: (y, options) => audio.melspectrogram(y, options),
  decibels: (y, options) => audio.powerToDb(audio.melspectrogram(y, options), { ref: 'max' }),
  melspectrogram_S: (y, options) => audio.melspectrogram({ S: voicePower(y) }, options),
  power_to_db: (y, options) => audio.powerToDb(voicePower(y), options),
  amplitude_to_db: (y, options) => {
    const S = voicePower(y)
    return audio.amplitudeToDb({ ...S, data: S.data.map((v) => v - 0.5) }, options)
  },
  db_to_power: (y, options) => audio.dbToPower(audio.powerToDb(voicePower(y)), options),
  db_to_amplitude: (y, options) => audio.dbToAmplitude(audio.powerToDb(voicePower(y)), options),
  mfcc: (y, options) => audio.mfcc(y, options),
  mel: (_y, options) => audio.melFilter(options),
  window: (_y, { window, n, fftbins }) => {
    const data = audio.getWindow(window, n, { fftbins })
    return { data, dims: [n], type: 'float64' }
  },
  torchaudio: (y, options) => audio.torchaudioMel(y, options),
  kaldi: (y, options) => audio.kaldiFbank(y, options),
  whisper: (y, { featureSize }) => audio.whisperFeatures(y, featureSize === undefined ? {} : { nMels: featureSize }),
  ast: (y, options) => audio.astFeatures(y, options),
}

/** The largest difference allowed: in units of the result, or as a part of its largest value. */
function tolerance({ function: name, options }: Case): { absolute?: number; ofMax?: number } {
  if (name === 'decibels' || name.endsWith('_to_db')) return { absolute: 1e-4 }
  if (name === 'whisper') return { absolute: 1e-4 }
  if (name === 'ast') return { absolute: 1e-3 / (2 * 4.5689974) }
  // The filters of torchaudio's fbank hang on the last bit of its float32 logarithm, which differs between builds of torch.
  if (name === 'kaldi') return options['use_log_fbank'] === false ? { ofMax: 1e-5 } : { absolute: 1e-3 }
  return { ofMax: 1e-6 }
}

/** librosa's names to ours: `hop_length` becomes `hopLength`. JSON has no infinity. */
function ours(options: Record<string, unknown>): Record<string, unknown> {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value === 'inf' ? Infinity : value]))
}

/** Integers and a division by a power of two, as in make.py. */
function chirp(n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => (Number((BigInt(i) * BigInt(i) * 7n + BigInt(i) * 31n) % 65536n) - 32768) / 32768)
}

/** Logarithms more than 60 dB below the largest are rounding noise of the reference's own float32 transform. */
function audible(test: Case, expected: Float32Array): (i: number) => boolean {
  if (test.function !== 'kaldi' || test.options['use_log_fbank'] === false) return () => true
  const floor = Math.max(...expected) - 6 * Math.LN10
  return (i) => expected[i]! > floor
}

const worst = new Map<string, number>()

describe('features equal those of librosa, torchaudio and Hugging Face', () => {
  it.each(goldenJson<Case[]>('features/cases.json'))('$name $function of $signal, $options', (test) => {
    const y = test.signal === 'chirp30s' ? chirp(661500) : goldenFloats(`features/${test.signal}.f32.z`)
    const expected = goldenFloats(`features/${test.name}.f32.z`)
    const result = runs[test.function]!(y, ours(test.options))
    const parts = 'real' in result ? [result.real, result.imag] : [result]
    const counts = audible(test, expected)
    let [difference, largest] = [0, 0]
    parts.forEach((part, offset) => {
      expect(part.dims).toEqual(test.dims)
      expect(part.data.length * parts.length).toBe(expected.length)
      part.data.forEach((value, i) => {
        const wanted = expected[parts.length * i + offset]!
        if (!counts(i)) return
        const distance = Math.abs(Number(value) - wanted)
        difference = Number.isNaN(distance) ? Infinity : Math.max(difference, distance)
        largest = Math.max(largest, Math.abs(wanted))
      })
    })
    const { absolute, ofMax } = tolerance(test)
    const bound = absolute ?? ofMax! * largest
    worst.set(test.function, Math.max(worst.get(test.function) ?? 0, absolute === undefined ? difference / (largest || 1) : difference))
    expect(difference).toBeLessThanOrEqual(bound)
  })

  it('prints the worst differences when asked', () => {
    if (process.env['PARITY'] !== undefined) console.log(Object.fromEntries(worst))
    expect(worst.size).toBe(Object.keys(runs).length)
  })
})
