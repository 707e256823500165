import type { Weights } from '../kernels/resize.ts'

export type WeighingFilter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos'

/** Pillow's filters that weigh pixels: how far they reach, in pixels of the larger scale, and their curves (Resample.c). */
const filters: Record<WeighingFilter, { support: number; curve: (x: number) => number }> = {
  box: { support: 0.5, curve: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, curve: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, curve: hamming },
  bicubic: { support: 2, curve: bicubic },
  lanczos: { support: 3, curve: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI)
}

/** Its constants are float32. */
function hamming(x: number): number {
  if (x === 0) return 1
  if (Math.abs(x) >= 1) return 0
  const angle = Math.abs(x) * Math.PI
  return (Math.sin(angle) / angle) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(angle))
}

/** Keys' with a = -0.5. */
function bicubic(signed: number): number {
  const x = Math.abs(signed)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
}

/** The pixels under the filter at each pixel of the target, and their shares. */
export interface Shares {
  first: Int32Array
  count: Int32Array
  /** `most` for each pixel of the target, of which the first `count` are used. */
  values: Float64Array
  most: number
}

/**
 * Pillow's weights for resizing the part `start` to `end` of `from` pixels to `to`: each target's pixels within the filter's reach,
 * which grows with the scale so that no pixel is skipped (antialiasing), their weights adding up to 1.
 */
export function shares(from: number, start: number, end: number, to: number, filter: WeighingFilter): Shares {
  const { support, curve } = filters[filter]
  const left = Math.fround(start)
  const scale = Math.fround(Math.fround(end) - left) / to
  const stretch = Math.max(1, scale)
  const reach = support * stretch
  const most = Math.ceil(reach) * 2 + 1
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const values = new Float64Array(to * most)
  for (let i = 0; i < to; i++) {
    const center = left + (i + 0.5) * scale
    const low = Math.max(0, Math.trunc(center - reach + 0.5))
    const high = Math.min(from, Math.trunc(center + reach + 0.5))
    const at = i * most
    let total = 0
    for (let x = low; x < high; x++) total += values[at + x - low] = curve((x - center + 0.5) * (1 / stretch))
    if (total !== 0) for (let k = at; k < at + high - low; k++) values[k]! /= total
    first[i] = low
    count[i] = high - low
  }
  return { first, count, values, most }
}

/** Shares as integers of 22 bits behind the point, rounded half away from 0, without the zeros at both ends. */
export function fixedWeights({ first, count, values, most }: Shares, from: number): Weights<Int32Array> {
  const fixed = new Int32Array(values.length)
  const begins = new Int32Array(first.length)
  let taps = 1
  for (let i = 0; i < first.length; i++) {
    const at = i * most
    let begin = at + count[i]!
    let end = at
    for (let k = at; k < at + count[i]!; k++) {
      const share = values[k]! * 2 ** 22
      fixed[k] = share < 0 ? share - 0.5 : share + 0.5
      if (fixed[k] !== 0) {
        begin = Math.min(begin, k)
        end = k + 1
      }
    }
    begins[i] = begin - at
    taps = Math.max(taps, end - begin)
  }
  return inside(first, begins, fixed, most, taps, from)
}

/** All windows `taps` wide and inside the `from` pixels of the source, which fewer than `taps` pixels never are. */
function inside(first: Int32Array, begins: Int32Array, fixed: Int32Array, most: number, taps: number, from: number): Weights<Int32Array> {
  const windows = new Int32Array(first.length)
  const values = new Int32Array(first.length * taps)
  for (let i = 0; i < first.length; i++) {
    const begin = Math.min(first[i]! + begins[i]!, from - taps)
    windows[i] = begin
    for (let tap = 0; tap < taps; tap++) {
      const k = begin + tap - first[i]!
      if (k >= 0 && k < most) values[i * taps + tap] = fixed[i * most + k]!
    }
  }
  return { first: windows, taps, values }
}
