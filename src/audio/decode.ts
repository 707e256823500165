import { MillraceError } from '../core/errors.ts'
import { decodeFlac, id3Length } from './flac.ts'

/** Formats that can be decoded, by content. */
export type AudioFormat = 'wav' | 'flac' | 'mp3' | 'vorbis' | 'opus'

export interface Decoded {
  channels: Float32Array[]
  sr: number
}

/** What the first bytes of a file (64 are enough without tags) say it is; the name of a file says nothing. */
export function audioFormat(bytes: Uint8Array): AudioFormat | undefined {
  const id = text(bytes, 0)
  if (text(bytes, 0, 3) === 'ID3') return text(bytes, id3Length(bytes)) === 'fLaC' ? 'flac' : 'mp3'
  if (['RIFF', 'RIFX', 'RF64', 'BW64'].includes(id) && text(bytes, 8) === 'WAVE') return 'wav'
  if (id === 'OggS') {
    const codec = text(bytes, 27 + (bytes[26] ?? 0), 8)
    if (codec === 'OpusHead') return 'opus'
    return codec.startsWith('\x01vorbis') ? 'vorbis' : undefined
  }
  if (id === 'fLaC') return 'flac'
  return isMpegFrame(bytes, 0) ? 'mp3' : undefined
}

/** Why a file of no `audioFormat` is refused. */
export function unknownFormat(bytes: Uint8Array, name: string): MillraceError {
  const foreign = foreignFormat(bytes)
  if (foreign !== undefined) {
    return new MillraceError('AUDIO_FORMAT', `${name}: ${foreign} cannot be decoded here. Convert it: ffmpeg -i <file> <file>.wav`)
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return new MillraceError('AUDIO_FORMAT', `${name}: not WAV, FLAC, MP3, Ogg Vorbis or Opus; it starts with the bytes ${start}.`)
}

/** Formats that are known but not decoded. */
function foreignFormat(bytes: Uint8Array): string | undefined {
  const id = text(bytes, 0)
  if (id === 'FORM' && text(bytes, 8, 3) === 'AIF') return 'AIFF'
  if (id === 'OggS' && text(bytes, 27 + (bytes[26] ?? 0), 5) === '\x7fFLAC') return 'FLAC in Ogg'
  if (id === 'caff') return 'CAF'
  if (text(bytes, 4) === 'ftyp') return 'MP4 (M4A)'
  if (id === '\x1aE\xdf\xa3') return 'WebM'
  if (id === '0&\xb2u') return 'WMA'
  return bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0 ? 'AAC' : undefined
}

const text = (bytes: Uint8Array, at: number, length = 4): string => String.fromCharCode(...bytes.subarray(at, at + length))

/** A sync word whose version, layer, bit rate and sampling rate exist. */
function isMpegFrame(bytes: Uint8Array, at: number): boolean {
  const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
  return a === 0xff && b >= 0xe0 && (b & 0x18) !== 0x08 && (b & 0x06) !== 0 && (c & 0xf0) !== 0xf0 && (c & 0x0c) !== 0x0c
}

/**
 * Decodes a whole file of any format but WAV: FLAC exactly; of a damaged MP3 or Ogg file what its decoder makes of it. Throws
 * `AUDIO_DECODE` (damaged, no sound in it), and of FLAC `AUDIO_HEADER`, and `AUDIO_TRUNCATED` when it holds fewer samples than
 * its header promises, unless `truncated` is `'keep'`.
 */
export async function decodeCompressed(
  bytes: Uint8Array,
  format: Exclude<AudioFormat, 'wav'>,
  name: string,
  truncated: 'error' | 'keep',
): Promise<Decoded> {
  const decoded = format === 'flac' ? wholeFlac(bytes, name, truncated) : await attempt(format, bytes, name)
  if (decoded.channels[0]?.length && decoded.sr > 0) return decoded
  throw new MillraceError(
    'AUDIO_DECODE',
    `${name}: the ${format} decoder found no sound in its ${bytes.length} bytes. Is the file damaged?`,
  )
}

function wholeFlac(bytes: Uint8Array, name: string, truncated: 'error' | 'keep'): Decoded {
  const { channels, sr, promised, damage } = decodeFlac(bytes, name)
  if (damage === undefined || truncated === 'keep') return { channels, sr }
  const counts = `promises ${promised ?? 'an unknown number of'} samples, ${channels[0]!.length} could be decoded: ${damage}`
  throw new MillraceError(
    'AUDIO_TRUNCATED',
    `${name}: the header ${counts}. Get the file again, or pass { truncated: 'keep' } to use them.`,
  )
}

const decoders = { mp3: decodeMp3, vorbis: decodeVorbis, opus: async (bytes: Uint8Array) => (await import('./opus.ts')).decodeOpus(bytes) }

async function attempt(format: keyof typeof decoders, bytes: Uint8Array, name: string): Promise<Decoded> {
  try {
    return await decoders[format](bytes)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new MillraceError('AUDIO_DECODE', `${name}: the ${format} decoder failed: ${message}. Is the file damaged?`, { cause })
  }
}

/** libmpg123; a decoder for each file, since what one leaves behind changes the next. The compiled module is kept. */
async function decodeMp3(bytes: Uint8Array): Promise<Decoded> {
  const { MPEGDecoder } = await import('mpg123-decoder')
  const decoder = new MPEGDecoder()
  await decoder.ready
  try {
    const { channelData, sampleRate } = quietly(() => decoder.decode(bytes))
    // Two channels always come out, of a mono file twice the same.
    let frame = id3Length(bytes)
    while (frame < bytes.length && !isMpegFrame(bytes, frame)) frame++
    const isMono = (bytes[frame + 3] ?? 0) >> 6 === 3
    return { channels: isMono ? channelData.slice(0, 1) : channelData, sr: sampleRate }
  } finally {
    decoder.free()
  }
}

interface VorbisDecoder {
  ready: Promise<void>
  decodeFile(bytes: Uint8Array): Promise<{ channelData: Float32Array[]; sampleRate: number }>
  free(): void
}

// Starting one takes longer than decoding a second of sound. It makes itself new after each file that it comes through.
let idle: VorbisDecoder | undefined

async function decodeVorbis(bytes: Uint8Array): Promise<Decoded> {
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis')
  // Taken while in use: another file that comes meanwhile makes its own.
  const decoder: VorbisDecoder = idle ?? new OggVorbisDecoder()
  idle = undefined
  await decoder.ready
  // All its work is done before it waits.
  const { channelData, sampleRate } = await quietly(() => decoder.decodeFile(bytes))
  if (idle === undefined) idle = decoder
  else decoder.free()
  return { channels: channelData, sr: sampleRate }
}

const MAX_REPORTS = 100_000

/** Decoders print each damaged frame as an error of the console. Silenced here; one that goes on and on is stopped by it. */
function quietly<T>(decode: () => T): T {
  const { error } = console
  let reports = 0
  console.error = (report: unknown) => {
    if (++reports > MAX_REPORTS) throw new Error(String(report))
  }
  try {
    return decode()
  } finally {
    console.error = error
  }
}
