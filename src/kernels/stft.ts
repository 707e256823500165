import { MillraceError } from '../core/errors.ts'
import { dft } from './dft.ts'
import { kernel } from './instance.ts'

/** `float64` computes as librosa does; `float32` is faster and less exact. Results are float32 either way. */
export type Precision = 'float64' | 'float32'

/** Where frames come from. In a block, frame i is the samples from `i * stride` on; `read` writes `count` frames, from number `first`. */
export interface Frames {
  count: number
  stride: number
  read(block: Float32Array, first: number, count: number): void
}

/** A sparse filter bank: band m weighs `edges[2m + 1]` bins from bin `edges[2m]` on; its weights follow those of band m - 1. */
export interface Bands {
  count: number
  edges: Int32Array
  weights: Float64Array
}

/** What becomes of the spectrum of a frame. `power` and `magnitude` are of the bins, or of `bands` where these are given. */
export interface Sink {
  kind: 'complex' | 'power' | 'magnitude'
  bands?: Bands
}

interface Exports {
  base(): number
  reserve(bytes: number): number
  setTransform(length: number, window: number, radices: number, twiddles: number, unsplit: number, a: number, b: number): void
  setBands(count: number, edges: number, weights: number): void
  run(double: number, sink: number, signal: number, groups: number, stride: number, out: number, imaginary: number, row: number): void
}

/** The largest prime factor the kernel takes: such a pass costs as many multiplications a point. */
const LARGEST_FACTOR = 61
const BLOCK_FLOATS = 1 << 20

/**
 * The spectra of all frames under `window` (its length is the frame's), as rows of bins or bands: row r holds the frames in order.
 * `complex` gives the real and the imaginary parts, the other kinds one array.
 * @throws MillraceError `TOO_LARGE` when a frame is beyond 2^22 samples or memory ends.
 */
export function spectra(frames: Frames, window: Float64Array, sink: Sink, precision: Precision = 'float64'): Float32Array[] {
  const n = window.length
  if (n > 1 << 22) throw new MillraceError('TOO_LARGE', `A frame may have 4,194,304 samples, not ${n}: choose a smaller nFft`)
  if (frames.count === 0) return spectraTwin(frames, window, sink)
  const radices = factorize(n % 2 === 0 ? n / 2 : n)
  if (Math.max(1, ...radices) > LARGEST_FACTOR) return spectraTwin(frames, window, sink)
  const { exports, memory } = kernel<Exports>('stft')
  const rows = sink.bands?.count ?? (n >> 1) + 1
  const outputs = Array.from({ length: sink.kind === 'complex' ? 2 : 1 }, () => new Float32Array(rows * frames.count))
  const start = prepare(exports, memory, window, radices, sink.bands, precision)

  const lanes = precision === 'float64' ? 2 : 4
  const perBlock = Math.floor(BLOCK_FLOATS / Math.max(frames.stride, rows)) & -lanes
  const capacity = Math.min(Math.max(lanes, perBlock), Math.ceil(frames.count / lanes) * lanes)
  const signal = start
  const signalFloats = (capacity - 1) * frames.stride + n
  const out = align(signal + 4 * signalFloats)
  const outFloats = rows * capacity
  allocate(exports, out + 4 * outFloats * outputs.length)
  const code = { complex: 0, power: 1, magnitude: 2 }[sink.kind] + (sink.bands === undefined ? 0 : 2)

  for (let first = 0; first < frames.count; first += capacity) {
    const count = Math.min(capacity, frames.count - first)
    const groups = Math.ceil(count / lanes)
    const block = new Float32Array(memory.buffer, signal, (groups * lanes - 1) * frames.stride + n)
    // Lanes without a frame hold what was there; their columns are not copied out.
    frames.read(block.subarray(0, (count - 1) * frames.stride + n), first, count)
    exports.run(lanes === 2 ? 1 : 0, code, signal, groups, 4 * frames.stride, out, out + 4 * outFloats, 4 * capacity)
    outputs.forEach((output, part) => {
      const result = new Float32Array(memory.buffer, out + 4 * outFloats * part, outFloats)
      if (count === frames.count && capacity === count) output.set(result)
      else for (let r = 0; r < rows; r++) output.set(result.subarray(r * capacity, r * capacity + count), r * frames.count + first)
    })
  }
  return outputs
}

/** The same in plain TypeScript, always in float64: the oracle of the kernel. */
export function spectraTwin(frames: Frames, window: Float64Array, sink: Sink): Float32Array[] {
  const n = window.length
  const bins = (n >> 1) + 1
  const rows = sink.bands?.count ?? bins
  const outputs = Array.from({ length: sink.kind === 'complex' ? 2 : 1 }, () => new Float32Array(rows * frames.count))
  const block = new Float32Array(n)
  const [re, im, values] = [new Float64Array(n), new Float64Array(n), new Float64Array(bins)]
  for (let frame = 0; frame < frames.count; frame++) {
    frames.read(block, frame, 1)
    for (let i = 0; i < n; i++) re[i] = block[i]! * window[i]!
    im.fill(0)
    dft(re, im)
    if (sink.kind === 'complex') {
      for (let k = 0; k < bins; k++) {
        outputs[0]![k * frames.count + frame] = re[k]!
        outputs[1]![k * frames.count + frame] = im[k]!
      }
      continue
    }
    for (let k = 0; k < bins; k++) {
      const power = re[k]! * re[k]! + im[k]! * im[k]!
      values[k] = sink.kind === 'power' ? power : Math.sqrt(power)
    }
    if (sink.bands === undefined) for (let k = 0; k < bins; k++) outputs[0]![k * frames.count + frame] = values[k]!
    else {
      weigh(
        sink.bands,
        (bin) => values[bin]!,
        (band, sum) => {
          outputs[0]![band * frames.count + frame] = sum
        },
      )
    }
  }
  return outputs
}

/** The sums of a filter bank over one frame. */
export function weigh(bands: Bands, value: (bin: number) => number, store: (band: number, sum: number) => void): void {
  let at = 0
  for (let band = 0; band < bands.count; band++) {
    const first = bands.edges[2 * band]!
    const count = bands.edges[2 * band + 1]!
    let sum = 0
    for (let i = 0; i < count; i++) sum += bands.weights[at++]! * value(first + i)
    store(band, sum)
  }
}

/** Radices of the passes, 4 where possible: their product is `points`. */
function factorize(points: number): number[] {
  const radices: number[] = []
  for (let p = 4; points > 1; p = p === 4 ? 2 : p === 2 ? 3 : p + 2) {
    if (p * p > points && p > 4) p = points
    for (; points % p === 0; points /= p) radices.push(p)
  }
  return radices
}

/** What lies in the kernel's memory below its blocks, so that a run with the same tables need not write them again. */
let resident: { window: Float64Array; precision: Precision; bands: Bands | undefined; end: number } | undefined

/** Writes the tables of a transform and of a filter bank; returns the first free byte. Equal arrays must be the same objects. */
function prepare(
  exports: Exports,
  memory: { buffer: ArrayBuffer },
  window: Float64Array,
  radices: number[],
  bands: Bands | undefined,
  precision: Precision,
): number {
  if (resident?.window === window && resident.precision === precision && resident.bands === bands) return resident.end
  resident = undefined
  const n = window.length
  const halved = n % 2 === 0
  const points = halved ? n / 2 : n
  const tables = [
    halved ? window.map((w) => w / 2) : window,
    Int32Array.of(...radices, 0),
    twiddles(points, radices),
    Float64Array.from({ length: 2 * ((points >> 1) + 1) }, (_, i) => root(i >> 1, n, i & 1)),
    bands?.edges ?? new Int32Array(0),
    bands?.weights ?? new Float64Array(0),
  ]
  const floats = precision === 'float64' ? Float64Array : Float32Array
  const encoded = tables.map((table) => (table instanceof Int32Array ? table : floats.from(table)))
  const at: number[] = []
  let end = align(exports.base())
  for (const table of encoded) {
    at.push(end)
    end = align(end + table.byteLength)
  }
  const buffers = [end, align(end + 32 * (points + 1))] as const
  end = align(buffers[1] + 32 * (points + 1))
  allocate(exports, end)
  for (const [i, table] of encoded.entries()) {
    new Uint8Array(memory.buffer, at[i], table.byteLength).set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength))
  }
  exports.setTransform(n, at[0]!, at[1]!, at[2]!, at[3]!, ...buffers)
  exports.setBands(bands?.count ?? 0, at[4]!, at[5]!)
  resident = { window, precision, bands, end }
  return end
}

/** For each pass: an odd radix's roots of unity (cosine, sine), then the twiddle factors of its groups. */
function twiddles(points: number, radices: number[]): Float64Array {
  const table: number[] = []
  let length = points
  for (const radix of radices) {
    const groups = length / radix
    if (radix % 2 === 1) for (let k = 0; k < radix; k++) table.push(root(k, radix, 0), -root(k, radix, 1))
    for (let p = 0; p < groups; p++) for (let j = 1; j < radix; j++) table.push(root(p * j, length, 0), root(p * j, length, 1))
    length = groups
  }
  return Float64Array.from(table)
}

/** The real (part 0) or imaginary (part 1) part of exp(-2 pi i k / n). */
function root(k: number, n: number, part: number): number {
  const angle = (2 * Math.PI * (k % n)) / n
  return part === 0 ? Math.cos(angle) : -Math.sin(angle)
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16
}

function allocate(exports: Exports, end: number): void {
  if (end >= 2 ** 32 || exports.reserve(end) === 0) {
    throw new MillraceError(
      'TOO_LARGE',
      `A spectrum needs ${end} bytes of WebAssembly memory, more than there is: choose a smaller nFft or hop`,
    )
  }
}
