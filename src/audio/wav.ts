import { MillraceError } from '../core/errors.ts'
import { readWavHeader, type WavHeader, type WavSource, type WavSubtype } from './wav-header.ts'
import { floatToSamples, planar, SAMPLE_BYTES, samplesToFloat } from './wav-samples.ts'

export interface DecodeWavOptions {
  /** Names the file in errors. Default `'wav'`. */
  name?: string
  /** A header that promises more samples than are there: an error (the default), or `'keep'` what is there. */
  truncated?: 'error' | 'keep'
}

/** A decoded WAV file; `channels[c][i]` is a float32 sample, full scale 1. */
export interface Wav {
  channels: Float32Array[]
  /** Samples per second. */
  sr: number
  /** Samples of each channel. */
  frames: number
  subtype: WavSubtype
}

/**
 * A WAV file's samples as float32, as `soundfile.read(dtype='float32')` gives them: 16 bits / 32768, 8 bits (x - 128) / 128,
 * 24 bits / 2^23, 32 bits / 2^31; float 32 and 64 as they are (NaN, infinities and values beyond 1 too); A-law and mu-law by
 * G.711. RIFF, RF64 and BW64, plain and extensible formats, unknown chunks before the samples skipped.
 *
 * The size in the RIFF header is not looked at. A data size of 0, 0xFFFFFFFF or 0x7FFFF000 is what writers to a pipe leave:
 * the samples then go to the end of the file (so does libsndfile read size 0). Bytes after the last whole frame are dropped.
 *
 * Throws `AUDIO_FORMAT` (not such a file, or another kind of samples), `AUDIO_HEADER` (the header is impossible or contradicts
 * itself) and `AUDIO_TRUNCATED`. Memory is taken only for samples that are there.
 */
export function decodeWav(bytes: Uint8Array, { name = 'wav', truncated = 'error' }: DecodeWavOptions = {}): Wav {
  const source = fromBytes(bytes, name)
  const header = readWavHeader(source, truncated)
  const { sr, frames, subtype } = header
  return { channels: planar(samplesToFloat(readFrames(source, header, 0, frames), subtype), header.channels), sr, frames, subtype }
}

export function fromBytes(bytes: Uint8Array, name: string): WavSource {
  return { size: bytes.length, name, read: (start, length) => bytes.subarray(start, start + length) }
}

/** The bytes of frames [from, to) of a file. */
export function readFrames(source: WavSource, { dataStart, frameBytes }: WavHeader, from: number, to: number): Uint8Array {
  return source.read(dataStart + from * frameBytes, (to - from) * frameBytes)
}

export interface EncodeWavOptions {
  /** How samples are stored, by soundfile's names. Default `'PCM_16'`. */
  subtype?: 'PCM_U8' | 'PCM_16' | 'PCM_24' | 'PCM_32' | 'FLOAT' | 'DOUBLE'
}

/**
 * A WAV file of mono samples, or of channels of equal length (float32, full scale 1), at `sr` Hz (a whole number). The samples
 * are those that `soundfile.write` stores: integers are clipped to full scale and rounded down (from 32 bits, rounded to
 * nearest). FLOAT and DOUBLE keep every value; the PCM subtypes throw `AUDIO_NOT_FINITE` on NaN.
 *
 * Throws `AUDIO_SHAPE` (no channel, more than 1,024, or unequal lengths), `AUDIO_RATE`, and `AUDIO_TOO_LARGE` from 4 GiB on.
 */
export function encodeWav(
  y: Float32Array | readonly Float32Array[],
  sr: number,
  { subtype = 'PCM_16' }: EncodeWavOptions = {},
): Uint8Array<ArrayBuffer> {
  const channels = y instanceof Float32Array ? [y] : y
  const frames = channels[0]?.length ?? 0
  if (channels.length < 1 || channels.length > 1024 || channels.some(({ length }) => length !== frames)) {
    const lengths = channels.slice(0, 4).map(({ length }) => length)
    throw new MillraceError(
      'AUDIO_SHAPE',
      `encodeWav takes 1 to 1,024 channels of one length; received ${channels.length}: ${lengths.join(', ')}.`,
    )
  }
  if (!Number.isInteger(sr) || sr < 1 || sr > 0xffffffff) {
    throw new MillraceError('AUDIO_RATE', `A WAV file's rate is a whole number of Hz from 1 to 2^32 - 1; received ${sr}. Resample first.`)
  }
  const width = SAMPLE_BYTES[subtype]
  const frameBytes = channels.length * width
  const float = subtype === 'FLOAT' || subtype === 'DOUBLE'
  const start = float ? 56 : 44
  const dataBytes = frames * frameBytes
  const total = start + dataBytes + (dataBytes & 1)
  if (total > 0xffffffff)
    throw new MillraceError('AUDIO_TOO_LARGE', `A WAV file ends below 4 GiB; this one would have ${total} bytes. Split it.`)

  const bytes = new Uint8Array(total)
  const out = new DataView(bytes.buffer)
  const text = (at: number, id: string): void => bytes.set(Buffer.from(id, 'latin1'), at)
  text(0, 'RIFF')
  out.setUint32(4, total - 8, true)
  text(8, 'WAVEfmt ')
  out.setUint32(16, 16, true)
  out.setUint16(20, float ? 3 : 1, true)
  out.setUint16(22, channels.length, true)
  out.setUint32(24, sr, true)
  out.setUint32(28, (sr * frameBytes) % 2 ** 32, true)
  out.setUint16(32, frameBytes, true)
  out.setUint16(34, 8 * width, true)
  if (float) {
    text(36, 'fact')
    out.setUint32(40, 4, true)
    out.setUint32(44, frames, true)
  }
  text(start - 8, 'data')
  out.setUint32(start - 4, dataBytes, true)
  for (const [c, channel] of channels.entries()) {
    if (!float) requireNumbers(channel, c)
    floatToSamples(channel, subtype, bytes.subarray(start, start + dataBytes), c, channels.length)
  }
  return bytes
}

function requireNumbers(y: Float32Array, channel: number): void {
  let at = 0
  while (at < y.length && y[at] === y[at]) at++
  if (at === y.length) return
  throw new MillraceError(
    'AUDIO_NOT_FINITE',
    `Sample ${at} of channel ${channel} is NaN, which integers cannot hold; replace it or use 'FLOAT'.`,
  )
}
