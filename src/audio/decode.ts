import { MillraceError } from '../core/errors.ts'

/** Formats by content, under the names audio-decode gives them ('oga' is Ogg Vorbis); 'wav' is ours. */
export type AudioFormat = 'wav' | 'flac' | 'mp3' | 'oga' | 'opus' | 'aiff' | 'caf' | 'm4a' | 'aac'

export interface Decoded {
  channels: Float32Array[]
  sr: number
}

interface Decoder {
  (chunk?: Uint8Array): Promise<{ channelData: Float32Array[]; sampleRate: number }>
  free(): void
}

/** What the first bytes of a file (64 are enough without tags) say it is; the name of a file says nothing. */
export function audioFormat(bytes: Uint8Array): AudioFormat | undefined {
  const text = (at: number, length = 4): string => String.fromCharCode(...bytes.subarray(at, at + length))
  const id = text(0)
  if (text(0, 3) === 'ID3') return text(tagLength(bytes)) === 'fLaC' ? 'flac' : 'mp3'
  if (['RIFF', 'RIFX', 'RF64', 'BW64'].includes(id) && text(8) === 'WAVE') return 'wav'
  if (id === 'FORM') return ['AIFF', 'AIFC'].includes(text(8)) ? 'aiff' : undefined
  if (id === 'OggS') {
    const codec = text(27 + (bytes[26] ?? 0), 8)
    if (codec === 'OpusHead') return 'opus'
    return codec.startsWith('\x01vorbis') ? 'oga' : undefined
  }
  if (id === 'fLaC') return 'flac'
  if (id === 'caff') return 'caf'
  if (text(4) === 'ftyp') return 'm4a'
  // An MPEG sync word whose version, bit rate and sampling rate exist; layer 0 is AAC's.
  const [a = 0, b = 0, c = 0] = bytes
  if (a !== 0xff || (b & 0xe0) !== 0xe0) return undefined
  if ((b & 0xf6) === 0xf0) return 'aac'
  const valid = (b & 0x18) !== 0x08 && (b & 0x06) !== 0 && (c & 0xf0) !== 0xf0 && (c & 0x0c) !== 0x0c
  return valid ? 'mp3' : undefined
}

/** Bytes of an ID3v2 tag at the start. */
function tagLength(bytes: Uint8Array): number {
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0
  return [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (bytes[at] ?? 0), 0) + 10
}

// Starting a decoder costs several times what decoding a second of sound does, so one of each kind is kept while it is idle.
// Only FLAC's and Vorbis' start afresh on the next file, and only after a whole one; the others are made for each file.
const idle = new Map<AudioFormat, Decoder>()

/**
 * Decodes a whole file of any format but WAV with audio-decode. FLAC is exact. Throws `AUDIO_DECODE`, and `AUDIO_TRUNCATED` for
 * a FLAC file with fewer samples than its header promises (unless `truncated` is `'keep'`).
 */
export async function decodeCompressed(
  bytes: Uint8Array,
  format: Exclude<AudioFormat, 'wav'>,
  name: string,
  truncated: 'error' | 'keep',
): Promise<Decoded> {
  const flac = format === 'flac' ? flacHeader(bytes) : undefined
  const promised = format === 'oga' ? oggFrames(bytes) : flac?.frames
  let decoded = promised === undefined ? undefined : await decodeWarm(bytes, format, promised)
  try {
    decoded ??= await decodeOnce(bytes, format)
  } catch (cause) {
    throw new MillraceError('AUDIO_DECODE', `${name}: the ${format} decoder failed: ${message(cause)}. Is the file damaged?`, { cause })
  }
  const frames = decoded.channels[0]?.length ?? 0
  if (frames === 0 || !(decoded.sr > 0)) {
    throw new MillraceError(
      'AUDIO_DECODE',
      `${name}: the ${format} decoder found no sound in its ${bytes.length} bytes. Is the file damaged?`,
    )
  }
  if (format === 'flac' && promised !== undefined && frames < promised && truncated === 'error') {
    const counts = `promises ${promised} samples, ${frames} could be decoded`
    throw new MillraceError(
      'AUDIO_TRUNCATED',
      `${name}: the header ${counts}. Get the file again, or pass { truncated: 'keep' } to use them.`,
    )
  }
  if (format === 'mp3') restoreStereo(decoded.channels, bytes)
  if (flac !== undefined) for (const y of decoded.channels) rescale(y, flac.bits)
  return decoded
}

// audio-decode gives one channel for a stereo MP3 whose channels are equal.
function restoreStereo(channels: Float32Array[], bytes: Uint8Array): void {
  const frame = tagLength(bytes)
  const isFrame = bytes[frame] === 0xff && (bytes[frame + 1] ?? 0) >= 0xe0
  const isStereo = (bytes[frame + 3] ?? 0) >> 6 !== 3
  if (isFrame && isStereo && channels.length === 1) channels.push(channels[0]!.slice())
}

/** From full scale 2^(bits - 1) - 1, the decoder's, to 2^(bits - 1). Float32 holds enough of up to 24 bits to find the integer again. */
function rescale(y: Float32Array, bits: number): void {
  const full = 2 ** (bits - 1)
  for (let i = 0; i < y.length; i++) y[i] = bits > 24 ? (y[i]! * (full - 1)) / full : Math.round(y[i]! * (full - 1)) / full
}

/** Decodes with the idle decoder, which is kept only if all that the file promises came out. */
async function decodeWarm(bytes: Uint8Array, format: Exclude<AudioFormat, 'wav'>, promised: number): Promise<Decoded | undefined> {
  // Taken while in use: another file that comes meanwhile makes its own.
  const decoder = idle.get(format) ?? (await createDecoder(format))
  idle.delete(format)
  try {
    const { channelData, sampleRate } = await decoder(bytes)
    if (channelData[0]?.length === promised) {
      idle.get(format)?.free()
      idle.set(format, decoder)
      return { channels: channelData, sr: sampleRate }
    }
  } catch {
    // A fresh decoder gives the error, if it is the file's.
  }
  decoder.free()
  return undefined
}

async function decodeOnce(bytes: Uint8Array, format: Exclude<AudioFormat, 'wav'>): Promise<Decoded> {
  const decoder = await createDecoder(format)
  try {
    const parts = [await decoder(bytes), await decoder()].filter(({ channelData }) => (channelData[0]?.length ?? 0) > 0)
    const [first, second] = parts
    if (first === undefined) return { channels: [], sr: 0 }
    if (second === undefined) return { channels: first.channelData, sr: first.sampleRate }
    return { channels: first.channelData.map((a, c) => concat(a, second.channelData[c] ?? new Float32Array(0))), sr: first.sampleRate }
  } finally {
    decoder.free()
  }
}

async function createDecoder(format: Exclude<AudioFormat, 'wav'>): Promise<Decoder> {
  const { default: decode } = await import('audio-decode')
  return decode[format]()
}

/** From a FLAC file's STREAMINFO: bits of a sample, and the frames (undefined when it doesn't say). */
function flacHeader(bytes: Uint8Array): { bits: number; frames: number | undefined } | undefined {
  const start = tagLength(bytes)
  if (start + 26 > bytes.length) return undefined
  const view = viewOf(bytes)
  if (view.getUint32(start) !== 0x664c6143) return undefined
  const bits = ((view.getUint16(start + 20) >> 4) & 31) + 1
  const frames = (view.getUint8(start + 21) & 15) * 2 ** 32 + view.getUint32(start + 22)
  return { bits, frames: frames || undefined }
}

/** The frames in an Ogg file by the last page of its one, whole stream. */
function oggFrames(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes)
  for (let at = 0; at + 27 <= bytes.length && view.getUint32(at) === 0x4f676753;) {
    const segments = view.getUint8(at + 26)
    let end = at + 27 + segments
    if (end > bytes.length) return undefined
    for (let i = at + 27; i < at + 27 + segments; i++) end += view.getUint8(i)
    const isLast = (view.getUint8(at + 5) & 4) !== 0
    if (isLast) return end === bytes.length ? Number(view.getBigInt64(at + 6, true)) : undefined
    at = end
  }
  return undefined
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength)

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

const message = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
