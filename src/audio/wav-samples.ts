import type { WavSubtype } from './wav-header.ts'

/** Bytes of one sample. */
export const SAMPLE_BYTES: Record<WavSubtype, number> = {
  PCM_U8: 1,
  PCM_16: 2,
  PCM_24: 3,
  PCM_32: 4,
  FLOAT: 4,
  DOUBLE: 8,
  ALAW: 1,
  ULAW: 1,
}

/** Samples of a WAV file (all of `bytes`) as float32, scaled as soundfile does: full scale is 1. Always a new array. */
export function samplesToFloat(bytes: Uint8Array, subtype: WavSubtype): Float32Array {
  const out = new Float32Array(bytes.length / SAMPLE_BYTES[subtype])
  switch (subtype) {
    case 'PCM_U8':
      for (let i = 0; i < out.length; i++) out[i] = (bytes[i]! - 128) / 128
      break
    case 'PCM_16':
      scale(new Int16Array(...aligned(bytes, 2)), 2 ** 15, out)
      break
    case 'PCM_24':
      for (let i = 0, j = 0; i < out.length; i++, j += 3) {
        out[i] = ((bytes[j]! << 8) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 24)) / 2 ** 31
      }
      break
    case 'PCM_32':
      scale(new Int32Array(...aligned(bytes, 4)), 2 ** 31, out)
      break
    case 'FLOAT':
      out.set(new Float32Array(...aligned(bytes, 4)))
      break
    case 'DOUBLE':
      out.set(new Float64Array(...aligned(bytes, 8)))
      break
    case 'ALAW':
      for (let i = 0; i < out.length; i++) out[i] = aLaw(bytes[i]!) / 2 ** 15
      break
    case 'ULAW':
      for (let i = 0; i < out.length; i++) out[i] = muLaw(bytes[i]!) / 2 ** 15
      break
  }
  return out
}

/** Channel after channel of interleaved samples. */
export function planar(samples: Float32Array, channels: number): Float32Array[] {
  if (channels === 1) return [samples]
  const frames = samples.length / channels
  return Array.from({ length: channels }, (_, c) => {
    const out = new Float32Array(frames)
    for (let i = 0, j = c; i < frames; i++, j += channels) out[i] = samples[j]!
    return out
  })
}

/** The mean of the channels, summed in float32 as librosa.to_mono does. */
export function meanOfInterleaved(samples: Float32Array, channels: number): Float32Array {
  if (channels === 1) return samples
  const out = new Float32Array(samples.length / channels)
  for (let i = 0, j = 0; i < out.length; i++) {
    let sum = 0
    for (const end = j + channels; j < end; j++) sum = Math.fround(sum + samples[j]!)
    out[i] = sum / channels
  }
  return out
}

/** The same of channels that stand apart. */
export function meanOfPlanar(channels: readonly Float32Array[]): Float32Array {
  const [first, ...rest] = channels
  if (first === undefined || rest.length === 0) return first ?? new Float32Array(0)
  const out = first.slice()
  for (const channel of rest) for (let i = 0; i < out.length; i++) out[i]! += channel[i]!
  for (let i = 0; i < out.length; i++) out[i]! /= channels.length
  return out
}

/** Writes float32 samples as `subtype` from byte `at` on: clipped and rounded as soundfile.write does. */
export function floatToSamples(
  y: Float32Array,
  subtype: Exclude<WavSubtype, 'ALAW' | 'ULAW'>,
  out: DataView,
  at: number,
  stride: number,
): void {
  for (let i = 0; i < y.length; i++, at += stride) {
    const x = y[i]!
    if (subtype === 'FLOAT') out.setFloat32(at, x, true)
    else if (subtype === 'DOUBLE') out.setFloat64(at, x, true)
    else {
      // libsndfile rounds to 32 bits (halves to even), then drops the low ones.
      const whole = Math.min(Math.max(roundHalfToEven(x * 2 ** 31), -(2 ** 31)), 2 ** 31 - 1)
      if (subtype === 'PCM_32') out.setInt32(at, whole, true)
      else if (subtype === 'PCM_16') out.setInt16(at, whole >> 16, true)
      else if (subtype === 'PCM_U8') out.setUint8(at, (whole >> 24) + 128)
      else {
        out.setInt16(at, whole >> 8, true)
        out.setInt8(at + 2, whole >> 24)
      }
    }
  }
}

// The sum has no room for a fraction, so it is rounded, halves to even.
const roundHalfToEven = (x: number): number => (Math.abs(x) < 2 ** 51 ? x + 1.5 * 2 ** 52 - 1.5 * 2 ** 52 : x)

function scale(values: Int16Array | Int32Array, full: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = values[i]! / full
}

/** The arguments of a typed array over `bytes`, copied if they don't lie where such an array may start. */
function aligned(bytes: Uint8Array, size: number): [buffer: ArrayBufferLike, start: number, length: number] {
  const whole = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  return [whole.buffer, whole.byteOffset, whole.length / size]
}

// ITU-T G.711: sign, three bits of exponent, four of mantissa; even bits of A-law and all bits of mu-law are inverted.

function aLaw(code: number): number {
  const value = code ^ 0x55
  const exponent = (value >> 4) & 7
  const mantissa = ((value & 15) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1)
  return value & 128 ? magnitude : -magnitude
}

function muLaw(code: number): number {
  const value = ~code & 255
  const magnitude = ((((value & 15) << 3) + 132) << ((value >> 4) & 7)) - 132
  return value & 128 ? 0 - magnitude : magnitude // never -0
}
