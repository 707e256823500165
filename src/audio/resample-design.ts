// The filters of libsoxr's "HQ" recipe (20 bits, linear phase), from its design formulas: Kaiser-windowed sinc prototypes and
// minimax half-bands. Frequencies are relative to the Nyquist frequency of the prototype's own grid.

const DB2 = 20 * Math.log10(2)

/** Pass edge as a share of the lower of the two Nyquist frequencies; the stop edge is 1. */
export const PASS_EDGE = 0.9137436532733066
/** Attenuation of a lone stage, dB: 20 bits and one to spare. */
export const ATTENUATION: number = 21 * DB2
/** What a polyphase stage adds to every stage's attenuation, dB. */
export const POLY_ATTENUATION: number = DB2

// Where a Kaiser design of 132.45 dB has lost 0.01 dB, as a share of its transition band.
const POLY_EDGE = 0.8742128408941549
// Coefficients held as float32 above this size make libsoxr interpolate with order 2 instead of 1.
const MAX_TABLE_BYTES = 401_000
// log2 of the phases of an interpolated table, before the rate is taken off, at order 1 and 2.
const INTERPOLATION_BITS = {
  up: [11, 7],
  mid: [Math.fround(10.6), 6.75],
  down: [Math.fround(12.4), Math.fround(7.8)],
} as const

// Kaiser's beta as cubics in the attenuation, one for each doubling of the relative transition width from 0.0005 * 2^5.
const BETA = [
  [9.519571e-9, 7.272678e-6, 0.1090068, -0.8890768],
  [-5.626821e-9, 1.342186e-5, 0.1083999, -0.8565452],
  [-9.965946e-8, 5.073548e-5, 0.1040967, -0.6822778],
  [1.604808e-7, -5.856462e-5, 0.1185998, -1.24824],
  [-1.511964e-7, 6.363034e-5, 0.1064627, -0.8076665],
] as const

// Taps at +-1, +-3, ... of the half-bands; the centre is 1/2.
const HALF_BAND_8 = [
  0.3115465234, -0.08734491714, 0.03681445821, -0.01518920509, 0.005454086376, -0.001564386907, 0.000318166053, -3.479951467e-5,
]
const HALF_BAND_9 = [
  0.3122703474, -0.08922151681, 0.03913970386, -0.01725055873, 0.006858944486, -0.002304505413, 0.0006096376789, -0.0001132381436,
  1.119779004e-5,
]

/** The odd taps (offsets 1, 3, ...) of the half-band decimator for an attenuation in dB. */
export function halfBand(attenuation: number): readonly number[] {
  return attenuation <= 136.51 ? HALF_BAND_8 : HALF_BAND_9
}

/** Taps of the finite filter that goes from `pass` to `stop` on a grid of `grid` times the lower rate, zero-stuffed by `up`. */
export function designFir(pass: number, stop: number, grid: number, attenuation: number, up: number): Float64Array {
  const { cutoff, beta, taps: wanted } = kaiser(pass / grid, stop / grid, attenuation, 1)
  const step = grid === up && up >= 2 && up <= 256 && Number.isInteger(Math.log2(up)) ? 2 * up : 4
  const taps = Math.floor((Math.ceil(wanted) + step - 2) / step) * step + 1
  return windowedSinc(taps, cutoff, beta, 0.5, up)
}

export type Direction = 'up' | 'mid' | 'down'

/** A polyphase filter: tap `i` of phase `j` is `prototype[i * phases + j]`. Order 0 has every phase; 1 and 2 interpolate between them. */
export interface Polyphase {
  prototype: Float64Array
  width: number
  phases: number
  order: 0 | 1 | 2
  /** Output n sits at input time n * M / L; L is 1 when interpolated. */
  L: number
  M: number
}

/**
 * The polyphase filter after (`up`, `down`) or before (`mid`) a finite filter with the edges `pass` and `stop`, for the step
 * M / L, which is exact when `L` is given.
 */
export function designPolyphase(direction: Direction, pass: number, stop: number, M: number, L: number | undefined): Polyphase {
  const step = M / (L ?? 1)
  const [grid, end] = direction === 'mid' ? [2 * step, 3] : [1, 2 - (pass + (stop - pass) * 0.7)]
  const start = end - (end - pass) / POLY_EDGE
  const attenuation = ATTENUATION + POLY_ATTENUATION
  const orders = L === undefined ? ([1, 2] as const) : ([0] as const)
  for (const order of orders) {
    let ratio = order === 0 ? { L: L ?? 1, M } : { L: 1, M: step }
    let phases = ratio.L
    if (order !== 0) phases = 2 ** Math.ceil(INTERPOLATION_BITS[direction][order - 1]! - Math.log2(direction === 'up' ? 1 : step))
    const least = Math.max(phases, 19)
    let width = Math.floor(Math.ceil(kaiser(start / grid, end / grid, attenuation, least).taps) / least) + 1
    if (direction === 'down') width += width & 1
    if (order === 0 && width & 1 && ratio.L & 1) {
      phases *= 2
      ratio = { L: 2 * ratio.L, M: 2 * ratio.M }
    }
    if (order === 1 && 16 * Math.ceil(width / 4) * phases * 2 >= MAX_TABLE_BYTES) continue
    const { cutoff, beta } = kaiser(start / grid, end / grid, attenuation, phases)
    const prototype = new Float64Array(width * phases)
    prototype.set(windowedSinc(width * phases - 1, cutoff, beta, 0.75, phases), 1)
    return { prototype, width, phases, order, ...ratio }
  }
  throw new Error('unreachable: order 2 has no limit')
}

/** Cut-off, beta and the (fractional) number of taps of a Kaiser design whose grid is refined `phases` times. */
function kaiser(pass: number, stop: number, attenuation: number, phases: number): { cutoff: number; beta: number; taps: number } {
  const end = stop / phases
  const half = Math.min((0.5 * (stop - pass)) / phases, 0.5 * end)
  const cutoff = end - half
  const beta = kaiserBeta(attenuation, (0.5 * half) / cutoff)
  const area = ((0.0007528358 - 1.577737e-5 * beta) * beta + 0.6248022) * beta + 0.06186902
  return { cutoff, beta, taps: area / half + 1 }
}

function kaiserBeta(attenuation: number, width: number): number {
  const u = Math.log2(width / 0.0005)
  const row = Math.floor(u)
  const at = (k: number): number => {
    const [a, b, c, d] = BETA[Math.min(Math.max(k - 5, 0), 4)]!
    return ((a * attenuation + b) * attenuation + c) * attenuation + d
  }
  return at(row) + (at(row + 1) - at(row)) * (u - row)
}

function windowedSinc(taps: number, cutoff: number, beta: number, rho: number, gain: number): Float64Array {
  const h = new Float64Array(taps)
  const middle = (taps - 1) / 2
  const scale = (gain * cutoff) / besselI0(beta)
  for (let i = 0, j = taps - 1; i <= j; i++, j--) {
    const z = i - middle
    const y = z / (middle + rho)
    const t = Math.PI * cutoff * z
    h[i] = h[j] = scale * (t === 0 ? 1 : Math.sin(t) / t) * besselI0(beta * Math.sqrt(1 - y * y))
  }
  return h
}

/** The modified Bessel function of the first kind and order 0, by its power series (all terms are positive). */
function besselI0(x: number): number {
  const q = (x * x) / 4
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= q / (k * k)
    sum += term
  }
  return sum
}
