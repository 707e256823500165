import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import type { Bands } from '../kernels/stft.ts'

// Slaney's scale (Auditory Toolbox): 3 mel for 200 Hz up to 1000 Hz, then 27 mel for a factor of 6.4.
const HZ_PER_MEL = 200 / 3
const LOG_FROM_HZ = 1000
const LOG_FROM_MEL = LOG_FROM_HZ / HZ_PER_MEL
const LOG_STEP = Math.log(6.4) / 27

/** `librosa.hz_to_mel`: Slaney's scale, or with `htk` O'Shaughnessy's 2595 log10(1 + f / 700). */
export function hzToMel(hz: number, options: { htk?: boolean } = {}): number {
  if (options.htk) return 2595 * Math.log10(1 + hz / 700)
  return hz >= LOG_FROM_HZ ? LOG_FROM_MEL + Math.log(hz / LOG_FROM_HZ) / LOG_STEP : hz / HZ_PER_MEL
}

/** `librosa.mel_to_hz`, the inverse of `hzToMel`. */
export function melToHz(mel: number, options: { htk?: boolean } = {}): number {
  if (options.htk) return 700 * (10 ** (mel / 2595) - 1)
  return mel >= LOG_FROM_MEL ? LOG_FROM_HZ * Math.exp(LOG_STEP * (mel - LOG_FROM_MEL)) : HZ_PER_MEL * mel
}

/** `librosa.mel_frequencies`: `nMels` frequencies in Hz, evenly spaced on the mel scale from `fmin` to `fmax`. */
export function melFrequencies(nMels = 128, options: { fmin?: number; fmax?: number; htk?: boolean } = {}): Float64Array {
  const { fmin = 0, fmax = 11025 } = options
  const low = hzToMel(fmin, options)
  const high = hzToMel(fmax, options)
  const step = (high - low) / (nMels - 1)
  return Float64Array.from({ length: nMels }, (_, i) => melToHz(i === 0 ? low : i === nMels - 1 ? high : i * step + low, options))
}

/** `librosa.fft_frequencies`: the frequencies in Hz of the bins 0 to nFft / 2. Defaults: 22050 Hz, 2048. */
export function fftFrequencies(options: { sr?: number; nFft?: number } = {}): Float64Array {
  const { sr = 22050, nFft = 2048 } = options
  const step = 1 / (nFft * (1 / sr))
  return Float64Array.from({ length: 1 + Math.floor(nFft / 2) }, (_, k) => k * step)
}

/** The mel filter bank: librosa's names and defaults. */
export interface MelOptions {
  /** Samples a second. Default 22050. */
  sr?: number
  /** Default 128. */
  nMels?: number
  /** Lowest frequency in Hz. Default 0. */
  fmin?: number
  /** Highest frequency in Hz. Default `sr / 2`. */
  fmax?: number
  /** HTK's mel scale instead of Slaney's. */
  htk?: boolean
  /** `slaney` (default) gives every band the same area, a number makes the bands' p-norm 1, `null` leaves triangles of height 1. */
  norm?: 'slaney' | number | null
}

/**
 * `librosa.filters.mel`: the triangles as a float32 matrix [nMels, 1 + nFft / 2]. Bands narrower than a bin may be empty; librosa
 * warns of them, here they can be seen in the matrix.
 * @throws MillraceError `INVALID_OPTION`.
 */
export function melFilter(options: MelOptions & { nFft?: number } = {}): Tensor<'float32'> {
  const { sr = 22050, nFft = 2048, nMels = 128, fmin = 0, fmax = sr / 2, norm = 'slaney' } = options
  check({ sr, nMels, fmin, fmax, norm })
  const bins = fftFrequencies({ sr, nFft })
  const centres = melFrequencies(nMels + 2, { ...options, fmin, fmax })
  const data = new Float32Array(nMels * bins.length)
  for (let m = 0; m < nMels; m++) {
    const [low, centre, high] = centres.subarray(m, m + 3) as unknown as [number, number, number]
    const band = data.subarray(m * bins.length, (m + 1) * bins.length)
    for (let k = 0; k < bins.length; k++) {
      band[k] = Math.max(0, Math.min((bins[k]! - low) / (centre - low), (high - bins[k]!) / (high - centre)))
    }
    if (norm === 'slaney') for (let k = 0; k < bins.length; k++) band[k]! *= 2 / (high - low)
    else if (norm !== null) normalize(band, norm)
  }
  return { data, dims: [nMels, bins.length], type: 'float32' }
}

function check({ sr, nMels, fmin, fmax, norm }: Required<Omit<MelOptions, 'htk'>>): void {
  const fail = (rule: string): never => {
    throw new MillraceError('INVALID_OPTION', rule)
  }
  if (!(sr > 0 && Number.isFinite(sr))) fail(`sr is a positive number of Hz, not ${sr}`)
  if (!Number.isInteger(nMels) || nMels < 1) fail(`nMels is a positive integer, not ${nMels}`)
  if (!(fmin >= 0 && fmin < fmax && Number.isFinite(fmax))) fail(`0 <= fmin < fmax is needed, not fmin ${fmin} and fmax ${fmax}`)
  if (typeof norm === 'string' ? norm !== 'slaney' : norm !== null && !(norm > 0)) {
    fail(`norm is 'slaney', a positive number or null, not ${JSON.stringify(norm)}`)
  }
}

/** `librosa.util.normalize` for non-negative values: a vector whose norm is next to nothing stays as it is. */
function normalize(band: Float32Array, p: number): void {
  const size = p === Infinity ? band.reduce((a, b) => Math.max(a, b), 0) : band.reduce((sum, v) => sum + v ** p, 0) ** (1 / p)
  if (size >= 1.1754943508222875e-38) for (let k = 0; k < band.length; k++) band[k]! /= size
}

/** A filter matrix [bands, bins] without its zeros at either end of a row. */
export function sparse(matrix: Tensor<'float32'> | Tensor<'float64'>): Bands {
  const [count, bins] = matrix.dims as [number, number]
  const edges = new Int32Array(2 * count)
  const weights: number[] = []
  for (let m = 0; m < count; m++) {
    const band = matrix.data.subarray(m * bins, (m + 1) * bins)
    const first = band.findIndex((w) => w !== 0)
    if (first < 0) continue
    const length = band.findLastIndex((w) => w !== 0) + 1 - first
    edges.set([first, length], 2 * m)
    for (let k = 0; k < length; k++) weights.push(band[first + k]!)
  }
  return { count, edges, weights: Float64Array.from(weights) }
}

const kept = new Map<string, Bands>()

/** What `make` returns, made once for each key. The kernel recognises a bank by its identity. */
export function keepBands(key: unknown, make: () => Bands): Bands {
  const name = JSON.stringify(key)
  let bands = kept.get(name)
  if (bands === undefined) {
    if (kept.size >= 32) kept.clear()
    kept.set(name, (bands = make()))
  }
  return bands
}
