import { MillraceError } from '../core/errors.ts'
import { cropOf, isWhole, type PillowPlan, passesOf, stepsOf } from './resample-pillow.ts'
import * as sine from './resample-sine.ts'
import { type Shares, shares } from './resample-weights.ts'

interface Gray16 {
  data: Uint16Array
  height: number
  width: number
}

/** `Image.resize` of Pillow on `I;16`: weights in float64, each pass rounded to 16 bits. Plain TypeScript, since it is rare. */
export function resample16(source: Gray16, plan: PillowPlan): Gray16 {
  if (isWhole(source, plan)) return { ...source, data: source.data.slice() }
  return stepsOf(source, plan).reduce(resizeOnce, source)
}

function resizeOnce(source: Gray16, plan: PillowPlan): Gray16 {
  const { filter, box } = plan
  const [height, width] = plan.size
  const [left, top, right, bottom] = box.map(Math.fround) as [number, number, number, number]
  const crop = cropOf(plan)
  if (crop !== undefined) return pick(source, range(crop.left, width), range(crop.top, height))
  if (filter === 'nearest') return pick(source, centres(source.width, width, left, right), centres(source.height, height, top, bottom))
  const passes = passesOf(source, plan)
  const across = passes.across && shares(passes.across, filter, sine)
  const down = passes.down && shares(passes.down, filter, sine)
  const level = plan.pillow === 13 ? clipped : clippedByBytes
  if (passes.downFirst) return horizontal(vertical(source, down, level), across, level)
  return vertical(horizontal(source, across, level), down, level)
}

const range = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i)

/** The pixel at the centre of each of `to`. Unlike for bytes Pillow computes every position anew. */
function centres(from: number, to: number, start: number, end: number): number[] {
  const step = Math.fround(end - start) / to
  return Array.from({ length: to }, (_, i) => {
    const position = step * (i + 0.5) + start
    return position < from ? Math.trunc(position) : -1
  })
}

/** The pixels of these columns and rows, 0 where there are none. */
function pick(source: Gray16, columns: number[], rows: number[]): Gray16 {
  const result = blank(rows.length, columns.length)
  let to = 0
  for (const y of rows) {
    for (const x of columns) result.data[to++] = x < 0 || y < 0 ? 0 : source.data[y * source.width + x]!
  }
  return result
}

/** @throws MillraceError `TOO_LARGE`, as for bytes. */
function blank(height: number, width: number): Gray16 {
  if (height * width > 2 ** 31) {
    throw new MillraceError('TOO_LARGE', `A picture of ${height} x ${width} pixels of 16 bits needs more than 4 GB: use a smaller size.`)
  }
  return { data: new Uint16Array(height * width), height, width }
}

function horizontal(source: Gray16, across: Shares | undefined, level: Level): Gray16 {
  if (across === undefined) return source
  const { first, count, values, most } = across
  const { height } = source
  const width = first.length
  const result = blank(height, width)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const at = y * source.width + first[x]!
      let sum = 0
      for (let k = 0; k < count[x]!; k++) sum += source.data[at + k]! * values[x * most + k]!
      result.data[to] = level(Math.trunc(sum < 0 ? sum - 0.5 : sum + 0.5))
    }
  }
  return result
}

function vertical(source: Gray16, down: Shares | undefined, level: Level): Gray16 {
  if (down === undefined) return source
  const { first, count, values, most } = down
  const { width } = source
  const height = first.length
  const result = blank(height, width)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const at = first[y]! * width + x
      let sum = 0
      for (let k = 0; k < count[y]!; k++) sum += source.data[at + k * width]! * values[y * most + k]!
      result.data[to] = level(Math.trunc(sum < 0 ? sum - 0.5 : sum + 0.5))
    }
  }
  return result
}

type Level = (value: number) => number

function clipped(value: number): number {
  return Math.max(0, Math.min(value, 0xffff))
}

/** Before Pillow 13: of a value above 65,535 only the higher byte becomes the highest. */
function clippedByBytes(value: number): number {
  if (value < 0) return 0
  return value > 0xffff ? 0xff00 | (value & 0xff) : value
}
