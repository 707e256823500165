import { kernel } from './instance.ts'

interface Exports {
  base(): number
  reserve(bytes: number): number
  mono(from: number, count: number, to: number): void
  stereo(from: number, count: number, to: number): void
}

/** Frames converted at a time, so that memory stays small. */
const CHUNK = 1 << 16
const SLACK = 32

/**
 * Whole frames of little-endian 16-bit samples (all of `bytes`) as float32, full scale 1: of one channel, or the mean of two. Sums
 * of two are exact.
 */
export function fromPcm16(bytes: Uint8Array, channels: 1 | 2): Float32Array {
  const { exports, memory } = kernel<Exports>('pcm')
  const width = 2 * channels
  const out = new Float32Array(bytes.length / width)
  const from = exports.base()
  const to = from + width * CHUNK + SLACK
  if (exports.reserve(to + 4 * CHUNK + SLACK) === 0) return fromPcm16Twin(bytes, channels)
  for (let first = 0; first < out.length; first += CHUNK) {
    const count = Math.min(CHUNK, out.length - first)
    new Uint8Array(memory.buffer, from).set(bytes.subarray(first * width, (first + count) * width))
    exports[channels === 1 ? 'mono' : 'stereo'](from, count, to)
    out.set(new Float32Array(memory.buffer, to, count), first)
  }
  return out
}

/** The same in plain TypeScript: the oracle of the kernel. */
export function fromPcm16Twin(bytes: Uint8Array, channels: 1 | 2): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: bytes.length / (2 * channels) }, (_, i) => {
    if (channels === 1) return view.getInt16(2 * i, true) / 32768
    return (view.getInt16(4 * i, true) + view.getInt16(4 * i + 2, true)) / 65536
  })
}
