import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { powerToDb } from './decibels.ts'
import { checkMatrix, melspectrogram, type MelspectrogramOptions, type SpectrogramInput } from './melspectrogram.ts'

export interface MfccOptions extends Omit<MelspectrogramOptions, 'norm'> {
  /** Coefficients kept. Default 20; there are never more than mel bands. */
  nMfcc?: number
  /** Type of the discrete cosine transform. Default 2. */
  dctType?: 1 | 2 | 3
  /** `ortho` (default) makes the transform orthonormal, `null` leaves SciPy's plain sums. */
  norm?: 'ortho' | null
  /** Sinusoidal liftering: coefficient k (from 1) is scaled by `1 + lifter / 2 * sin(pi k / lifter)`. Default 0: none. */
  lifter?: number
  /** The mel bank's `norm`. Default `slaney`. */
  melNorm?: 'slaney' | number | null
}

/**
 * Mel-frequency cepstral coefficients, `librosa.feature.mfcc`: float32, [nMfcc, frames]. `{ S }` is a mel spectrogram in decibels.
 * @throws MillraceError as `melspectrogram`, and `INVALID_OPTION`.
 */
export function mfcc(y: Float32Array | SpectrogramInput, options: MfccOptions = {}): Tensor<'float32'> {
  const { nMfcc = 20, dctType = 2, norm = 'ortho', lifter = 0, melNorm = 'slaney', ...mel } = options
  if (!Number.isInteger(nMfcc) || nMfcc < 1) throw new MillraceError('INVALID_OPTION', `nMfcc is a positive integer, not ${nMfcc}`)
  if (!(lifter >= 0)) throw new MillraceError('INVALID_OPTION', `lifter is a number from 0 up, not ${lifter}`)
  const S = y instanceof Float32Array ? powerToDb(melspectrogram(y, { ...mel, norm: melNorm })) : y.S
  const [bands, frames] = checkMatrix(S, 'S')
  const count = Math.min(nMfcc, bands)
  const basis = dctBasis(bands, count, dctType, norm)
  const data = new Float32Array(count * frames)
  const sums = new Float64Array(frames)
  for (let k = 0; k < count; k++) {
    sums.fill(0)
    for (let m = 0; m < bands; m++) {
      const weight = basis[k * bands + m]!
      for (let t = 0; t < frames; t++) sums[t]! += weight * S.data[m * frames + t]!
    }
    const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * (k + 1)) / lifter)
    for (let t = 0; t < frames; t++) data[k * frames + t] = sums[t]! * lift
  }
  return { data, dims: [count, frames], type: 'float32' }
}

const kept = new Map<string, Float64Array>()

/** The first `rows` rows of the DCT matrix of size n, as `scipy.fft.dct` defines its types and norms. */
function dctBasis(n: number, rows: number, type: 1 | 2 | 3, norm: 'ortho' | null): Float64Array {
  const key = [n, rows, type, norm].join(' ')
  let basis = kept.get(key)
  if (basis !== undefined) return basis
  const cell = cells[type]
  if (cell === undefined || (norm !== 'ortho' && norm !== null)) {
    throw new MillraceError('INVALID_OPTION', `dctType is 1, 2 or 3 and norm 'ortho' or null, not ${String(type)} and ${String(norm)}`)
  }
  if (type === 1 && n < 2) throw new MillraceError('INVALID_OPTION', 'dctType 1 needs at least 2 mel bands: use type 2')
  basis = Float64Array.from({ length: rows * n }, (_, i) => cell(Math.floor(i / n), i % n, n, norm === 'ortho'))
  if (kept.size >= 16) kept.clear()
  kept.set(key, basis)
  return basis
}

/** The weight of input i in output k. */
const cells: Record<1 | 2 | 3, (k: number, i: number, n: number, ortho: boolean) => number> = {
  1: (k, i, n, ortho) => {
    const last = n - 1
    const end = (j: number): boolean => j === 0 || j === last
    const cos = Math.cos((Math.PI * ((k * i) % (2 * last))) / last)
    if (!ortho) return end(i) ? cos : 2 * cos
    return Math.sqrt(2 / last) * cos * (end(i) ? Math.SQRT1_2 : 1) * (end(k) ? Math.SQRT1_2 : 1)
  },
  2: (k, i, n, ortho) => 2 * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n)) * (ortho ? Math.sqrt((k === 0 ? 1 : 2) / (4 * n)) : 1),
  3: (k, i, n, ortho) => {
    const cos = Math.cos((Math.PI * (2 * k + 1) * i) / (2 * n))
    return ortho ? cos * Math.sqrt((i === 0 ? 1 : 2) / n) : i === 0 ? 1 : 2 * cos
  },
}
