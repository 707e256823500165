import { MillraceError } from '../core/errors.ts'
import { audioFormat, decodeCompressed, unknownFormat } from './decode.ts'
import { openFile } from './file-source.ts'
import { requireFinite } from './finite.ts'
import { resample } from './resample.ts'
import { readWavHeader, type WavSource } from './wav-header.ts'
import { meanOfPlanar, planar, samplesToFloat, samplesToMono } from './wav-samples.ts'
import { fromBytes, readFrames } from './wav.ts'

export interface LoadOptions {
  /** Sampling rate of the result, Hz; null keeps the file's own. Default 22050. */
  sr?: number | null
  /** The mean of the channels (the default), or every channel. */
  mono?: boolean
  /** Start reading after this many seconds. Default 0. */
  offset?: number
  /** Read at most this many seconds. Default: to the end. */
  duration?: number
  /** A file that holds fewer samples than its header promises: an error (the default), or `'keep'` what is there. */
  truncated?: 'error' | 'keep'
}

// A rate beyond these is damage; a second of it would become minutes of work.
const MIN_RATE = 100
const MAX_RATE = 1_000_000

export interface Sound<Y = Float32Array> {
  /** float32 samples, full scale 1. */
  y: Y
  /** Samples per second of `y`. */
  sr: number
}

/**
 * A sound file (or its bytes) as float32 samples: librosa.load. Decoded, then mixed to mono, then resampled with `resample`;
 * `offset` and `duration` become whole samples of the file, rounded down. Without `mono`, `y` is a list of channels, of one for
 * a mono file.
 *
 * WAV is read by us (see `decodeWav`), and of a long WAV file only what `offset` and `duration` ask for; FLAC by us too, MP3
 * and Ogg (Vorbis, Opus) by their reference decoders. The format is told by content. WAV and FLAC are exact, Ogg is within 1e-6
 * and MP3 within 2e-6 of libsndfile. Files are read synchronously, since decoding keeps the thread busy anyway: load many with
 * `parallel`.
 *
 * Rejects with `AUDIO_FILE` (cannot be read), `AUDIO_EMPTY`, `AUDIO_FORMAT`, `AUDIO_HEADER`, `AUDIO_TRUNCATED`, `AUDIO_DECODE`,
 * `AUDIO_RANGE` (offset or duration is not a number of seconds from 0 on, or the sound ends before the offset),
 * `AUDIO_NOT_FINITE` (NaN or infinity, where librosa refuses: mixing and resampling), `AUDIO_RATE` (a file whose rate is not
 * from 100 Hz to 1 MHz is resampled: its header is damaged, or it is no sound), and as `resample` does. Every message names the
 * file.
 */
export async function load(file: string | Uint8Array, options?: LoadOptions & { mono?: true }): Promise<Sound>
export async function load(file: string | Uint8Array, options: LoadOptions & { mono: false }): Promise<Sound<Float32Array[]>>
export async function load(file: string | Uint8Array, options: LoadOptions = {}): Promise<Sound<Float32Array | Float32Array[]>> {
  const { sr = 22050, mono = true } = options
  const source = typeof file === 'string' ? openFile(file) : { ...fromBytes(file, 'audio (bytes)'), close: () => {} }
  try {
    const sound = await read(source, options)
    const rate = sr ?? sound.sr
    if (rate !== sound.sr && !(sound.sr >= MIN_RATE && sound.sr <= MAX_RATE)) {
      throw new MillraceError(
        'AUDIO_RATE',
        `the header says ${sound.sr} Hz, and only from ${MIN_RATE} to ${MAX_RATE} Hz is resampled. If it is right, pass { sr: null }.`,
      )
    }
    const convert = (y: Float32Array): Float32Array => (rate === sound.sr ? y : resample(y, { origSr: sound.sr, targetSr: rate }))
    const channels = sound.channels.map((y) => {
      if (mono && sound.real) requireFinite(y)
      return convert(y)
    })
    return { y: mono ? channels[0]! : channels, sr: rate }
  } catch (error) {
    if (!(error instanceof MillraceError) || error.message.startsWith(source.name)) throw error
    throw new MillraceError(error.code, `${source.name}: ${error.message}`, { cause: error })
  } finally {
    source.close()
  }
}

interface Native {
  /** One, when mono was asked for. */
  channels: Float32Array[]
  sr: number
  /** Whether samples may be NaN or infinite. */
  real: boolean
}

async function read(source: WavSource, options: LoadOptions): Promise<Native> {
  const { mono = true, truncated = 'error' } = options
  const { size, name } = source
  if (size === 0) throw new MillraceError('AUDIO_EMPTY', `${name}: the file is empty (0 bytes). Was its writing or download cut off?`)
  // Enough to see past a tag.
  const start = source.read(0, Math.min(size, 1 << 16))
  const format = audioFormat(start)
  if (format === undefined) throw unknownFormat(start, name)
  if (format === 'wav') {
    const header = readWavHeader(source, truncated)
    const { channels: count, sr, subtype } = header
    const bytes = readFrames(source, header, ...range(header.frames, sr, options))
    const channels = mono ? [samplesToMono(bytes, subtype, count)] : planar(samplesToFloat(bytes, subtype), count)
    return { channels, sr, real: subtype === 'FLOAT' || subtype === 'DOUBLE' }
  }
  const { channels, sr } = await decodeCompressed(source.read(0, size), format, name, truncated)
  const [from, to] = range(channels[0]?.length ?? 0, sr, options)
  const cut = channels.map((channel) => (to - from === channel.length ? channel : channel.slice(from, to)))
  return { channels: mono ? [meanOfPlanar(cut)] : cut, sr, real: true }
}

/** The frames [from, to) that offset and duration mean. */
function range(frames: number, sr: number, { offset = 0, duration }: LoadOptions): [from: number, to: number] {
  for (const [name, seconds] of Object.entries({ offset, duration: duration ?? 0 })) {
    if (Number.isFinite(seconds) && seconds >= 0) continue
    throw new MillraceError('AUDIO_RANGE', `${name} is a number of seconds, 0 or more; received ${String(seconds)}.`)
  }
  const from = Math.trunc(offset * sr)
  if (from > frames) {
    throw new MillraceError(
      'AUDIO_RANGE',
      `offset is ${offset} s, but the sound ends after ${frames / sr} s (${frames} samples at ${sr} Hz).`,
    )
  }
  return [from, duration === undefined ? frames : Math.min(frames, from + Math.trunc(duration * sr))]
}
