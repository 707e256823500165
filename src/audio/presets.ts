import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { powerToDb } from './decibels.ts'
import { kaldiFbank } from './kaldi.ts'
import { melspectrogram } from './melspectrogram.ts'
import { validAudio } from './stft.ts'

export interface WhisperOptions {
  /** 80 (default), or 128 for large-v3. */
  nMels?: number
  /** Seconds the clip is padded or cut to. Default 30. */
  chunkLength?: number
}

/**
 * Whisper's input features, as Hugging Face's `WhisperFeatureExtractor`: `y` at 16 kHz, padded with zeros or cut to 30 s, 25 ms
 * frames every 10 ms mirrored at the ends, the last frame dropped, log10 of Slaney mels within 8 of the largest, `(x + 4) / 4`.
 * Float32, [nMels, 3000], within 1e-4.
 * @throws MillraceError `INVALID_AUDIO`, `AUDIO_NOT_FINITE`, `INVALID_OPTION`.
 */
export function whisperFeatures(y: Float32Array, options: WhisperOptions = {}): Tensor<'float32'> {
  const { nMels = 80, chunkLength = 30 } = options
  if (!(chunkLength > 0.1)) throw new MillraceError('INVALID_OPTION', `chunkLength is a number of seconds above 0.1, not ${chunkLength}`)
  validAudio(y)
  const clip = new Float32Array(Math.round(chunkLength * 16000))
  clip.set(y.subarray(0, clip.length))
  const S = melspectrogram(clip, { sr: 16000, nFft: 400, hopLength: 160, padMode: 'reflect', nMels, fmax: 8000 })
  const all = S.dims[1]!
  const frames = all - 1
  const kept = new Float32Array(nMels * frames)
  for (let m = 0; m < nMels; m++) kept.set(S.data.subarray(m * all, m * all + frames), m * frames)
  const { data } = powerToDb({ data: kept, dims: [nMels, frames], type: 'float32' })
  return { data: data.map((db) => (db / 10 + 4) / 4), dims: [nMels, frames], type: 'float32' }
}

export interface AstOptions {
  /** Frames the clip is padded (with zeros) or cut to. Default 1024. */
  maxLength?: number
  /** Default 128. */
  numMelBins?: number
  /** The mean and the standard deviation of the training set (AudioSet's by default); features become `(x - mean) / (2 std)`. */
  mean?: number
  std?: number
  doNormalize?: boolean
}

/**
 * The Audio Spectrogram Transformer's input, as Hugging Face's `ASTFeatureExtractor`: Kaldi's filter banks of `y` at 16 kHz under
 * a Hann window, padded or cut, normalised. Float32, [maxLength, numMelBins].
 * @throws MillraceError as `kaldiFbank`.
 */
export function astFeatures(y: Float32Array, options: AstOptions = {}): Tensor<'float32'> {
  const { maxLength = 1024, numMelBins = 128, mean = -4.2677393, std = 4.5689974, doNormalize = true } = options
  const fbank = kaldiFbank(y, { windowType: 'hanning', numMelBins })
  const data = new Float32Array(maxLength * numMelBins)
  data.set(fbank.data.subarray(0, data.length))
  if (doNormalize) for (let i = 0; i < data.length; i++) data[i] = (data[i]! - mean) / (std * 2)
  return { data, dims: [maxLength, numMelBins], type: 'float32' }
}
