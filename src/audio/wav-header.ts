import { MillraceError } from '../core/errors.ts'

/** How samples stand in the file, by the names that soundfile gives its subtypes. */
export type WavSubtype = 'PCM_U8' | 'PCM_16' | 'PCM_24' | 'PCM_32' | 'FLOAT' | 'DOUBLE' | 'ALAW' | 'ULAW'

export interface WavHeader {
  /** Samples per second. */
  sr: number
  channels: number
  /** Samples of each channel. */
  frames: number
  subtype: WavSubtype
  /** Where the samples start, and the bytes of one frame. */
  dataStart: number
  frameBytes: number
}

export interface WavSource {
  /** All bytes of the file. */
  size: number
  /** Bytes [start, start + length), which lie within the file. */
  read(start: number, length: number): Uint8Array
  /** For messages. */
  name: string
}

const SUBTYPES: Record<string, WavSubtype> = {
  '1/8': 'PCM_U8',
  '1/16': 'PCM_16',
  '1/24': 'PCM_24',
  '1/32': 'PCM_32',
  '3/32': 'FLOAT',
  '3/64': 'DOUBLE',
  '6/8': 'ALAW',
  '7/8': 'ULAW',
}
const EXTENSIBLE = 0xfffe
// The rest of a sub-format GUID after the two bytes of a plain format tag.
const GUID_TAIL = '000000001000800000aa00389b71'
// What writers to a pipe leave as the size of data they cannot know: nothing, ffmpeg's and SoX's marks.
const STREAMED = new Set([0, 0xffffffff, 0x7ffff000])
const MAX_CHANNELS = 1024
const MAX_CHUNKS = 10_000

/** Reads the chunks of a RIFF, RF64 or BW64 file up to its samples. See `decodeWav` for the rules. */
export function readWavHeader(source: WavSource, truncated: 'error' | 'keep'): WavHeader {
  const { size, name } = source
  if (size < 12) throw new MillraceError('AUDIO_TRUNCATED', `${name}: a WAV header needs 12 bytes and more; the file has ${size}.`)
  const start = view(source.read(0, 12))
  if (!['RIFF', 'RF64', 'BW64'].includes(text(start, 0)) || text(start, 8) !== 'WAVE') {
    const found = `'${text(start, 0)}....${text(start, 8)}'`
    throw new MillraceError('AUDIO_FORMAT', `${name}: not a little-endian WAV file; it starts with ${found} and not 'RIFF....WAVE'.`)
  }
  let format: Format | undefined
  let longSize: number | undefined
  let at = 12
  for (let chunk = 0; at + 8 <= size; chunk++) {
    if (chunk === MAX_CHUNKS) throw new MillraceError('AUDIO_HEADER', `${name}: no samples among the first ${MAX_CHUNKS} chunks.`)
    const head = view(source.read(at, 8))
    const id = text(head, 0)
    const length = head.getUint32(4, true)
    const body = at + 8
    if (id === 'data') {
      if (format === undefined) throw new MillraceError('AUDIO_HEADER', `${name}: the 'data' chunk comes before a 'fmt ' chunk.`)
      const claimed = length === 0xffffffff && longSize !== undefined ? longSize : length
      return { ...format, dataStart: body, frames: Math.floor(dataBytes(claimed, size - body, name, truncated) / format.frameBytes) }
    }
    const part = (least: number, most: number): DataView => {
      if (length < least || body + least > size) {
        const problem = `its '${id}' chunk has ${Math.min(length, size - body)} of the ${least} bytes it must have`
        throw new MillraceError(length < least ? 'AUDIO_HEADER' : 'AUDIO_TRUNCATED', `${name}: ${problem}.`)
      }
      return view(source.read(body, Math.min(length, most, size - body)))
    }
    if (id === 'fmt ' && format === undefined) format = readFormat(part(16, 40), name)
    if (id === 'ds64') {
      const sizes = part(24, 24)
      longSize = sizes.getUint32(12, true) * 2 ** 32 + sizes.getUint32(8, true)
    }
    at = body + length + (length & 1)
  }
  throw new MillraceError('AUDIO_TRUNCATED', `${name}: the file ends (${size} bytes) before a 'data' chunk.`)
}

function dataBytes(claimed: number, there: number, name: string, truncated: 'error' | 'keep'): number {
  if (STREAMED.has(claimed) && (claimed === 0 || claimed > there)) return there
  if (claimed <= there) return claimed
  if (truncated === 'keep') return there
  throw new MillraceError(
    'AUDIO_TRUNCATED',
    `${name}: the header promises ${claimed} bytes of samples, ${there} are there. Get the file again, or pass { truncated: 'keep' } to use them.`,
  )
}

type Format = Pick<WavHeader, 'sr' | 'channels' | 'subtype' | 'frameBytes'>

function readFormat(fmt: DataView, name: string): Format {
  const [channels, sr, frameBytes, bits] = [
    fmt.getUint16(2, true),
    fmt.getUint32(4, true),
    fmt.getUint16(12, true),
    fmt.getUint16(14, true),
  ]
  let tag = fmt.getUint16(0, true)
  if (tag === EXTENSIBLE) {
    if (fmt.byteLength < 40)
      throw new MillraceError('AUDIO_HEADER', `${name}: an extensible 'fmt ' chunk needs 40 bytes; it has ${fmt.byteLength}.`)
    const tail = Array.from({ length: 14 }, (_, i) => fmt.getUint8(26 + i).toString(16).padStart(2, '0')).join('') // prettier-ignore
    tag = tail === GUID_TAIL ? fmt.getUint16(24, true) : EXTENSIBLE
  }
  const subtype = SUBTYPES[`${tag}/${bits}`]
  if (subtype === undefined) {
    const known = 'PCM of 8, 16, 24 or 32 bits, float of 32 or 64, A-law or mu-law'
    throw new MillraceError(
      'AUDIO_FORMAT',
      `${name}: WAV samples may be ${known}; this is format ${tag} with ${bits} bits. Convert the file.`,
    )
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw new MillraceError('AUDIO_HEADER', `${name}: a WAV file has 1 to ${MAX_CHANNELS} channels; the header says ${channels}.`)
  }
  if (sr === 0) throw new MillraceError('AUDIO_HEADER', `${name}: the header gives a sampling rate of 0 Hz.`)
  if (frameBytes !== (channels * bits) / 8) {
    const sum = `${channels} channels of ${bits} bits`
    throw new MillraceError('AUDIO_HEADER', `${name}: the header contradicts itself: ${sum}, but ${frameBytes} bytes a frame.`)
  }
  return { sr, channels, subtype, frameBytes }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const text = (bytes: DataView, at: number): string =>
  String.fromCharCode(bytes.getUint8(at), bytes.getUint8(at + 1), bytes.getUint8(at + 2), bytes.getUint8(at + 3)).replace(/[^ -~]/g, '?')
