import type { ColormapName, DecibelOptions, MelspectrogramOptions } from '../audio/index.ts'
import { MillraceError } from '../core/errors.ts'

export type Preset = 'story' | 'librosa' | 'torchaudio' | 'kaldi' | 'whisper' | 'ast'

/** librosa's names, for the presets of others too. */
export interface AudioOptions extends Omit<MelspectrogramOptions, 'sr'>, DecibelOptions {}

export interface SpectrogramOptions extends AudioOptions {
  /** Which defaults, and whose conventions; see `presets`. Default `story`. */
  preset?: Preset
  /** Sampling rate sounds are brought to, Hz; null keeps each file's own. Default: the preset's. */
  sr?: number | null
  /** A picture, or the numbers for NumPy. Default: the preset's. */
  format?: 'png' | 'npy'
  /** How a picture is stored. Default `rgb`, since a palette surprises readers that expect three channels. */
  png?: 'rgb' | 'palette' | 'rgba'
  /** Pixels: one number for a square, or [height, width]. Default 224. */
  size?: number | readonly [height: number, width: number]
  /** Default `auto`, librosa's rule. */
  cmap?: 'auto' | ColormapName
  /** A clip of fewer than 2 frames fails (default), or with `keep` becomes the blank picture that matplotlib makes of it. */
  short?: 'error' | 'keep'
}

/** Everything about a run but its files, as plain data: what `resolveSettings` makes of the options. */
export interface SpectrogramSettings {
  preset: Preset
  sr: number | null
  format: 'png' | 'npy'
  png: 'rgb' | 'palette' | 'rgba'
  size: readonly [height: number, width: number]
  cmap: 'auto' | ColormapName
  short: 'error' | 'keep'
  audio: AudioOptions
}

interface PresetParts {
  sr: number
  format: 'png' | 'npy'
  audio: AudioOptions
  /** The options of `AudioOptions`, and `sr`, that may be changed. */
  takes: readonly (keyof AudioOptions | 'sr')[]
}

const frames = ['sr', 'nFft', 'hopLength', 'winLength', 'center', 'padMode', 'precision'] as const
const mel = ['nMels', 'fmin', 'fmax', 'power', 'htk', 'norm'] as const
const all = [...frames, 'window', ...mel, 'ref', 'amin', 'topDb'] as const

/** What each preset sets beside its library's own defaults. */
export const presets: Record<Preset, PresetParts> = {
  story: {
    sr: 22050,
    format: 'png',
    audio: { nFft: 1024, hopLength: 512, nMels: 128, power: 1, fmin: 20, fmax: 8000, ref: 'max' },
    takes: all,
  },
  librosa: { sr: 22050, format: 'png', audio: { ref: 'max' }, takes: all },
  torchaudio: { sr: 16000, format: 'npy', audio: {}, takes: [...frames, ...mel] },
  kaldi: { sr: 16000, format: 'npy', audio: {}, takes: ['sr', 'nMels', 'fmin', 'fmax', 'window'] },
  whisper: { sr: 16000, format: 'npy', audio: {}, takes: ['nMels'] },
  ast: { sr: 16000, format: 'npy', audio: {}, takes: ['nMels'] },
}

const choices = {
  format: ['png', 'npy'],
  png: ['rgb', 'palette', 'rgba'],
  short: ['error', 'keep'],
} as const

/**
 * Fills in the preset's defaults.
 * @throws MillraceError `BAD_OPTION` for an option that does not exist, that the preset does not take, or that is none of its choices.
 */
export function resolveSettings(options: SpectrogramOptions = {}): SpectrogramSettings {
  const { preset = 'story', sr, format, png = 'rgb', size = 224, cmap = 'auto', short = 'error', ...rest } = options
  const parts = oneOf('preset', preset, Object.keys(presets) as Preset[]) && presets[preset]
  const audio = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as AudioOptions
  for (const name of [...Object.keys(audio), ...(sr === undefined ? [] : ['sr'])]) {
    if ((parts.takes as readonly string[]).includes(name)) continue
    throw new MillraceError('BAD_OPTION', `preset ${preset} does not take ${name}; it takes ${parts.takes.join(', ')}.`)
  }
  if (sr !== undefined && sr !== null && !(Number.isFinite(sr) && sr > 0)) {
    throw new MillraceError('BAD_OPTION', `sr is a positive number of Hz, or null to keep each file's own rate, not ${sr}.`)
  }
  const [height, width] = typeof size === 'number' ? [size, size] : size
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side >= 1 && side <= 65_536) continue
    throw new MillraceError('BAD_OPTION', `size is a number of pixels from 1 to 65,536 or [height, width], not ${JSON.stringify(size)}.`)
  }
  return {
    preset,
    sr: sr === undefined ? parts.sr : sr,
    format: oneOf('format', format ?? parts.format, choices.format),
    png: oneOf('png', png, choices.png),
    size: [height, width],
    cmap,
    short: oneOf('short', short, choices.short),
    audio: { ...parts.audio, ...audio },
  }
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value
  throw new MillraceError('BAD_OPTION', `${name} is ${known.join(', ')}, not ${JSON.stringify(value)}.`)
}
