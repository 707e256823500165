import { fromPcm16 } from '../kernels/pcm.ts'
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
  // The commonest kind by far.
  if (subtype === 'PCM_16') return fromPcm16(bytes, 1)
  const out = new Float32Array(bytes.length / SAMPLE_BYTES[subtype])
  switch (subtype) {
    case 'PCM_U8':
      for (let i = 0; i < out.length; i++) out[i] = (bytes[i]! - 128) * (1 / 128)
      break
    case 'PCM_24':
      for (let i = 0, j = 0; i < out.length; i++, j += 3) {
        out[i] = ((bytes[j]! << 8) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 24)) * (1 / 0x80000000)
      }
      break
    case 'PCM_32': {
      const values = new Int32Array(...aligned(bytes, 4))
      for (let i = 0; i < out.length; i++) out[i] = values[i]! * (1 / 0x80000000)
      break
    }
    case 'FLOAT':
      out.set(new Float32Array(...aligned(bytes, 4)))
      break
    case 'DOUBLE':
      out.set(new Float64Array(...aligned(bytes, 8)))
      break
    case 'ALAW':
      for (let i = 0; i < out.length; i++) out[i] = aLaw(bytes[i]!) * (1 / 32768)
      break
    case 'ULAW':
      for (let i = 0; i < out.length; i++) out[i] = muLaw(bytes[i]!) * (1 / 32768)
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

/** The mean of the channels of interleaved samples, summed in float32 as librosa.to_mono does. */
export function samplesToMono(bytes: Uint8Array, subtype: WavSubtype, channels: number): Float32Array {
  if (subtype === 'PCM_16' && channels === 2) return fromPcm16(bytes, 2)
  const samples = samplesToFloat(bytes, subtype)
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

/**
 * Writes float32 samples as `subtype` into every `channels`-th place of `bytes` from sample `first` on: clipped and rounded as
 * soundfile.write does.
 */
export function floatToSamples(
  y: Float32Array,
  subtype: Exclude<WavSubtype, 'ALAW' | 'ULAW'>,
  bytes: Uint8Array<ArrayBuffer>,
  first: number,
  channels: number,
): void {
  const place = [bytes.buffer, bytes.byteOffset, bytes.length / SAMPLE_BYTES[subtype]] as const
  if (subtype === 'FLOAT' || subtype === 'DOUBLE') {
    const out = subtype === 'FLOAT' ? new Float32Array(...place) : new Float64Array(...place)
    for (let i = 0, j = first; i < y.length; i++, j += channels) out[j] = y[i]!
  } else if (subtype === 'PCM_24') {
    for (let i = 0, j = 3 * first; i < y.length; i++, j += 3 * channels) {
      const value = to32Bits(y[i]!)
      bytes[j] = value >> 8
      bytes[j + 1] = value >> 16
      bytes[j + 2] = value >> 24
    }
  } else if (subtype === 'PCM_U8') {
    for (let i = 0, j = first; i < y.length; i++, j += channels) bytes[j] = (to32Bits(y[i]!) >> 24) + 128
  } else {
    const [out, drop] = subtype === 'PCM_16' ? [new Int16Array(...place), 16] : [new Int32Array(...place), 0]
    for (let i = 0, j = first; i < y.length; i++, j += channels) out[j] = to32Bits(y[i]!) >> drop
  }
}

/** libsndfile rounds to 32 bits, halves to even, and drops the low ones of shorter integers. */
function to32Bits(x: number): number {
  const value = x * 0x80000000
  if (value >= 0x7fffffff) return 0x7fffffff
  if (value <= -0x80000000) return -0x80000000
  return value + 6755399441055744 - 6755399441055744 // 1.5 * 2^52: the sum has no room for a fraction
}

/** The arguments of a typed array over `bytes`, copied if they don't lie where such an array may start. */
function aligned(bytes: Uint8Array, size: number): [buffer: ArrayBufferLike, start: number, length: number] {
  // Not slice(): that of a Buffer does not copy.
  const whole = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
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
