import { horizontal, nearest, type Picks, premultiply, unpremultiply, vertical, type Weights } from '../kernels/resize.ts'
import type { Raster, Space } from '../kernels/resize-memory.ts'
import { fixedWeights, type Stretch, type WeighingFilter } from './resample-weights.ts'

export type PillowFilter = 'nearest' | WeighingFilter

/** Left, top, right and bottom in pixels, which may be fractions. */
export type Box = readonly [left: number, top: number, right: number, bottom: number]

export interface PillowPlan {
  size: readonly [height: number, width: number]
  filter: PillowFilter
  box: Box
  pillow: 13 | 12
}

/**
 * `Image.resize(size, filter, box)` of Pillow on L, RGB and RGBA. Where pixels are only cropped the result is a part of the source.
 */
export function resamplePillow(source: Raster, plan: PillowPlan, space: Space): Raster {
  if (isWhole(source, plan)) return source
  const start = space.at
  const transparent = source.channels === 4 && plan.filter !== 'nearest'
  let result = source
  if (transparent) {
    result = space.raster(source.height, source.width, 4)
    premultiply(source, result)
  }
  for (const step of stepsOf(source, plan)) result = resizeOnce(result, step, space)
  if (transparent) unpremultiply(result)
  return space.keep(result, start)
}

export function isWhole({ height, width }: Size, { size, box }: PillowPlan): boolean {
  return size[0] === height && size[1] === width && box.join() === [0, 0, width, height].join()
}

/** Before Pillow 13 pictures more than 100 times as high as wide that become lower were resized twice, first in height. */
export function stepsOf({ height, width }: Size, plan: PillowPlan): PillowPlan[] {
  const { size, box, pillow } = plan
  if (pillow === 13 || height <= 100 * width || size[0] >= height) return [plan]
  return [
    { ...plan, size: [size[0], width], box: [0, box[1], width, box[3]] },
    { ...plan, box: [box[0], 0, box[2], size[0]] },
  ]
}

function resizeOnce(source: Raster, plan: PillowPlan, space: Space): Raster {
  const { size, filter, box } = plan
  const crop = cropOf(plan)
  if (crop !== undefined) return cropped(source, crop)
  const target = space.raster(...size, source.channels)
  const mark = space.at
  if (filter === 'nearest') {
    nearest(source, picks(source.width, size[1], box[0], box[2]), picks(source.height, size[0], box[1], box[3]), target, space)
  } else {
    resize(source, { ...plan, filter }, target, space)
  }
  space.at = mark
  return target
}

interface Part extends Size {
  left: number
  top: number
}

/** What is left to do when the box begins at a whole pixel and has the size wanted. */
export function cropOf({ size: [height, width], box }: PillowPlan): Part | undefined {
  const [left, top, right, bottom] = box.map(Math.fround) as [number, number, number, number]
  const whole = Number.isInteger(left) && Number.isInteger(top)
  return whole && Math.fround(right - left) === width && Math.fround(bottom - top) === height ? { left, top, height, width } : undefined
}

function cropped(source: Raster, { left, top, height, width }: Part): Raster {
  return { ...source, at: source.at + top * source.stride + left * source.channels, height, width }
}

/** The pixel at the centre of each of `to`, 0 beyond the end; positions are summed up step by step, as Pillow does. */
function picks(from: number, to: number, start: number, end: number): Picks {
  const step = Math.fround(Math.fround(end) - Math.fround(start)) / to
  const all = new Int32Array(to)
  let count = 0
  for (let position = Math.fround(start) + step * 0.5; count < to && position < from; position += step) all[count++] = Math.trunc(position)
  return all.subarray(0, count)
}

interface Size {
  height: number
  width: number
}

/**
 * What is done along the rows and along the columns, if anything. Pillow 13 goes along the columns first when the height shrinks, and
 * by more than twice as many pixels as the width.
 */
export function passesOf(
  source: Size,
  { size: [height, width], box, pillow }: PillowPlan,
): { across: Stretch | undefined; down: Stretch | undefined; downFirst: boolean } {
  const [left, top, right, bottom] = box.map(Math.fround) as [number, number, number, number]
  const sameWidth = width === source.width && left === 0 && right === width
  const sameHeight = height === source.height && top === 0 && bottom === height
  const shrinks = source.height - height
  return {
    across: sameWidth ? undefined : { from: source.width, start: left, end: right, to: width },
    down: sameHeight ? undefined : { from: source.height, start: top, end: bottom, to: height },
    downFirst: pillow === 13 && shrinks > 0 && shrinks > 2 * (source.width - width),
  }
}

/** A pass that would change nothing is left out, and the first makes only what the second reads. */
function resize(source: Raster, plan: PillowPlan & { filter: WeighingFilter }, target: Raster, space: Space): void {
  const passes = passesOf(source, plan)
  const across = passes.across && fixedWeights(passes.across, plan.filter)
  const down = passes.down && fixedWeights(passes.down, plan.filter)
  if (down === undefined) {
    horizontal(source, across!, target, space)
  } else if (across === undefined) {
    vertical(source, down, target, space)
  } else if (passes.downFirst) {
    const { begin, end } = span(across)
    const columns = cropped(source, { left: begin, top: 0, height: source.height, width: end - begin })
    const between = space.raster(target.height, columns.width, source.channels)
    vertical(columns, down, between, space)
    horizontal(between, from(begin, across), target, space)
  } else {
    const { begin, end } = span(down)
    const rows = cropped(source, { left: 0, top: begin, height: end - begin, width: source.width })
    const between = space.raster(rows.height, target.width, source.channels)
    horizontal(rows, across, between, space)
    vertical(between, from(begin, down), target, space)
  }
}

/** The first pixel that is needed and the one after the last. */
function span({ first, taps }: Weights): { begin: number; end: number } {
  return { begin: first.reduce((a, b) => Math.min(a, b)), end: first.reduce((a, b) => Math.max(a, b)) + taps }
}

const from = (begin: number, weights: Weights<Int32Array>): Weights<Int32Array> => ({
  ...weights,
  first: weights.first.map((at) => at - begin),
})
