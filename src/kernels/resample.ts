// What a stage of a resampler computes, in plain TypeScript: the oracle of assembly/resample.ts. Every stage reads samples that
// are 0 before time 0 and after the end; every output is a sum of products in float64.

/** One row of taps for each of `period` outputs: y[c period + r] = sum over t of taps[r][t] x[c advance + first[r] + t]. */
export interface Rows {
  kind: 'rows'
  period: number
  advance: number
  /** Taps in a row, a multiple of 4. */
  width: number
  first: Int32Array
  taps: Float64Array
}

/** A longer filter, by Fourier transform: y[c up + l] = sum over m, i of parts[l][m][i] x[(c + lead - i) down + m]. */
export interface Finite {
  kind: 'finite'
  up: number
  down: number
  lead: number
  /** Taps in a part, odd. */
  width: number
  parts: Float64Array[][]
}

/**
 * Rows for any step, interpolated: output n sits at q = n step + offset, in 2^-32 of an input sample. With k = q >> 32, j the
 * top `bits` of the low word and f the rest of it as a fraction, y[n] = sum over t of (a + b f + c f (f - 1)) x[k + first + t],
 * where a, b (and c when `order` is 2) are the rows of `taps` for phase j.
 */
export interface Clocked {
  kind: 'clocked'
  step: bigint
  offset: bigint
  bits: number
  order: 1 | 2
  width: number
  first: number
  taps: Float64Array
}

export type Stage = Rows | Finite | Clocked

/** Outputs 0 to `count` of a stage over the samples x. */
export function runStage(stage: Stage, x: ArrayLike<number>, count: number): Float64Array {
  const at = (i: number): number => x[i] ?? 0
  const output = { rows, finite, clocked }[stage.kind] as (stage: Stage, n: number, at: (i: number) => number) => number
  return Float64Array.from({ length: count }, (_, n) => output(stage, n, at))
}

function rows({ period, advance, width, first, taps }: Rows, n: number, at: (i: number) => number): number {
  const r = n % period
  const start = Math.floor(n / period) * advance + first[r]!
  let sum = 0
  for (let t = 0; t < width; t++) sum += taps[r * width + t]! * at(start + t)
  return sum
}

function finite({ up, down, lead, width, parts }: Finite, n: number, at: (i: number) => number): number {
  const c = Math.floor(n / up)
  let sum = 0
  parts[n % up]!.forEach((part, m) => {
    for (let i = 0; i < width; i++) sum += part[i]! * at((c + lead - i) * down + m)
  })
  return sum
}

function clocked({ step, offset, bits, order, width, first, taps }: Clocked, n: number, at: (i: number) => number): number {
  const q = BigInt(n) * step + offset
  const low = Number(q & 0xffffffffn)
  const phase = Math.floor(low / 2 ** (32 - bits))
  const f = (low * 2 ** bits) / 2 ** 32 - phase
  const row = phase * (order + 1) * width
  const start = Number(q >> 32n) + first
  let sum = 0
  for (let t = 0; t < width; t++) {
    let tap = taps[row + t]! + f * taps[row + width + t]!
    if (order === 2) tap += f * (f - 1) * taps[row + 2 * width + t]!
    sum += tap * at(start + t)
  }
  return sum
}
