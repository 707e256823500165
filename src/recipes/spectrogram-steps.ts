import {
  astFeatures,
  encodeNpy,
  type KaldiFbankOptions,
  kaldiFbank,
  load,
  melspectrogram,
  powerToDb,
  resample,
  type Sound,
  specshow,
  type SpecshowOptions,
  torchaudioMel,
  type TorchaudioMelOptions,
  whisperFeatures,
} from '../audio/index.ts'
import { encodePng } from '../image/index.ts'
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import type { AudioOptions, Preset, SpectrogramSettings } from './spectrogram-settings.ts'

type Matrix = Tensor<'float32'>

/** What becomes of a sound, step by step. */
export interface Steps {
  /** Reads and decodes a file (or its bytes) at its own rate. */
  decode(file: string | Uint8Array): Promise<Sound>
  /** To the rate of the settings. */
  resample(sound: Sound): Sound
  /** The preset's features; `sr` is the rate of `y`. */
  mel(y: Float32Array, sr: number): Matrix
  /** What is kept or drawn of the features: decibels, or the same where they are logarithms (or wanted as they are). */
  levels(features: Matrix): Matrix
  /** Only for the format png. */
  draw(levels: Matrix, sr: number): Image
  encode(result: Matrix | Image): Uint8Array
}

const CHANNELS = { palette: 1, rgb: 3, rgba: 4 } as const

export function stepsOf(settings: SpectrogramSettings): Steps {
  const { preset, format, png, size, cmap, short, audio } = settings
  const { ref = 'max', amin, topDb } = audio
  const logarithms = preset === 'kaldi' || preset === 'whisper' || preset === 'ast'
  const asTheyAre = logarithms || (preset === 'torchaudio' && format === 'npy')
  const picture: SpecshowOptions = { size, cmap, short, channels: CHANNELS[png] }
  return {
    decode: (file) => load(file, { sr: null }),
    resample: ({ y, sr: origSr }) => {
      const sr = settings.sr ?? origSr
      return { y: sr === origSr ? y : resample(y, { origSr, targetSr: sr }), sr }
    },
    mel: (y, sr) => features[preset](y, sr, audio),
    levels: asTheyAre ? (matrix) => matrix : (matrix) => powerToDb(matrix, given({ ref, amin, topDb })),
    draw: (levels, sr) =>
      logarithms
        ? specshow(preset === 'whisper' ? levels : transposed(levels), { ...picture, xAxis: null, yAxis: null })
        : specshow(levels, { ...picture, ...axes(preset, audio, sr) }),
    encode: (result) => ('dims' in result ? encodeNpy(result) : encodePng(result)),
  }
}

const features: Record<Preset, (y: Float32Array, sr: number, audio: AudioOptions) => Matrix> = {
  story: (y, sr, audio) => melspectrogram(y, { ...audio, sr }),
  librosa: (y, sr, audio) => melspectrogram(y, { ...audio, sr }),
  torchaudio: (y, sr, audio) => torchaudioMel(y, torchaudioOptions(audio, sr)),
  kaldi: (y, sr, audio) => kaldiFbank(y, kaldiOptions(audio, sr)),
  whisper: (y, _, { nMels }) => whisperFeatures(y, given({ nMels })),
  ast: (y, _, { nMels }) => astFeatures(y, given({ numMelBins: nMels })),
}

/** What specshow is told of the data. In the story's code it is told nothing and believes its own defaults. */
function axes(preset: Preset, { hopLength, fmin, fmax, htk }: AudioOptions, sr: number): SpecshowOptions {
  return preset === 'story' ? {} : given({ sr, hopLength, fmin, fmax, htk: htk ?? preset === 'torchaudio' })
}

/**
 * Tries the settings on a short clip, so that a wrong one is told before the first file.
 * @throws MillraceError as the audio functions throw for their options.
 */
export function trySettings(settings: SpectrogramSettings): void {
  const sr = settings.sr ?? 22050
  const y = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * i * 1e-3))
  try {
    const steps = stepsOf(settings)
    const levels = steps.levels(steps.mel(y, sr))
    if (settings.format === 'png') steps.draw(levels, sr)
  } catch (error) {
    // Other errors are about the clip, which may be too short for a long frame.
    if (error instanceof MillraceError && /^(INVALID_OPTION|INVALID_WINDOW|TOO_LARGE)$/.test(error.code)) throw error
  }
}

function torchaudioOptions(mel: AudioOptions, sr: number): TorchaudioMelOptions {
  const { nFft, hopLength, winLength, center, padMode, precision, nMels, fmin, fmax, power, htk, norm } = mel
  if (padMode !== undefined && padMode !== 'reflect' && padMode !== 'constant') {
    throw new MillraceError('INVALID_OPTION', `preset torchaudio takes the padMode reflect or constant, not ${padMode}`)
  }
  if (typeof norm === 'number') throw new MillraceError('INVALID_OPTION', `preset torchaudio takes the norm slaney or none, not ${norm}`)
  const melScale = htk === undefined ? undefined : htk ? ('htk' as const) : ('slaney' as const)
  const same = { nFft, hopLength, winLength, center, padMode, precision, nMels, power, norm }
  return given({ ...same, sampleRate: sr, fMin: fmin, fMax: fmax, melScale })
}

/** Kaldi's windows under SciPy's names too. */
const kaldiWindows = { hann: 'hanning', boxcar: 'rectangular' } as const

function kaldiOptions({ nMels, fmin, fmax, window }: AudioOptions, sr: number): KaldiFbankOptions {
  const known = kaldiWindows as Record<string, KaldiFbankOptions['windowType']>
  const windowType = typeof window === 'string' ? (known[window] ?? (window as KaldiFbankOptions['windowType'])) : undefined
  return given({ sampleFrequency: sr, numMelBins: nMels, lowFreq: fmin, highFreq: fmax, windowType })
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The options that have a value: an absent one has its default, also where `undefined` would not. */
function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
}

function transposed({ data, dims }: Matrix): Matrix {
  const [rows, columns] = dims as [number, number]
  const out = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!
  return { data: out, dims: [columns, rows], type: 'float32' }
}
