import type { Stage } from '../kernels/resample.ts'
import { clocked, finite, phased } from './resample-stages.ts'
import { ATTENUATION, designFir, designPolyphase, halfBand, PASS_EDGE, POLY_ATTENUATION, type Direction } from './resample-design.ts'

/** What the stages are, before their filters are designed: halvings, then `pre`, `poly` and `post` where present. */
export interface Structure {
  direction: Direction
  halvings: number
  pre: Ratio | undefined
  poly: { M: number; L: number | undefined } | undefined
  post: Ratio | undefined
  /** How far a last filter raises the rate; 1 without one. */
  lift: number
}

export interface Ratio {
  up: number
  down: number
}

// The largest denominator for which every phase has its own row.
const MAX_PHASES = 2048

/**
 * The chain of filters that libsoxr's HQ recipe runs for `ratio` = input rate / output rate: its halvings, half-bands,
 * finite filters and polyphase filters, checked against libsoxr's own trace on 10,812 pairs of rates.
 */
export function structure(ratio: number): Structure {
  const plain = chain(ratio, 1)
  const gain = plain.gain
  if (gain <= 4 || gain === 5) return plain.structure
  let lift = 4
  for (let i = Math.floor(gain / 16) >> 1; i > 0 && lift < 256; i >>= 1) lift *= 2
  return chain(ratio, lift).structure
}

function chain(ratio: number, lift: number): { structure: Structure; gain: number } {
  let m = ratio * lift
  let halvings = Math.max(0, bitLength(Math.floor(m / 2)) - 1)
  m /= 2 ** halvings
  const direction: Direction = m < 1 ? 'up' : m > 1.5 && m < 2 ? 'mid' : 'down'
  const up = m <= 1.5 ? 2 : 1
  const down = direction === 'mid' ? 2 : 1
  const step = (m / down) * up
  let fraction = asFraction(step)
  // 4 less rounding noise is one more halving.
  if (fraction?.M === 4 && fraction.L === 1) {
    halvings++
    fraction = { M: 2, L: 1 }
  }
  const { M, L } = fraction ?? { M: step, L: 1 }
  const gain = (up * L) / M
  const raise = lift > 1 ? { up: lift, down: 1 } : undefined
  if (fraction !== undefined) {
    let [total, per] = [up * L, M * down]
    if (total % 2 === 0 && per % 2 === 0) [total, per] = [total / 2, per / 2]
    if (Math.max(total, per) < 5 || total * per < 6) {
      const pre = total * per > 1 ? { up: total, down: per } : undefined
      return { gain, structure: { direction, halvings, pre, poly: undefined, post: raise, lift } }
    }
  }
  const pre = direction === 'mid' ? undefined : { up, down: 1 }
  const post = direction === 'mid' ? { up: lift, down } : raise
  return { gain, structure: { direction, halvings, pre, poly: { M, L: fraction?.L }, post, lift } }
}

/** The stages of `structure(ratio)` with their filters, in the order in which they run; none at equal rates. */
export function plan(ratio: number): Stage[] {
  const { direction, halvings, pre, poly, post, lift } = structure(ratio)
  const finites = halvings + (pre ? 1 : 0) + (post ? 1 : 0)
  let attenuation = ATTENUATION + 20 * Math.log10(Math.max(finites, 1))
  if (poly) attenuation += POLY_ATTENUATION
  const half = halvings > 0 ? halfStage(attenuation) : undefined
  const stages: Stage[] = half ? Array.from({ length: halvings }, () => half) : []
  let [pass, stop] = [PASS_EDGE, 1]
  if (pre) {
    const grid = poly && direction === 'down' ? poly.M / (poly.L ?? 1) : Math.max(pre.up, pre.down)
    stages.push(finite(designFir(pass, stop, grid, attenuation, pre.up), pre.up, pre.down))
    pass /= grid
    stop /= grid
  }
  if (poly) {
    const filter = designPolyphase(direction, pass, stop, poly.M, poly.L)
    stages.push(filter.order === 0 ? phased(filter) : clocked(filter))
  }
  if (post) {
    const [from, to] = direction === 'up' ? [PASS_EDGE * ratio * lift, Math.max(2 - ratio * lift, 1)] : [PASS_EDGE, 1]
    const taps = designFir(from, to, Math.max(post.up, post.down), attenuation, post.up)
    stages.push(finite(taps, post.up, post.down))
  }
  return stages
}

function halfStage(attenuation: number): Stage {
  const odd = halfBand(attenuation)
  const middle = 2 * odd.length - 1
  const taps = new Float64Array(2 * middle + 1)
  taps[middle] = 0.5
  odd.forEach((c, j) => (taps[middle - 2 * j - 1] = taps[middle + 2 * j + 1] = c))
  return finite(taps, 1, 2)
}

/** `value` as M / L with L at most 2048, to the precision of a fractional part of 32 bits; undefined when there is none. */
function asFraction(value: number): { M: number; L: number } | undefined {
  const whole = Math.floor(value)
  const part = value - whole
  if (part === 0) return { M: whole, L: 1 }
  const scaled = part * 2 ** 32
  const tolerance = Math.abs(Math.floor(scaled + 0.5) / scaled - 1)
  for (let L = 1; L <= MAX_PHASES; L++) {
    const exact = part * L
    const near = Math.floor(exact + 0.5)
    if (Math.abs(near / exact - 1) <= tolerance) return { M: L * whole + near, L }
  }
  return undefined
}

const bitLength = (n: number): number => (n < 1 ? 0 : Math.floor(Math.log2(n)) + 1)
