import { MillraceError } from '../core/errors.ts'
import { kernel } from '../kernels/instance.ts'
import type { Finite, Stage } from '../kernels/resample.ts'

// Runs a chain of stages in the WebAssembly kernel. Output is made in tiles: from the wanted samples of the last stage follows
// the window of samples that each stage before it must give, back to the input, so memory stays small for any length. The
// memory holds the tables of one chain (other chains wait in JavaScript), the transforms' work space and the windows of a tile.

interface Exports {
  reserve(bytes: number): number
  widen(src: number, dst: number, n: number): number
  narrow(src: number, dst: number, n: number): void
  rows(src: number, dst: number, n: number, row: number, period: number, advance: number, width: number, first: number, taps: number): void
  clock(src: number, dst: number, n: number, time: bigint, step: bigint, bits: number, order: number, width: number, taps: number): void
  forward(a: number, b: number, stride: number, z: number, n: number, twiddles: number): void
  finite(
    ...args: [...block: [src: number, dst: number, pairs: number, n: number, width: number, up: number, down: number], ...tables: number[]]
  ): void
}

const BASE = 1024
const LARGEST_WINDOW = 1 << 16
const LEAST_TILE = 512

/** The samples a stage makes for one tile and those it reads; spans are [start, end) in its own output and input samples. */
interface Step {
  stage: Stage
  out: Span
  /** What it may write beyond `out.end`. */
  outLimit: number
  in: Span
  /** What it may read beyond `in.end`: zeros. */
  inLimit: number
}

interface Span {
  start: number
  end: number
}

type Tables = Record<'taps' | 'first' | 'twiddles' | 'twiddlesEnd' | 'spectra', number>

let loaded: { chain: readonly Stage[]; tables: Tables[]; end: number } | undefined

/**
 * The first `out.length` samples of `chain` over `x`, into `out`. Returns whether all samples of `x` that were read are finite,
 * and how many were read.
 */
export function runChain(chain: readonly Stage[], x: Float32Array, out: Float32Array): { finite: boolean; read: number } {
  const length = tileLength(chain)
  let read = 0
  for (let from = 0; from < out.length; from += length) {
    const tile = runTile(chain, x, from, Math.min(from + length, out.length))
    read = tile.read
    if (tile.samples === undefined) return { finite: false, read }
    out.set(tile.samples, from)
  }
  return { finite: true, read }
}

/** Samples [from, to) of the result, as a view that the next tile overwrites; undefined when a sample that was read isn't finite. */
function runTile(chain: readonly Stage[], x: Float32Array, from: number, to: number): { samples: Float32Array | undefined; read: number } {
  const { exports, memory } = kernel<Exports>('resample')
  const { tables, end } = load(chain)
  const steps = windows(chain, from, to)
  // Buffer i lies before stage i: what that reads and what the stage before it writes. The last one is the result's.
  const spans = [...steps, undefined].map((step, i): Span => {
    const made = steps[i - 1]
    return {
      start: Math.min(step?.in.start ?? Infinity, made?.out.start ?? Infinity),
      end: Math.max(step?.inLimit ?? 0, made?.outLimit ?? 0),
    }
  })
  const start = Math.max(spans[0]!.start, 0)
  const given = { start, end: Math.max(Math.min(spans[0]!.end, x.length), start) }
  const count = given.end - start

  let top = end
  const take = (bytes: number): number => {
    const at = top
    top += Math.ceil((bytes + 32) / 16) * 16 // the kernel rounds up to whole vectors
    return at
  }
  const input = take(count * 4)
  const output = take((to - from) * 4)
  const buffers = spans.map((span) => take((span.end - span.start) * 8))
  reserve(top)
  const f32 = new Float32Array(memory.buffer)
  const f64 = new Float64Array(memory.buffer)
  const address = (i: number, sample: number): number => buffers[i]! + (sample - spans[i]!.start) * 8

  f32.set(x.subarray(start, given.end), input / 4)
  f32.fill(0, input / 4 + count, input / 4 + count + 3)
  if (!exports.widen(input, address(0, start), count)) return { samples: undefined, read: given.end }
  for (const [i, step] of steps.entries()) {
    // Silence before time 0 and after what was made.
    const made = i === 0 ? given : steps[i - 1]!.out
    f64.fill(0, address(i, spans[i]!.start) / 8, address(i, made.start) / 8)
    f64.fill(0, address(i, made.end) / 8, address(i, spans[i]!.end) / 8)
    run(exports, step, tables[i]!, address(i, step.in.start), address(i + 1, step.out.start), end)
  }
  exports.narrow(address(steps.length, from), output, to - from)
  return { samples: f32.subarray(output / 4, output / 4 + to - from), read: given.end }
}

function tileLength(chain: readonly Stage[]): number {
  let [rate, highest] = [1, 1]
  for (const stage of chain.toReversed()) highest = Math.max(highest, (rate *= samplesPerOutput(stage)))
  return Math.max(LEAST_TILE, Math.floor(LARGEST_WINDOW / highest))
}

function samplesPerOutput(stage: Stage): number {
  if (stage.kind === 'clocked') return Number(stage.step) / 2 ** 32
  return stage.kind === 'rows' ? stage.advance / stage.period : stage.down / stage.up
}

function windows(chain: readonly Stage[], from: number, to: number): Step[] {
  const steps: Step[] = []
  let wanted: Span = { start: from, end: to }
  for (const stage of chain.toReversed()) {
    const step = window(stage, Math.max(wanted.start, 0), wanted.end)
    steps.unshift(step)
    wanted = step.in
  }
  return steps
}

/** What a stage reads to make the samples [start, end) of its output, start >= 0. */
function window(stage: Stage, start: number, end: number): Step {
  if (stage.kind === 'finite') {
    const { up, down, width, lead } = stage
    const first = Math.floor(start / up)
    const count = Math.ceil(end / up) - first
    const made = 2 * hop(stage) * pairs(stage, count)
    const from = (first + lead - width + 1) * down
    return {
      stage,
      out: { start: first * up, end },
      outLimit: (first + made) * up,
      in: { start: from, end: from + (count + width - 1) * down },
      inLimit: from + (made + width - 1) * down,
    }
  }
  const at = (n: number): number =>
    stage.kind === 'rows'
      ? Math.floor(n / stage.period) * stage.advance + stage.first[n % stage.period]!
      : Number((BigInt(n) * stage.step + stage.offset) >> 32n) + stage.first
  const read = { start: at(start), end: at(end - 1) + stage.width }
  return { stage, out: { start, end }, outLimit: end, in: read, inLimit: read.end }
}

/** Points of a finite stage's transform: about four times its taps, a flat optimum. */
const points = ({ width }: Finite): number => Math.max(2 ** Math.round(Math.log2(4 * width)), 256)
const hop = (stage: Finite): number => points(stage) - stage.width + 1
const pairs = (stage: Finite, count: number): number => Math.ceil(count / (2 * hop(stage)))

function run(exports: Exports, { stage, out, in: { start } }: Step, tables: Tables, src: number, dst: number, work: number): void {
  const count = out.end - out.start
  if (stage.kind === 'rows') {
    const { period, advance, width } = stage
    const cycle = Math.floor(out.start / period)
    // The kernel counts from the sample at the cycle's own time 0.
    exports.rows(src + (cycle * advance - start) * 8, dst, count, out.start % period, period, advance, width, tables.first, tables.taps)
  } else if (stage.kind === 'clocked') {
    const { step, offset, bits, order, width } = stage
    const time = (BigInt(out.start) * step + offset) & 0xffffffffn
    exports.clock(src, dst, count, time, step, bits, order, width, tables.taps)
  } else {
    const { up, down, width } = stage
    const blocks = pairs(stage, Math.ceil(count / up))
    const space = work - workBytes(stage)
    exports.finite(src, dst, blocks, points(stage), width, up, down, tables.twiddles, tables.twiddlesEnd, tables.spectra, space)
  }
}

const workBytes = (stage: Stage): number => (stage.kind === 'finite' ? (stage.down + 1) * points(stage) * 16 : 0)

/** Puts a chain's tables into the kernel's memory, unless they are there. */
function load(chain: readonly Stage[]): { tables: Tables[]; end: number } {
  if (loaded?.chain === chain) return loaded
  loaded = undefined
  const { exports, memory } = kernel<Exports>('resample')
  let top = BASE
  const take = (bytes: number): number => {
    const at = top
    top += Math.ceil(bytes / 16) * 16
    reserve(top)
    return at
  }
  const put = (values: Float64Array): number => {
    const at = take(values.length * 8)
    new Float64Array(memory.buffer, at, values.length).set(values)
    return at
  }
  const tables = chain.map((stage): Tables => {
    const table = { taps: 0, first: 0, twiddles: 0, twiddlesEnd: 0, spectra: 0 }
    if (stage.kind === 'clocked') return { ...table, taps: put(stage.taps) }
    if (stage.kind === 'rows') {
      const first = take(stage.first.length * 4)
      new Int32Array(memory.buffer, first, stage.first.length).set(stage.first)
      return { ...table, first, taps: put(stage.taps) }
    }
    const n = points(stage)
    const factors = twiddles(n)
    const at = put(factors)
    const spectra = take(stage.up * stage.down * n * 16)
    const padded = take(n * 16)
    stage.parts.flat().forEach((part, i) => {
      const values = new Float64Array(memory.buffer, padded, 2 * n).fill(0)
      part.forEach((tap, k) => (values[k] = tap / n))
      exports.forward(padded, padded + n * 8, 8, spectra + i * n * 16, n, at)
    })
    top = padded
    return { ...table, twiddles: at, twiddlesEnd: at + factors.byteLength, spectra }
  })
  take(Math.max(...chain.map(workBytes)))
  loaded = { chain, tables, end: top }
  return loaded
}

/** exp(-2 pi i k / n) in the order in which the kernel's passes read them. */
function twiddles(n: number): Float64Array {
  const table: number[] = []
  const cos = (k: number, length: number): number => Math.cos((2 * Math.PI * k) / length)
  const sin = (k: number, length: number): number => -Math.sin((2 * Math.PI * k) / length)
  for (let k = 0; k < n / 2; k += 2) table.push(cos(k, n), cos(k + 1, n), sin(k, n), sin(k + 1, n))
  for (let length = n / 2; length > 4; length /= 4) {
    for (let k = 0; k < length / 4; k++) for (const p of [k, 2 * k, 3 * k]) table.push(cos(p, length), sin(p, length))
  }
  return Float64Array.from(table)
}

function reserve(bytes: number): void {
  if (bytes <= 2 ** 32 - 2 ** 16 && kernel<Exports>('resample').exports.reserve(bytes)) return
  throw new MillraceError(
    'AUDIO_TOO_LARGE',
    `Resampling needs ${Math.ceil(bytes / 2 ** 20)} MiB at once for these rates, more than the kernel can get; resample in steps of a smaller ratio.`,
  )
}
