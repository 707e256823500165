import { MillraceError } from '../core/errors.ts'
import { FlacDamage, readFlacFrame, type FlacStream } from './flac-frame.ts'

export interface Flac {
  /** float32, full scale 1. */
  channels: Float32Array[]
  sr: number
  /** Samples that the header promises; undefined when its writer did not know. */
  promised: number | undefined
  /** Why there is no more, when there should be. */
  damage: string | undefined
}

const MAX_SAMPLES = 2 ** 31
// A valid frame is shorter; bit positions within it stay small integers.
const MAX_FRAME_BYTES = 2 ** 24

/**
 * Decodes a FLAC file (RFC 9639) of 4 to 32 bits. Samples are exact, as the checksum of every frame must hold; of a damaged file
 * those before the damage come back. Throws `AUDIO_HEADER`.
 */
export function decodeFlac(bytes: Uint8Array, name: string): Flac {
  const { stream, promised, start } = readHeader(bytes, name)
  const { sr, channels, bits, maxBlock } = stream
  const most = promised ?? MAX_SAMPLES
  const blocks = Array.from({ length: channels }, () => new Float64Array(maxBlock))
  // Memory follows the file and not what its header says; only what compresses to under a bit a sample outgrows this.
  let out: Float32Array[] = blocks.map(() => new Float32Array(Math.min(most, bytes.length * 8)))
  const scale = 2 ** (1 - bits)
  let done = 0
  let damage: string | undefined
  for (let at = start; done < most && !isEnd(bytes, at, promised);) {
    try {
      const frame = readFlacFrame(bytes.subarray(at, at + MAX_FRAME_BYTES), stream, blocks)
      const end = Math.min(done + frame.samples, most)
      if (end > out[0]!.length) out = out.map((y) => grow(y, Math.min(Math.max(end, y.length * 2), most)))
      out.forEach((y, c) => store(blocks[c]!, scale, y.subarray(done, end)))
      done = end
      at += frame.length
    } catch (error) {
      if (!(error instanceof FlacDamage)) throw error
      damage = `the frame at byte ${at}: ${error.message}`
      break
    }
  }
  return { channels: out.map((y) => (y.length === done ? y : y.slice(0, done))), sr, promised, damage }
}

function store(block: Float64Array, scale: number, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = block[i]! * scale
}

function grow(y: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length)
  out.set(y)
  return out
}

/** Without a promise the frames go on to the end of the file, or to an ID3v1 tag. */
function isEnd(bytes: Uint8Array, at: number, promised: number | undefined): boolean {
  const isTag = bytes.length - at === 128 && String.fromCharCode(...bytes.subarray(at, at + 3)) === 'TAG'
  return promised === undefined && (at === bytes.length || isTag)
}

/** The stream information, which comes first, and where the metadata ends. */
function readHeader(bytes: Uint8Array, name: string): { stream: FlacStream; promised: number | undefined; start: number } {
  const fail = (problem: string): MillraceError =>
    new MillraceError('AUDIO_HEADER', `${name}: the FLAC header ${problem}. Is the file damaged?`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = id3Length(bytes) + 4
  let at = first
  for (let isLast = false; !isLast;) {
    if (at + 4 > bytes.length) throw fail(`is cut off: the file has ${bytes.length} bytes`)
    isLast = bytes[at]! > 127
    at += 4 + (view.getUint32(at) & 0xffffff)
  }
  const length = view.getUint32(first) & 0xffffff
  if ((bytes[first]! & 127) !== 0 || length < 34 || at > bytes.length) throw fail('lacks its stream information')
  const word = view.getUint32(first + 14)
  const stream: FlacStream = {
    sr: word >>> 12,
    channels: ((word >>> 9) & 7) + 1,
    bits: ((word >>> 4) & 31) + 1,
    maxBlock: view.getUint16(first + 6),
  }
  if (stream.sr === 0 || stream.bits < 4) throw fail(`says ${stream.sr} Hz and ${stream.bits} bits`)
  const promised = (word & 15) * 2 ** 32 + view.getUint32(first + 18)
  return { stream, promised: promised || undefined, start: at }
}

/** Bytes of an ID3v2 tag at the start of a file. */
export function id3Length(bytes: Uint8Array): number {
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0
  return [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (bytes[at] ?? 0), 0) + 10
}
