import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { type Bands, weigh } from '../kernels/stft.ts'
import { keepBands, melFilter, type MelOptions, sparse } from './mel.ts'
import { spectrogram, type StftOptions, transform } from './stft.ts'

/** A spectrogram instead of a signal: float32, [1 + nFft / 2, frames], already to the power wanted. */
export interface SpectrogramInput {
  S: Tensor<'float32'>
}

export interface MelspectrogramOptions extends StftOptions, MelOptions {
  /** 1 for magnitude, 2 (default) for power. */
  power?: number
}

/**
 * The mel spectrogram, `librosa.feature.melspectrogram`: float32, [nMels, frames]. Differs from librosa's by at most 1e-6 of the
 * largest value (it sums in float32, here float64).
 * @throws MillraceError as `stft` and `melFilter`.
 */
export function melspectrogram(y: Float32Array | SpectrogramInput, options: MelspectrogramOptions = {}): Tensor<'float32'> {
  const { power = 2, nFft = 2048 } = options
  if (!(y instanceof Float32Array) && 'S' in y) {
    const bins = checkMatrix(y.S, 'S')[0]
    return applyBands(y.S, bank(options, Math.floor(nFft / 2) + 1 === bins ? nFft : 2 * (bins - 1)))
  }
  const bands = bank(options, nFft)
  if (power !== 1 && power !== 2) return applyBands(spectrogram(y, options), bands)
  const { parts, dims } = transform(y, options, { kind: power === 2 ? 'power' : 'magnitude', bands })
  return { data: parts[0]!, dims, type: 'float32' }
}

function bank({ sr = 22050, nMels = 128, fmin = 0, fmax = sr / 2, htk = false, norm = 'slaney' }: MelOptions, nFft: number): Bands {
  // String(norm): JSON has no Infinity.
  return keepBands([sr, nFft, nMels, fmin, fmax, htk, String(norm)], () => sparse(melFilter({ sr, nFft, nMels, fmin, fmax, htk, norm })))
}

/** A filter bank over the columns of a spectrogram. */
export function applyBands(S: Tensor<'float32'>, bands: Bands): Tensor<'float32'> {
  const frames = S.dims[1]!
  const data = new Float32Array(bands.count * frames)
  for (let t = 0; t < frames; t++) {
    weigh(
      bands,
      (bin) => S.data[bin * frames + t]!,
      (band, sum) => {
        data[band * frames + t] = sum
      },
    )
  }
  return { data, dims: [bands.count, frames], type: 'float32' }
}

/** The two dimensions of a matrix whose data have the length they promise. */
export function checkMatrix(matrix: Tensor, name: string): [rows: number, columns: number] {
  const [rows = 0, columns = 0, ...more] = matrix.dims
  if (more.length === 0 && matrix.dims.length === 2 && matrix.data.length === rows * columns) return [rows, columns]
  throw new MillraceError(
    'INVALID_SHAPE',
    `${name} is a matrix [rows, columns], not ${matrix.data.length} values of shape [${matrix.dims.join(', ')}]`,
  )
}
