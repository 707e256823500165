import { area, areaHalf, areaWhole, type Linear, linear, nearest, type Picks, type Weights } from '../kernels/resize.ts'
import type { Raster, Space } from '../kernels/resize-memory.ts'

export type OpencvFilter = 'nearest' | 'linear' | 'area'

/** `cv2.resize` on bytes (resize.cpp): the same on 4.14 and 5.0, whatever the processor. */
export function resampleOpencv(source: Raster, size: readonly [height: number, width: number], filter: OpencvFilter, space: Space): Raster {
  const [height, width] = size
  if (height === source.height && width === source.width) return source
  const target = space.raster(height, width, source.channels)
  const mark = space.at
  const scaleX = 1 / (width / source.width)
  const scaleY = 1 / (height / source.height)
  if (filter === 'nearest') {
    nearest(source, picks(source.width, width), picks(source.height, height), target, space)
  } else if (scaleX === 2 && scaleY === 2) {
    areaHalf(source, target)
  } else if (filter === 'area' && Number.isInteger(scaleX) && Number.isInteger(scaleY)) {
    areaWhole(source, scaleX, scaleY, target)
  } else if (filter === 'area' && scaleX >= 1 && scaleY >= 1) {
    area(source, cells(source.width, width), cells(source.height, height), target, space)
  } else {
    linear(source, twoLines(source, size, filter === 'area'), target, space)
  }
  space.at = mark
  return target
}

/** The pixel at the left edge of each of `to`. */
export function picks(from: number, to: number): Picks {
  const scale = 1 / (to / from)
  return Int32Array.from({ length: to }, (_, i) => Math.min(Math.floor(i * scale), from - 1))
}

/**
 * The pixels that each of `to` cells covers and their parts of it, as float32. Parts of up to a thousandth of a pixel don't count, so
 * that a cell has at most `ceil(scale) + 1`.
 */
export function cells(from: number, to: number): Weights<Float32Array> {
  const scale = 1 / (to / from)
  const taps = Math.min(from, Math.ceil(scale) + 1)
  const first = new Int32Array(to)
  const values = new Float32Array(to * taps)
  for (let i = 0; i < to; i++) {
    const start = i * scale
    const end = start + scale
    const size = Math.min(scale, from - start)
    const high = Math.min(Math.floor(end), from - 1)
    const low = Math.min(Math.ceil(start), high)
    const begin = Math.min(low - 1 < 0 ? 0 : low - 1, from - taps)
    const at = i * taps - begin
    if (low - start > 1e-3) values[at + low - 1] = (low - start) / size
    for (let x = low; x < high; x++) values[at + x] = 1 / size
    if (end - high > 1e-3) values[at + high] = Math.min(end - high, 1, size) / size
    first[i] = begin
  }
  return { first, taps, values }
}

interface Neighbours {
  /** The left or upper one. */
  first: Int32Array
  /** The share of the other. */
  share: Float32Array
}

/** Between which pixels each of `to` lies: its centre or, as OpenCV enlarges by `area`, the share of its cell that the next one has. */
function neighbours(from: number, to: number, byArea: boolean): Neighbours {
  const inverse = to / from
  const scale = 1 / inverse
  const first = new Int32Array(to)
  const share = new Float32Array(to)
  for (let i = 0; i < to; i++) {
    if (byArea) {
      first[i] = Math.floor(i * scale)
      const over = Math.fround(i + 1 - (first[i]! + 1) * inverse)
      share[i] = over <= 0 ? 0 : over - Math.floor(over)
    } else {
      const center = Math.fround((i + 0.5) * scale - 0.5)
      first[i] = Math.floor(center)
      share[i] = center - first[i]!
    }
  }
  return { first, share }
}

/** A column outside the picture is the one at its edge; of a row outside only the index is changed, and both are weighed. */
function twoLines(source: Raster, [height, width]: readonly [number, number], byArea: boolean): Linear {
  const x = neighbours(source.width, width, byArea)
  const y = neighbours(source.height, height, byArea)
  const columns = x.first.map((at) => Math.max(0, Math.min(at, source.width - 1)))
  // The kernel for one channel takes eight columns at a time.
  const alphas = new Int16Array(Math.ceil(width / 8) * 16)
  for (let i = 0; i < width; i++) {
    const outside = x.first[i]! < 0 || x.first[i]! >= source.width - 1
    alphas.set(elevenBits(outside ? 0 : x.share[i]!), i * 2)
  }
  const lines = new Int32Array(height * 2)
  const betas = new Int32Array(height * 2)
  for (let i = 0; i < height; i++) {
    for (const next of [0, 1]) lines[i * 2 + next] = Math.max(0, Math.min(y.first[i]! + next, source.height - 1))
    betas.set(elevenBits(y.share[i]!), i * 2)
  }
  return { columns, alphas, lines, betas }
}

/** Both weights, each rounded on its own, halves to even. */
function elevenBits(share: number): [here: number, next: number] {
  return [roundEven(Math.fround(1 - share) * 2048), roundEven(share * 2048)]
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const over = value - floor
  return over > 0.5 || (over === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
