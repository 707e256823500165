import type { Clocked, Finite, Rows, Stage } from '../kernels/resample.ts'
import type { Polyphase } from './resample-design.ts'

// With no more products an output than this, or with more outputs an input, direct sums beat the Fourier transform.
const DIRECT_WIDTH = 20
const DIRECT_UP = 8

const multipleOf4 = (n: number): number => (n + 3) & ~3

/** A symmetric filter at `up` times the input rate, of whose outputs every `down`-th is kept: by rows when short, else by transform. */
export function finite(h: Float64Array, up: number, down: number): Stage {
  return Math.ceil(h.length / up) <= DIRECT_WIDTH || up > DIRECT_UP ? finiteRows(h, up, down) : finiteParts(h, up, down)
}

// Output n of the zero-stuffed input is the sum over s of h[n down + centre - up s] x[s].

function finiteRows(h: Float64Array, up: number, down: number): Rows {
  const centre = (h.length - 1) / 2
  const taken = Math.ceil(h.length / up)
  const width = multipleOf4(taken)
  const first = new Int32Array(up)
  const taps = new Float64Array(up * width)
  for (let r = 0; r < up; r++) {
    const start = (first[r] = Math.floor((r * down + centre) / up) - taken + 1)
    for (let t = 0; t < taken; t++) taps[r * width + t] = h[r * down + centre - up * (start + t)] ?? 0
  }
  return { kind: 'rows', period: up, advance: down, width, first, taps }
}

function finiteParts(h: Float64Array, up: number, down: number): Finite {
  const centre = (h.length - 1) / 2
  const tap = (l: number, m: number, i: number): number | undefined => h[up * down * i + l * down + centre - up * m]
  // Over all parts, the outermost i that has a tap.
  const lead = Math.floor((centre + (up - 1) * down) / (up * down))
  const lag = Math.floor((centre + up * (down - 1)) / (up * down))
  const width = (lead + lag + 1) | 1
  const parts = Array.from({ length: up }, (_, l) =>
    Array.from({ length: down }, (_, m) => Float64Array.from({ length: width }, (_, i) => tap(l, m, i - lead) ?? 0)),
  )
  return { kind: 'finite', up, down, lead, width, parts }
}

/** A polyphase filter whose every phase has its own row, in the order in which outputs visit them. */
export function phased({ prototype, width: taken, phases, L, M }: Polyphase): Rows {
  const common = gcd(L, M)
  const [period, advance] = [L / common, M / common]
  const start = taken & 1 ? L / 2 : 0
  const width = multipleOf4(taken)
  const first = new Int32Array(period)
  const taps = new Float64Array(period * width)
  for (let r = 0; r < period; r++) {
    const q = r * M + start
    const phase = q % L
    first[r] = (q - phase) / L + Math.floor(taken / 2) - taken + 1
    for (let t = 0; t < taken; t++) taps[r * width + t] = prototype[(taken - 1 - t) * phases + phase]!
  }
  return { kind: 'rows', period, advance, width, first, taps }
}

/** A polyphase filter that interpolates between its phases: rows of the taps and of their first and second differences. */
export function clocked({ prototype, width: taken, phases, order, M }: Polyphase): Clocked {
  if (order === 0) throw new Error('order 0 has no clock')
  const width = multipleOf4(taken)
  const size = (order + 1) * width
  const taps = new Float64Array(phases * size)
  for (let j = 0; j < phases; j++) {
    for (let t = 0; t < taken; t++) {
      const s = (taken - 1 - t) * phases + j
      const [g0, g1, g2] = [prototype[s]!, prototype[s + 1] ?? 0, prototype[s + 2] ?? 0]
      taps[j * size + t] = g0
      taps[j * size + width + t] = g1 - g0
      if (order === 2) taps[j * size + 2 * width + t] = (g2 - 2 * g1 + g0) / 2
    }
  }
  return {
    kind: 'clocked',
    step: BigInt(Math.floor(M * 2 ** 32 + 0.5)),
    offset: taken & 1 ? 1n << 31n : 0n,
    bits: Math.log2(phases),
    order,
    width,
    first: Math.floor(taken / 2) - taken + 1,
    taps,
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
