import type { GlyphOptions } from './glyph.ts'

/** A gray picture of bytes. */
interface Gray {
  data: Uint8Array
  height: number
  width: number
}

/** The twin of assembly/glyph.ts, step by step over whole pictures as NumPy and OpenCV go. Undefined without a box. */
export function glyphPlain(
  { data, height, width }: Gray,
  { invert, size, threshold, noise, inset, marginY, marginX, pad }: GlyphOptions,
): Uint8Array | undefined {
  const inverted = data.map((level) => (invert ? 255 - level : level))
  const factor = 255 / inverted.reduce((a, b) => Math.max(a, b), 0)
  if (!Number.isFinite(factor)) return undefined
  const image = inverted.map((level) => level * factor)

  const rows: number[] = []
  const columns: number[] = []
  for (let y = 0; y < height - 2 * inset; y++) {
    for (let x = 0; x < width - 2 * inset; x++) {
      if (image[(y + inset) * width + x + inset]! <= threshold) continue
      rows.push(y)
      columns.push(x)
    }
  }
  if (rows.length === 0) return undefined
  const [top, bottom] = range(rows, height, marginY)
  const [left, right] = range(columns, width, marginX)
  if (top >= bottom || left >= right) return undefined

  const side = Math.max(bottom - top, right - left) + pad
  const above = Math.floor((side - (bottom - top)) / 2)
  const before = Math.floor((side - (right - left)) / 2)
  const padded = { height: bottom - top + 2 * above, width: right - left + 2 * before, data: new Uint8Array(0) }
  padded.data = new Uint8Array(padded.height * padded.width)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const level = image[y * width + x]!
      padded.data[(y - top + above) * padded.width + x - left + before] = level < noise ? 0 : level
    }
  }
  return resized(padded, size)
}

function range(places: readonly number[], length: number, margin: number): [start: number, end: number] {
  const first = places.reduce((a, b) => Math.min(a, b))
  const last = places.reduce((a, b) => Math.max(a, b))
  return [first > margin ? first - margin : 0, last < length - margin ? last + margin : length]
}

/** cv2.resize, linear. */
function resized(image: Gray, size: number): Uint8Array {
  const { data, height, width } = image
  if (height === size && width === size) return data
  const out = new Uint8Array(size * size)
  const at = (y: number, x: number): number => data[Math.min(Math.max(y, 0), height - 1) * width + Math.min(x, width - 1)]!
  if (height === 2 * size && width === 2 * size) {
    for (let i = 0; i < out.length; i++) {
      const [y, x] = [2 * Math.floor(i / size), 2 * (i % size)]
      out[i] = (at(y, x) + at(y, x + 1) + at(y + 1, x) + at(y + 1, x + 1) + 2) >> 2
    }
    return out
  }
  const weights = (share: number): [number, number] => [even(Math.fround(1 - share) * 2048), even(share * 2048)]
  for (let i = 0; i < out.length; i++) {
    const [y, x] = [center(Math.floor(i / size), height, size), center(i % size, width, size)]
    let left = Math.floor(x)
    let share = x - left
    if (left < 0 || left >= width - 1) [left, share] = [left < 0 ? 0 : width - 1, 0]
    const [a0, a1] = weights(share)
    const row = Math.floor(y)
    const [b0, b1] = weights(y - row)
    const upper = at(row, left) * a0 + at(row, left + 1) * a1
    const lower = at(row + 1, left) * a0 + at(row + 1, left + 1) * a1
    out[i] = (((b0 * (upper >> 4)) >> 16) + ((b1 * (lower >> 4)) >> 16) + 2) >> 2
  }
  return out
}

function center(i: number, from: number, to: number): number {
  return Math.fround((i + 0.5) * (1 / (to / from)) - 0.5)
}

/** Rounded, halves to even. */
function even(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}
