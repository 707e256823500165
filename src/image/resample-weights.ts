import { MillraceError } from '../core/errors.ts'
import type { Weights } from '../kernels/resize.ts'

export type WeighingFilter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos'

/** Where sines come from: `Math`, which engines round each in its way, or `resample-sine.ts`. */
export interface Trigonometry {
  sin: (x: number) => number
  cos: (x: number) => number
}

/** Pillow's filters that weigh pixels (Resample.c): how far they reach, in pixels of the coarser side, and their curves. */
const filters: Record<WeighingFilter, { reach: number; curve: (x: number, trigonometry: Trigonometry) => number }> = {
  box: { reach: 0.5, curve: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, curve: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { reach: 1, curve: hamming },
  bicubic: { reach: 2, curve: bicubic },
  lanczos: { reach: 3, curve: (x, { sin }) => (x >= -3 && x < 3 ? sinc(x, sin) * sinc(x / 3, sin) : 0) },
}

function sinc(x: number, sin: Trigonometry['sin']): number {
  const angle = x * Math.PI
  return x === 0 ? 1 : sin(angle) / angle
}

/** Its constants are float32. */
function hamming(x: number, { sin, cos }: Trigonometry): number {
  const angle = Math.abs(x) * Math.PI
  if (x === 0) return 1
  return Math.abs(x) >= 1 ? 0 : (sin(angle) / angle) * (Math.fround(0.54) + Math.fround(0.46) * cos(angle))
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

/** A side's length, the part of it that is resized, and to how many pixels. */
export interface Stretch {
  from: number
  start: number
  end: number
  to: number
}

/**
 * Pillow's weights: for each target the pixels within the filter's reach, which grows with the scale so that no pixel is skipped
 * (antialiasing); they add up to 1.
 * @throws MillraceError `TOO_LARGE` where Pillow has its MemoryError.
 */
export function shares({ from, start, end, to }: Stretch, filter: WeighingFilter, trigonometry: Trigonometry = Math): Shares {
  const { reach, curve } = filters[filter]
  const left = Math.fround(start)
  const scale = Math.fround(Math.fround(end) - left) / to
  const stretch = Math.max(1, scale)
  const support = reach * stretch
  const most = Math.ceil(support) * 2 + 1
  if (to * most > 2 ** 28) {
    throw new MillraceError(
      'TOO_LARGE',
      `Resizing ${from} to ${to} pixels takes ${to * most} weights, more than Pillow's 2 ** 28: go in steps.`,
    )
  }
  const first = new Int32Array(to)
  const count = new Int32Array(to)
  const values = new Float64Array(to * most)
  for (let i = 0; i < to; i++) {
    const center = left + (i + 0.5) * scale
    const low = Math.max(0, Math.trunc(center - support + 0.5))
    const high = Math.min(from, Math.trunc(center + support + 0.5))
    const at = i * most
    let total = 0
    for (let x = low; x < high; x++) total += values[at + x - low] = curve((x - center + 0.5) * (1 / stretch), trigonometry)
    if (total !== 0) for (let k = at; k < at + high - low; k++) values[k]! /= total
    first[i] = low
    count[i] = high - low
  }
  return { first, count, values, most }
}

const KEPT = 16
const kept = new Map<string, Weights<Int32Array>>()

/** `shares` as integers of 22 bits behind the point. The last few are kept, since pictures often have the size of those before. */
export function fixedWeights(stretch: Stretch, filter: WeighingFilter): Weights<Int32Array> {
  const { from, start, end, to } = stretch
  const key = [filter, from, start, end, to].join()
  const weights = kept.get(key) ?? fixed(shares(stretch, filter), from)
  // The one used last is the last to go.
  kept.delete(key)
  kept.set(key, weights)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
  return weights
}

/** Rounded half away from 0, without the zeros at both ends; all windows as wide as the widest, and inside the source. */
function fixed({ first, count, values, most }: Shares, from: number): Weights<Int32Array> {
  const rounded = new Int32Array(values.length)
  const begins = new Int32Array(first.length)
  let taps = 1
  for (let i = 0; i < first.length; i++) {
    let begin = count[i]!
    let end = 0
    for (let tap = 0; tap < count[i]!; tap++) {
      const share = values[i * most + tap]! * 2 ** 22
      const whole = Math.trunc(share < 0 ? share - 0.5 : share + 0.5)
      rounded[i * most + tap] = whole
      if (whole !== 0) {
        begin = Math.min(begin, tap)
        end = tap + 1
      }
    }
    begins[i] = first[i]! + begin
    taps = Math.max(taps, end - begin)
  }
  const windows = begins.map((begin) => Math.min(begin, from - taps))
  const weights = new Int32Array(first.length * taps)
  for (let i = 0; i < first.length; i++) {
    const shift = windows[i]! - first[i]!
    for (let tap = Math.max(0, -shift); tap < Math.min(taps, most - shift); tap++) {
      weights[i * taps + tap] = rounded[i * most + shift + tap]!
    }
  }
  return { first: windows, taps, values: weights }
}
