import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { hzToMel, keepBands, melToHz, sparse } from './mel.ts'
import { applyBands } from './melspectrogram.ts'
import { spectrogram, type StftOptions, transform } from './stft.ts'

/** `torchaudio.transforms.MelSpectrogram`'s options and defaults, its names in camelCase. */
export interface TorchaudioMelOptions {
  /** Default 16000. */
  sampleRate?: number
  /** Default 400. */
  nFft?: number
  /** Default `nFft`. */
  winLength?: number
  /** Default half of `winLength`. */
  hopLength?: number
  /** Default 0. */
  fMin?: number
  /** Default half of `sampleRate`. */
  fMax?: number
  /** Default 128. */
  nMels?: number
  /** Default 2. */
  power?: number
  /** Default `null`: triangles of height 1. */
  norm?: 'slaney' | null
  /** Default `htk`. */
  melScale?: 'htk' | 'slaney'
  /** Default true. */
  center?: boolean
  /** Default `reflect`. */
  padMode?: 'reflect' | 'constant'
  precision?: StftOptions['precision']
}

/**
 * The mel spectrogram as `torchaudio.transforms.MelSpectrogram` has it: float32, [nMels, frames], within 1e-6 of the largest value.
 * The filters are computed in float32 as there, because rounding moves the feet of narrow triangles.
 * @throws MillraceError as `stft`; `TOO_SHORT` when the signal is not longer than the reflection, as in torch.
 */
export function torchaudioMel(y: Float32Array, options: TorchaudioMelOptions = {}): Tensor<'float32'> {
  const { sampleRate = 16000, nFft = 400, winLength = nFft, fMin = 0, fMax = Math.floor(sampleRate / 2), nMels = 128, power = 2 } = options
  const { norm = null, melScale = 'htk', center = true, padMode = 'reflect', precision = 'parity' } = options
  const { hopLength = Math.floor(winLength / 2) } = options
  if (center && padMode === 'reflect' && y.length <= Math.floor(nFft / 2)) {
    throw new MillraceError(
      'TOO_SHORT',
      `Reflection needs more than nFft / 2 = ${Math.floor(nFft / 2)} samples, not ${y.length}: pad the clip`,
    )
  }
  if (!(sampleRate > 0 && fMin >= 0 && fMin < fMax && Number.isInteger(nMels) && nMels > 0)) {
    throw new MillraceError(
      'INVALID_OPTION',
      `sampleRate > 0, 0 <= fMin < fMax, nMels > 0 are needed, not ${sampleRate}, ${fMin}, ${fMax}, ${nMels}`,
    )
  }
  const bands = keepBands(['torchaudio', sampleRate, nFft, fMin, fMax, nMels, norm, melScale], () =>
    sparse(melscaleFbanks(Math.floor(nFft / 2) + 1, fMin, fMax, nMels, sampleRate, norm, melScale)),
  )
  const frames: StftOptions = { nFft, winLength, hopLength, center, padMode, precision }
  if (power !== 1 && power !== 2) return applyBands(spectrogram(y, { ...frames, power }), bands)
  const { parts, dims } = transform(y, frames, { kind: power === 2 ? 'power' : 'magnitude', bands })
  return { data: parts[0]!, dims, type: 'float32' }
}

const f = Math.fround

/** `torchaudio.functional.melscale_fbanks`, transposed, rounded to float32 at every step as there. */
function melscaleFbanks(
  bins: number,
  fMin: number,
  fMax: number,
  nMels: number,
  sampleRate: number,
  norm: 'slaney' | null,
  melScale: 'htk' | 'slaney',
): Tensor<'float32'> {
  const htk = melScale === 'htk'
  const frequencies = linspace(0, Math.floor(sampleRate / 2), bins)
  const points = linspace(hzToMel(fMin, { htk }), hzToMel(fMax, { htk }), nMels + 2).map((mel) =>
    htk ? 700 * f(f(10 ** f(mel / 2595)) - 1) : melToHz(mel),
  )
  const data = new Float32Array(nMels * bins)
  for (let m = 0; m < nMels; m++) {
    const [low, centre, high] = points.subarray(m, m + 3) as unknown as [number, number, number]
    for (let k = 0; k < bins; k++) {
      const rising = f(f(frequencies[k]! - low) / f(centre - low))
      const falling = f(f(high - frequencies[k]!) / f(high - centre))
      const area = norm === 'slaney' ? f(2 / f(high - low)) : 1
      data[m * bins + k] = Math.max(0, Math.min(rising, falling)) * area
    }
  }
  return { data, dims: [nMels, bins], type: 'float32' }
}

/** `torch.linspace` in float32: from both ends towards the middle. */
function linspace(start: number, end: number, count: number): Float32Array {
  const step = f(f(f(end) - f(start)) / (count - 1))
  return Float32Array.from({ length: count }, (_, i) => (i < count / 2 ? f(start) + f(step * i) : f(end) - f(step * (count - 1 - i))))
}
