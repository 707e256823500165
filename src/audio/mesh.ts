// Where matplotlib's Agg backend puts the cells and the tick marks of `librosa.display.specshow` on a figure of 100 dots an inch
// that its axes fill. Positions are computed in the order matplotlib does, so that roundings on the border of a pixel agree.

import type { Spans } from '../kernels/mesh.ts'

/** An axis: the centres of its cells, and the scale they are drawn on. */
export interface Axis {
  centres: Float64Array
  /** `symlog` is linear up to 1000 and then logarithmic to base 2, what specshow takes for mel. */
  scale: 'linear' | 'symlog'
}

const THRESHOLD = 1000

/** The pixels of each cell from the left or, `flip`, from the top; empty when the axis has but one cell, which has no extent. */
export function cellSpans(axis: Axis, size: number, flip: boolean): Spans {
  const { slope, origin } = placement(axis, size)
  const scale = scaleOf(axis)
  const pixels = Array.from(cellEdges(axis.centres), (edge) => {
    // A mesh on a scale that is not linear is placed first and turned upside down then; a linear one in one step.
    const straight = scale(edge) * slope + origin
    const place = !flip ? straight : axis.scale === 'symlog' ? size - straight : edge * -slope + (size - origin)
    return Math.floor(place + 0.5)
  })
  const spans: [number, number, number][] = []
  for (let cell = 0; cell + 1 < pixels.length; cell++) {
    const start = Math.max(0, Math.min(pixels[cell]!, pixels[cell + 1]!))
    const end = Math.min(size, Math.max(pixels[cell]!, pixels[cell + 1]!))
    if (start < end) spans.push([cell, start, end])
  }
  return Int32Array.from((flip ? spans.reverse() : spans).flat())
}

/** The pixel rows on which the marks of a vertical symlog axis are centred, from below (`SymmetricalLogLocator`, 15 marks at most). */
export function tickRows(axis: Axis, size: number): number[] {
  const [low, high] = limits(axis)
  const transformed = [symlog(low), symlog(high)] as const
  const slack = (transformed[1] - transformed[0]) * 1e-10
  const { slope, origin } = placement(axis, size)
  return tickValues(low, high)
    .filter((value) => symlog(value) >= transformed[0] - slack && symlog(value) <= transformed[1] + slack)
    .map((value) => Math.floor(symlog(value) * -slope + (size + 0.5 - origin)))
}

/** Borders of the cells around centres, halfway between them; the outer ones as far out as the next ones lie in. */
function cellEdges(centres: Float64Array): Float64Array {
  const n = centres.length
  if (n === 1) return Float64Array.of(centres[0]!, centres[0]!)
  const half = (i: number): number => (centres[i + 1]! - centres[i]!) * 0.5
  return Float64Array.from({ length: n + 1 }, (_, i) => {
    if (i === 0) return centres[0]! - half(0)
    return centres[i - 1]! + half(Math.min(i - 1, n - 2))
  })
}

/** What the axis shows: the outer borders. One cell alone is widened by 5%, then by matplotlib's margin of 5% on the scale. */
function limits(axis: Axis): [number, number] {
  const edges = cellEdges(axis.centres)
  const low = edges[0]!
  const high = edges.at(-1)!
  if (high > low) return [low, high]
  const room = low === 0 ? 0.05 : 0.05 * Math.abs(low)
  const [a, b] = axis.scale === 'symlog' ? [symlog(low - room), symlog(high + room)] : [low - room, high + room]
  const margin = (b - a) * 0.05
  return axis.scale === 'symlog' ? [unsymlog(a - margin), unsymlog(b + margin)] : [a - margin, b + margin]
}

/** Pixels from the left or the bottom are `slope * scale(value) + origin`. */
function placement(axis: Axis, size: number): { slope: number; origin: number } {
  const [low, high] = limits(axis).map(scaleOf(axis)) as [number, number]
  // The figure is size / 100 inches wide, which in floating point may come out a hair wider or narrower.
  const length = (size / 100) * 100
  const unit = 1 / (high - low)
  return { slope: length * unit, origin: length * (-low * unit) }
}

function scaleOf(axis: Axis): (value: number) => number {
  return axis.scale === 'symlog' ? symlog : (value) => value
}

/** `SymmetricalLogTransform(base=2, linthresh=1000, linscale=1)`. */
function symlog(value: number): number {
  const size = Math.abs(value)
  if (size <= THRESHOLD) return value * 2
  return Math.sign(value) * THRESHOLD * (2 - Math.log(THRESHOLD) / Math.LN2 + Math.log(size) / Math.LN2)
}

function unsymlog(value: number): number {
  const size = Math.abs(value)
  return size <= 2 * THRESHOLD ? value / 2 : Math.sign(value) * THRESHOLD * 2 ** (size / THRESHOLD - 2)
}

/** Marks at zero and at powers of two beyond the threshold; of a linear range only, at its ends and zero. */
function tickValues(low: number, high: number): number[] {
  if (low >= -THRESHOLD && high <= THRESHOLD) return [...new Set([low, 0, high])].sort((a, b) => a - b)
  const exponents = (from: number, to: number): [number, number] => [
    Math.floor(Math.log(from) / Math.LN2),
    Math.ceil(Math.log(to) / Math.LN2),
  ]
  const below = low < -THRESHOLD ? exponents(THRESHOLD, Math.abs(low) + 1) : undefined
  const above = high > THRESHOLD ? exponents(Math.max(THRESHOLD, low), high + 1) : undefined
  const zero = below !== undefined || low < THRESHOLD
  const count = [below, above].reduce((sum, range) => sum + (range === undefined ? 0 : range[1] - range[0]), zero ? 1 : 0)
  const stride = Math.max(Math.floor(count / 14), 1)
  const powers = (range: [number, number] | undefined): number[] => {
    const values: number[] = []
    for (let e = range?.[0] ?? 0; e < (range?.[1] ?? 0); e += stride) values.push(2 ** e)
    return values
  }
  const negative = powers(below).map((v) => -v)
  return [...negative.reverse(), ...(zero ? [0] : []), ...powers(above)]
}
