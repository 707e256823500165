// Pixels moved about, their values unchanged. Every function returns a new picture, with its palette if it has one.
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'

export interface Box {
  top: number
  left: number
  height: number
  width: number
}

export interface Margins {
  top: number
  left: number
  bottom: number
  right: number
}

export type PadMode = 'constant' | 'reflect' | 'border'

export function cropPixels(image: Image, { top, left, height, width }: Box): Image {
  const { channels } = image
  const out = like(image, height, width)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels
    out.data.set(image.data.subarray(from, from + width * channels), y * width * channels)
  }
  return out
}

/** Refuses a box that is empty, not whole, or reaches beyond the picture. */
export function checkBox({ top, left, height, width }: Box, image: { height: number; width: number }): void {
  const inside =
    [top, left, height, width].every(Number.isInteger) &&
    top >= 0 &&
    left >= 0 &&
    height >= 1 &&
    width >= 1 &&
    top + height <= image.height &&
    left + width <= image.width
  if (inside) return
  throw new MillraceError(
    'BAD_BOX',
    `a crop is made of whole pixels within the picture (${image.height} x ${image.width}); received top ${top}, left ${left}, height ${height}, width ${width}. Use pad for what lies beyond, or centerCrop.`,
  )
}

/**
 * `'reflect'` mirrors at the outermost pixels without repeating them, as often as it must (NumPy's); `'border'` repeats them;
 * `'constant'` puts `fill` into every channel. Negative margins cut off.
 */
export function padPixels(whole: Image, margins: Margins, mode: PadMode, fill = 0): Image {
  const image = withoutNegative(whole, margins)
  const { height, width, channels } = image
  const [top, left, bottom, right] = [margins.top, margins.left, margins.bottom, margins.right].map((margin) => Math.max(margin, 0)) as [
    number,
    number,
    number,
    number,
  ]
  const out = like(image, top + height + bottom, left + width + right)
  const row = out.width * channels
  if (mode === 'constant') {
    const most = image.data instanceof Uint16Array ? 65535 : 255
    if (fill > most) throw new MillraceError('BAD_OPTION', `fill is a level of the picture, 0 to ${most}; received ${fill}.`)
    if (fill !== 0) out.data.fill(fill)
    for (let y = 0; y < height; y++) {
      out.data.set(image.data.subarray(y * width * channels, (y + 1) * width * channels), (top + y) * row + left * channels)
    }
    return out
  }
  const columns = Int32Array.from({ length: out.width }, (_, x) => source(x - left, width, mode) * channels)
  for (let y = 0; y < out.height; y++) {
    const from = source(y - top, height, mode) * width * channels
    for (let x = 0, to = y * row; x < out.width; x++) {
      for (let c = 0; c < channels; c++) out.data[to++] = image.data[from + columns[x]! + c]!
    }
  }
  return out
}

/** What negative margins leave of the picture. */
function withoutNegative(image: Image, margins: Margins): Image {
  if (margins.top >= 0 && margins.left >= 0 && margins.bottom >= 0 && margins.right >= 0) return image
  const [top, left] = [Math.max(-margins.top, 0), Math.max(-margins.left, 0)]
  const height = image.height - top - Math.max(-margins.bottom, 0)
  const width = image.width - left - Math.max(-margins.right, 0)
  checkBox({ top, left, height, width }, image)
  return cropPixels(image, { top, left, height, width })
}

/** Where the pixel at `i` of a line that is endless both ways comes from. */
function source(i: number, length: number, mode: 'reflect' | 'border'): number {
  if (mode === 'border' || length === 1) return Math.min(Math.max(i, 0), length - 1)
  const period = 2 * (length - 1)
  const at = ((i % period) + period) % period
  return at < length ? at : period - at
}

export function flipPixels(image: Image, direction: 'horizontal' | 'vertical'): Image {
  const { height, width } = image
  return direction === 'vertical'
    ? rearranged(image, height, width, (height - 1) * width, -width, 1)
    : rearranged(image, height, width, width - 1, width, -1)
}

/** Turned counter-clockwise by `turns` right angles, as numpy.rot90. */
export function rotatePixels(image: Image, turns: number): Image {
  const { height, width } = image
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return rearranged(image, width, height, width - 1, -1, width)
    case 2:
      return rearranged(image, height, width, height * width - 1, -width, -1)
    case 3:
      return rearranged(image, width, height, (height - 1) * width, 1, -width)
    default:
      return rearranged(image, height, width, 0, width, 1)
  }
}

/** Row y, column x of the new picture is pixel `start + y * down + x * right` of the old. */
function rearranged(image: Image, height: number, width: number, start: number, down: number, right: number): Image {
  const { data, channels } = image
  const out = like(image, height, width)
  const pixels = out.data
  const step = right * channels
  let to = 0
  for (let y = 0; y < height; y++) {
    let from = (start + y * down) * channels
    if (channels === 3) {
      for (let x = 0; x < width; x++, from += step, to += 3) {
        pixels[to] = data[from]!
        pixels[to + 1] = data[from + 1]!
        pixels[to + 2] = data[from + 2]!
      }
    } else {
      for (let x = 0; x < width; x++, from += step) {
        for (let c = 0; c < channels; c++) pixels[to++] = data[from + c]!
      }
    }
  }
  return out
}

function like({ data, channels, palette }: Image, height: number, width: number): Image {
  const pixels = data instanceof Uint16Array ? new Uint16Array(height * width * channels) : new Uint8Array(height * width * channels)
  return palette === undefined ? { data: pixels, height, width, channels } : { data: pixels, height, width, channels, palette }
}
