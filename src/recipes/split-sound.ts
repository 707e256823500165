import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { decodeWav, encodeWav, type EncodeWavOptions, load } from '../audio/index.ts'
import { MillraceError } from '../core/errors.ts'
import type { Clip } from './split-plan.ts'
import { type ReadInto, readLayout, wavClip } from './split-wav.ts'

/** How clips may be stored, by soundfile's names. */
export const SUBTYPES: readonly NonNullable<EncodeWavOptions['subtype']>[] = ['PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE']

export interface SoundOptions {
  /** How clips are stored. Default: of WAV as the recording itself, byte for byte; of other formats `FLOAT`, which loses nothing. */
  subtype?: NonNullable<EncodeWavOptions['subtype']>
  /** A header that promises more samples than are there: an error (the default), or `'keep'` what is there. */
  truncated?: 'error' | 'keep'
}

/** A recording that clips are taken from, in any order. Of a WAV file nothing is held in memory, of others the decoded sound. */
export interface Recording {
  sr: number
  channels: number
  /** Samples of each channel. */
  frames: number
  /** How its clips are stored. */
  subtype: string
  /** A clip as a WAV file. The bytes are good until the next one is asked for. */
  clip(clip: Clip): Uint8Array<ArrayBuffer>
  /** The samples [from, to) of each channel. */
  samples(from: number, to: number): Float32Array[]
  close(): void
}

/**
 * Opens a recording: WAV, FLAC, MP3, Ogg Vorbis or Opus, told by content.
 *
 * @throws MillraceError `AUDIO_FILE` (cannot be read), `AUDIO_EMPTY`, `AUDIO_FORMAT`, `AUDIO_HEADER`, `AUDIO_TRUNCATED`, `AUDIO_DECODE`.
 */
export async function openRecording(file: string, options: SoundOptions = {}): Promise<Recording> {
  const { size, read, close } = open(file)
  try {
    const head = new Uint8Array(Math.min(12, size))
    read(head, 0)
    if (/^(?:RIFF|RF64|BW64)....WAVE/s.test(Buffer.from(head).toString('latin1'))) {
      return { ...fromWav(read, size, file, options), close }
    }
  } catch (error) {
    close()
    throw error
  }
  close()
  return fromOthers(file, options)
}

function fromWav(read: ReadInto, size: number, file: string, { subtype, truncated = 'error' }: SoundOptions): Omit<Recording, 'close'> {
  const layout = readLayout(read, size, file, truncated)
  const { sr, channels, frames } = layout
  const samples = (from: number, to: number, pad = 0): Float32Array[] => decodeWav(wavClip(read, layout, { from, to, pad })).channels
  // Fresh memory for each clip takes the system as long as reading it.
  let room = Buffer.alloc(0)
  const allocate = (size: number): Buffer<ArrayBuffer> => {
    if (room.length < size) room = Buffer.allocUnsafeSlow(size)
    return room.subarray(0, size)
  }
  const asIs = subtype === undefined || subtype === layout.subtype
  return {
    sr,
    channels,
    frames,
    subtype: subtype ?? layout.subtype,
    samples,
    clip: ({ from, to, pad }) =>
      asIs ? wavClip(read, layout, { from, to, pad }, allocate) : encodeWav(samples(from, to, pad), sr, { subtype }),
  }
}

async function fromOthers(file: string, { subtype = 'FLOAT', truncated = 'error' }: SoundOptions): Promise<Recording> {
  const { y, sr } = await load(file, { sr: null, mono: false, truncated })
  const samples = (from: number, to: number): Float32Array[] => y.map((channel) => channel.subarray(from, to))
  return {
    sr,
    channels: y.length,
    frames: y[0]!.length,
    subtype,
    samples,
    clip({ from, to, pad }) {
      const padded = samples(from, to).map((channel) => {
        const out = new Float32Array(channel.length + pad)
        out.set(channel)
        return out
      })
      return encodeWav(padded, sr, { subtype })
    },
    close() {},
  }
}

/** A regular file, read synchronously, as `load` does and why: a worker has no one else to serve. */
function open(file: string): { size: number; read: ReadInto; close: () => void } {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new MillraceError('AUDIO_FILE', `${file}: the file cannot be read: ${reason}.`, { cause })
    }
  }
  const { descriptor, size } = attempt(() => {
    const descriptor = openSync(file, 'r')
    const stat = fstatSync(descriptor)
    if (stat.isFile()) return { descriptor, size: stat.size }
    closeSync(descriptor)
    throw new Error(stat.isDirectory() ? 'it is a directory' : 'it is not a regular file')
  })
  return {
    size,
    close: () => closeSync(descriptor),
    read: (out, at) =>
      attempt(() => {
        for (let done = 0; done < out.length;) {
          const got = readSync(descriptor, out, done, Math.min(out.length - done, MOST_AT_ONCE), at + done)
          if (got === 0) throw new Error(`it became shorter while it was read (${size} bytes before, ${at + done} now)`)
          done += got
        }
      }),
  }
}

const MOST_AT_ONCE = 1 << 30
