import { pictureKernel } from './picture.ts'
import type { Raster, Space } from './resize-memory.ts'

/** `assembly/_resize*.ts`. */
export interface ResizeKernel {
  resizeHorizontal(
    source: number,
    stride: number,
    rows: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    first: number,
    weights: number,
    pairs: number,
    sourceWidth: number,
    scratch: number,
  ): void
  resizeVertical(
    source: number,
    stride: number,
    bytes: number,
    target: number,
    targetStride: number,
    height: number,
    first: number,
    weights: number,
    taps: number,
  ): void
  resizeNearest(
    source: number,
    stride: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    height: number,
    columns: number,
    columnCount: number,
    lines: number,
    lineCount: number,
  ): void
  premultiply(source: number, stride: number, target: number, targetStride: number, width: number, height: number): void
  unpremultiply(pixels: number, stride: number, width: number, height: number): void
  resizeLinear(
    source: number,
    stride: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    height: number,
    first: number,
    weights: number,
    lines: number,
    betas: number,
    line0: number,
    line1: number,
  ): void
  resizeAreaHalf(
    source: number,
    stride: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    height: number,
  ): void
  resizeAreaWhole(
    source: number,
    stride: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    height: number,
    scaleX: number,
    scaleY: number,
    factor: number,
  ): void
  resizeArea(
    source: number,
    stride: number,
    channels: number,
    target: number,
    targetStride: number,
    width: number,
    height: number,
    sourceHeight: number,
    first: number,
    alphas: number,
    taps: number,
    lines: number,
    betas: number,
    rows: number,
    across: number,
    sums: number,
  ): void
}

/**
 * How one direction is resized: pixel i of the target is made of `taps` pixels of the source from `first[i]` on, all of them inside
 * it, with the weights `values[i * taps]` and following.
 */
export interface Weights<Values extends Int32Array | Float32Array = Int32Array | Float32Array> {
  first: Int32Array
  taps: number
  values: Values
}

/** OpenCV's two neighbours and their weights, which add up to 2048. */
export interface Linear {
  /** Of each column of the target the left neighbour, with two weights; the right one may lie outside when its weight is 0. */
  columns: Int32Array
  alphas: Int16Array
  /** Of each row of the target two rows, with two weights. */
  lines: Int32Array
  betas: Int32Array
}

/** For each pixel of the target the one of the source that it shows; those missing at the end are 0. */
export type Picks = Int32Array

/** Pillow's pass along the rows: weights of 22 bits, sums rounded to bytes. */
export function horizontal(source: Raster, weights: Weights<Int32Array>, target: Raster, space: Space): void {
  const { channels } = source
  const mark = space.at
  pictureKernel().exports.resizeHorizontal(
    source.at,
    source.stride,
    source.height,
    channels,
    target.at,
    target.stride,
    target.width,
    space.put(scaled(weights.first, channels === 1 ? 4 : channels)),
    space.put(halves(weights)),
    Math.ceil(weights.taps / 2),
    source.width,
    channels === 1 ? space.take((source.width + target.width) * 16) : 0,
  )
  space.at = mark
}

/** Pillow's pass along the columns. */
export function vertical(source: Raster, weights: Weights<Int32Array>, target: Raster, space: Space): void {
  const mark = space.at
  pictureKernel().exports.resizeVertical(
    source.at,
    source.stride,
    source.width * source.channels,
    target.at,
    target.stride,
    target.height,
    space.put(weights.first),
    space.put(halves(weights)),
    weights.taps,
  )
  space.at = mark
}

/** The pixels that `columns` and `lines` pick. */
export function nearest(source: Raster, columns: Picks, lines: Picks, target: Raster, space: Space): void {
  const { channels } = source
  const mark = space.at
  pictureKernel().exports.resizeNearest(
    source.at,
    source.stride,
    channels,
    target.at,
    target.stride,
    target.width,
    target.height,
    space.put(scaled(columns, channels)),
    columns.length,
    space.put(lines),
    lines.length,
  )
  space.at = mark
}

/** RGBA with colours times alpha / 255, rounded, as Pillow's RGBa. */
export function premultiply(source: Raster, target: Raster): void {
  pictureKernel().exports.premultiply(source.at, source.stride, target.at, target.stride, source.width, source.height)
}

/** Pillow's RGBa to RGBA, in place. */
export function unpremultiply({ at, stride, width, height }: Raster): void {
  pictureKernel().exports.unpremultiply(at, stride, width, height)
}

/** OpenCV's bilinear resizing: weights of 11 bits. */
export function linear(source: Raster, { columns, alphas, lines, betas }: Linear, target: Raster, space: Space): void {
  const { channels, width } = target
  const mark = space.at
  pictureKernel().exports.resizeLinear(
    source.at,
    source.stride,
    channels,
    target.at,
    target.stride,
    width,
    target.height,
    space.put(scaled(columns, channels)),
    space.put(alphas),
    space.put(lines),
    space.put(betas),
    space.take(width * channels * 2),
    space.take(width * channels * 2),
  )
  space.at = mark
}

/** OpenCV's means over 2 x 2 pixels. */
export function areaHalf(source: Raster, target: Raster): void {
  const { exports } = pictureKernel()
  exports.resizeAreaHalf(source.at, source.stride, source.channels, target.at, target.stride, target.width, target.height)
}

/** OpenCV's means over `scaleX` x `scaleY` whole pixels. */
export function areaWhole(source: Raster, scaleX: number, scaleY: number, target: Raster): void {
  pictureKernel().exports.resizeAreaWhole(
    source.at,
    source.stride,
    source.channels,
    target.at,
    target.stride,
    target.width,
    target.height,
    scaleX,
    scaleY,
    1 / Math.fround(scaleX * scaleY),
  )
}

/** OpenCV's means over cells with fractions of pixels, in float32. */
export function area(source: Raster, columns: Weights<Float32Array>, lines: Weights<Float32Array>, target: Raster, space: Space): void {
  const { channels } = source
  const mark = space.at
  const row = (target.width * channels + 4) * 4
  const { taps, values } = channels === 1 ? byFours(columns) : columns
  pictureKernel().exports.resizeArea(
    source.at,
    source.stride,
    channels,
    target.at,
    target.stride,
    target.width,
    target.height,
    source.height,
    space.put(scaled(columns.first, channels)),
    space.put(values),
    taps,
    space.put(lines.first),
    space.put(lines.values),
    lines.taps,
    space.take(row * 4),
    space.take(row),
  )
  space.at = mark
}

/** Where in a row the pixels begin; kernels for one channel take eight at a time, so there are 0s up to that. */
function scaled(first: Int32Array, channels: number): Int32Array {
  const bytes = new Int32Array(Math.ceil(first.length / 8) * 8)
  for (let i = 0; i < first.length; i++) bytes[i] = first[i]! * channels
  return bytes
}

/** Weights of 0 for a multiple of four taps, and for one of four pixels. */
function byFours({ first, taps, values }: Weights<Float32Array>): { taps: number; values: Float32Array } {
  const wide = Math.ceil(taps / 4) * 4
  const all = new Float32Array(Math.ceil(first.length / 4) * 4 * wide)
  for (let i = 0; i < first.length; i++) all.set(values.subarray(i * taps, (i + 1) * taps), i * wide)
  return { taps: wide, values: all }
}

/** Weights as `high * 2 ** 15 + low`: for each two first their low halves, then the high ones. */
function halves({ first, taps, values }: Weights<Int32Array>): Int16Array {
  const pairs = Math.ceil(taps / 2)
  const all = new Int16Array(first.length * pairs * 4)
  for (let i = 0, from = 0; i < first.length; i++) {
    for (let tap = 0; tap < taps; tap++, from++) {
      const to = (i * pairs + (tap >> 1)) * 4 + (tap & 1)
      all[to] = values[from]! & 0x7fff
      all[to + 2] = values[from]! >> 15
    }
  }
  return all
}
