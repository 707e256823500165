// The resizing kernels in plain TypeScript, as their formulas say: the oracle of their tests.
import type { Linear, Picks, Weights } from './resize.ts'

export interface Pixels {
  data: Uint8Array
  height: number
  width: number
  channels: 1 | 3 | 4
}

type At = (y: number, x: number, c: number) => number

/** A picture whose bytes are `value(y, x, c)`. */
function picture(height: number, width: number, channels: Pixels['channels'], value: At): Pixels {
  const data = new Uint8Array(height * width * channels)
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels)
    data[i] = value(Math.floor(pixel / width), pixel % width, i % channels)
  }
  return { data, height, width, channels }
}

const reader =
  ({ data, width, channels }: Pixels): At =>
  (y, x, c) =>
    data[(y * width + x) * channels + c] ?? 0

const clip = (value: number): number => Math.max(0, Math.min(value, 255))

/** The sum of a window's pixels times their weights, in order. */
function weighted({ first, taps, values }: Weights, i: number, pixel: (at: number) => number): number {
  let sum = 0
  for (let tap = 0; tap < taps; tap++) sum += pixel(first[i]! + tap) * values[i * taps + tap]!
  return sum
}

/** 22 bits behind the point, rounded half up. */
const fixed = (sum: number): number => clip(Math.floor(sum / 2 ** 22 + 0.5))

export function horizontalPlain(source: Pixels, weights: Weights<Int32Array>): Pixels {
  const at = reader(source)
  return picture(source.height, weights.first.length, source.channels, (y, x, c) => fixed(weighted(weights, x, (k) => at(y, k, c))))
}

export function verticalPlain(source: Pixels, weights: Weights<Int32Array>): Pixels {
  const at = reader(source)
  return picture(weights.first.length, source.width, source.channels, (y, x, c) => fixed(weighted(weights, y, (k) => at(k, x, c))))
}

export function nearestPlain(source: Pixels, columns: Picks, lines: Picks, height: number, width: number): Pixels {
  const at = reader(source)
  return picture(height, width, source.channels, (y, x, c) => (y < lines.length && x < columns.length ? at(lines[y]!, columns[x]!, c) : 0))
}

/** Pillow's MULDIV255: a rounded division by 255. */
export function premultiplyPlain(source: Pixels): Pixels {
  const at = reader(source)
  return picture(source.height, source.width, 4, (y, x, c) => (c === 3 ? at(y, x, 3) : Math.round((at(y, x, c) * at(y, x, 3)) / 255)))
}

export function unpremultiplyPlain(source: Pixels): Pixels {
  const at = reader(source)
  return picture(source.height, source.width, 4, (y, x, c) => {
    const alpha = at(y, x, 3)
    return c === 3 || alpha === 0 ? at(y, x, c) : clip(Math.floor((255 * at(y, x, c)) / alpha))
  })
}

export function linearPlain(source: Pixels, { columns, alphas, lines, betas }: Linear): Pixels {
  const at = reader(source)
  return picture(lines.length / 2, columns.length, source.channels, (y, x, c) => {
    const across = (row: number): number =>
      (at(row, columns[x]!, c) * alphas[x * 2]! + at(row, columns[x]! + 1, c) * alphas[x * 2 + 1]!) >> 4
    const top = (across(lines[y * 2]!) * betas[y * 2]!) >> 16
    const bottom = (across(lines[y * 2 + 1]!) * betas[y * 2 + 1]!) >> 16
    return clip((top + bottom + 2) >> 2)
  })
}

export function areaWholePlain(source: Pixels, scaleX: number, scaleY: number): Pixels {
  const at = reader(source)
  const factor = Math.fround(1 / Math.fround(scaleX * scaleY))
  return picture(source.height / scaleY, source.width / scaleX, source.channels, (y, x, c) => {
    let sum = 0
    for (let i = 0; i < scaleX * scaleY; i++) sum += at(y * scaleY + Math.floor(i / scaleX), x * scaleX + (i % scaleX), c)
    return scaleX === 2 && scaleY === 2 ? (sum + 2) >> 2 : roundEven(Math.fround(Math.fround(sum) * factor))
  })
}

/** Every product and sum is rounded to float32. */
export function areaPlain(source: Pixels, columns: Weights<Float32Array>, lines: Weights<Float32Array>): Pixels {
  const at = reader(source)
  const sumOf = ({ first, taps, values }: Weights<Float32Array>, i: number, value: (at: number) => number): number => {
    let sum = 0
    for (let tap = 0; tap < taps; tap++) sum = Math.fround(sum + Math.fround(value(first[i]! + tap) * values[i * taps + tap]!))
    return sum
  }
  return picture(lines.first.length, columns.first.length, source.channels, (y, x, c) =>
    clip(roundEven(sumOf(lines, y, (row) => sumOf(columns, x, (column) => at(row, column, c))))),
  )
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const over = value - floor
  return over > 0.5 || (over === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
