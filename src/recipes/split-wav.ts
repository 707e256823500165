import { decodeWav, type Wav } from '../audio/index.ts'
import { MillraceError } from '../core/errors.ts'
import type { Clip } from './split-plan.ts'

/** Reads bytes [at, at + out.length) of a file, all of which are there, into `out`. */
export type ReadInto = (out: Uint8Array, at: number) => void

/** Where a WAV file's samples lie, and what every clip of them is headed by. */
export interface WavLayout {
  sr: number
  channels: number
  /** Samples of each channel. */
  frames: number
  /** Bytes of a frame, a sample of each channel. */
  frameBytes: number
  subtype: Wav['subtype']
  /** Where the first frame begins. */
  dataStart: number
  /** What the `fmt ` chunk of a clip holds: the recording's own, without what extends it beyond the standard. */
  format: Uint8Array
}

const EXTENSIBLE = 0xfffe
// What writers to a pipe leave as the size of data they cannot know, as decodeWav has it.
const STREAMED = new Set([0, 0xffffffff, 0x7ffff000])
const MAX_CHUNKS = 10_000

/**
 * Finds the samples of a RIFF, RF64 or BW64 file of `size` bytes, by the rules of `decodeWav`, which also judges the format. Other
 * chunks are passed over unread, wherever they stand.
 *
 * @throws MillraceError `AUDIO_FORMAT`, `AUDIO_HEADER`, `AUDIO_TRUNCATED`.
 */
export function readLayout(read: ReadInto, size: number, name: string, truncated: 'error' | 'keep'): WavLayout {
  const view = (at: number, length: number): DataView => {
    const bytes = new Uint8Array(length)
    read(bytes, at)
    return new DataView(bytes.buffer)
  }
  let fmt = { at: 0, length: -1 }
  let longSize: number | undefined
  let at = 12
  for (let chunk = 0; at + 8 <= size; chunk++) {
    if (chunk === MAX_CHUNKS) throw new MillraceError('AUDIO_HEADER', `${name}: no samples among the first ${MAX_CHUNKS} chunks.`)
    const head = view(at, 8)
    const id = head.getUint32(0)
    const length = head.getUint32(4, true)
    at += 8
    if (id === DATA) {
      const kept = Math.max(0, Math.min(fmt.length, 40, size - fmt.at))
      const form = asDecoded(view(0, 12), fmt.length < 0 ? undefined : view(fmt.at, kept), name)
      const claimed = length === 0xffffffff ? (longSize ?? length) : length
      return { ...form, frames: Math.floor(dataBytes(claimed, size - at, name, truncated) / form.frameBytes), dataStart: at }
    }
    if (id === FMT && fmt.length < 0) fmt = { at, length }
    if (id === DS64) {
      if (length < 24 || at + 24 > size)
        throw new MillraceError('AUDIO_HEADER', `${name}: its 'ds64' chunk lacks some of the 24 bytes it must have.`)
      const sizes = view(at, 24)
      longSize = sizes.getUint32(12, true) * 2 ** 32 + sizes.getUint32(8, true)
    }
    at += length + (length & 1)
  }
  throw new MillraceError('AUDIO_TRUNCATED', `${name}: the file ends (${size} bytes) before a 'data' chunk.`)
}

const [DATA, FMT, DS64] = [0x64617461, 0x666d7420, 0x64733634]

/** What decodeWav makes of the form and the format, in a file of no samples. */
function asDecoded(form: DataView, fmt: DataView | undefined, name: string): Omit<WavLayout, 'frames' | 'dataStart'> {
  const chunk = fmt === undefined ? new Uint8Array(0) : wavChunk('fmt ', new Uint8Array(fmt.buffer))
  const bytes = new Uint8Array(Buffer.concat([new Uint8Array(form.buffer), chunk, wavChunk('data', new Uint8Array(0))]))
  const { sr, channels, subtype } = decodeWav(bytes, { name })
  const format = new Uint8Array(fmt!.getUint16(0, true) === EXTENSIBLE ? 40 : isInteger(subtype) ? 16 : 18)
  format.set(new Uint8Array(fmt!.buffer).subarray(0, format.length))
  const out = new DataView(format.buffer)
  const frameBytes = fmt!.getUint16(12, true)
  out.setUint32(8, (sr * frameBytes) % 2 ** 32, true)
  // The bytes that follow these 18.
  if (format.length > 16) out.setUint16(16, format.length - 18, true)
  return { sr, channels: channels.length, subtype, frameBytes, format }
}

function dataBytes(claimed: number, there: number, name: string, truncated: 'error' | 'keep'): number {
  if (STREAMED.has(claimed) && (claimed === 0 || claimed > there)) return there
  if (claimed <= there || truncated === 'keep') return Math.min(claimed, there)
  throw new MillraceError(
    'AUDIO_TRUNCATED',
    `${name}: the header promises ${claimed} bytes of samples, ${there} are there. Get the file again, or pass { truncated: 'keep' } to use them.`,
  )
}

/**
 * The frames [from, to) of a WAV file as one of its own, in the same encoding, byte for byte, and `pad` frames of silence behind them.
 * It has a `fmt `, where samples are no integers a `fact`, and a `data` chunk; what else the recording holds is about the whole of it.
 *
 * @param allocate Gives memory of a length; what it holds does not matter.
 * @throws MillraceError `AUDIO_TOO_LARGE` from 4 GiB on.
 */
export function wavClip(
  read: ReadInto,
  { frameBytes, subtype, dataStart, format }: WavLayout,
  { from, to, pad }: Clip,
  allocate = (size: number): Buffer<ArrayBuffer> => Buffer.allocUnsafeSlow(size),
): Uint8Array<ArrayBuffer> {
  const fact = isInteger(subtype) ? 0 : 12
  const start = 12 + 8 + format.length + fact + 8
  const length = (to - from + pad) * frameBytes
  const total = start + length + (length & 1)
  if (total > 0xffffffff) {
    throw new MillraceError('AUDIO_TOO_LARGE', `A WAV file ends below 4 GiB; this clip would have ${total} bytes. Cut shorter clips.`)
  }
  // As it is found: every byte is written below.
  const bytes = allocate(total)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(total - 8, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(format.length, 16)
  bytes.set(format, 20)
  if (fact > 0) {
    const at = 20 + format.length
    bytes.write('fact', at, 'latin1')
    bytes.writeUInt32LE(4, at + 4)
    bytes.writeUInt32LE(to - from + pad, at + 8)
  }
  bytes.write('data', start - 8, 'latin1')
  bytes.writeUInt32LE(length, start - 4)
  const end = start + (to - from) * frameBytes
  read(bytes.subarray(start, end), dataStart + from * frameBytes)
  bytes.fill(silence[subtype] ?? 0, end)
  if (length & 1) bytes[total - 1] = 0
  return new Uint8Array(bytes.buffer, bytes.byteOffset, total)
}

/** Silence, where it is no zero byte: the middle of unsigned samples, G.711's smallest positive. */
const silence: Partial<Record<Wav['subtype'], number>> = { PCM_U8: 0x80, ALAW: 0xd5, ULAW: 0xff }

const isInteger = (subtype: string): boolean => subtype.startsWith('PCM_')

function wavChunk(id: string, body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + body.length + (body.length & 1))
  bytes.write(id, 'latin1')
  bytes.writeUInt32LE(body.length, 4)
  bytes.set(body, 8)
  return bytes
}
