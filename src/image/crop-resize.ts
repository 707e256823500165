import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { glyph } from '../kernels/glyph.ts'

export interface CropResizeOptions {
  /** Dark ink on a light ground: levels are taken as 255 - level. Default false. */
  invert?: boolean
  /** Height and width of the result. Default 128. */
  size?: number
  /** Ink is what is brighter than this after normalisation. Default 80. */
  threshold?: number
  /** Levels below this become 0. Default 28. */
  noise?: number
  /** Pixels at every edge in which no ink is looked for: scans have lines there. Default 5. */
  inset?: number
  /** Pixels added around the ink: of [rows, columns], or one number for both. Default [10, 13]. */
  margin?: number | readonly [rows: number, columns: number]
  /** Pixels added to the longer side of the box; the shorter one is filled up to it. Default 16. */
  pad?: number
}

/**
 * A drawn character cut out of a gray picture: its levels scaled so that the brightest is 255, its box found, faint noise removed,
 * padded to a square and resized to `size` x `size`. Every pixel is the one of the NumPy and OpenCV code that is usual for
 * Kaggle's Bengali.AI pictures, on every platform. To that end its quirks are kept:
 *
 * - levels are scaled in float64 and cut off, so that for 32 of the 255 maxima the brightest becomes 254;
 * - the box is found within the inset and its place is taken as if it were one in the whole picture, which is `inset` pixels too
 *   far up and left; its last row and column are not in it;
 * - where the difference of box and square is odd, half a pixel is left out on both sides, and the picture is not quite square;
 * - OpenCV's linear resizing does not smooth what it makes smaller.
 *
 * @example
 * encodePng(cropResize(pixels, { invert: true, size: 128 }))
 * @param image Gray, 8 bits, without a palette; it is not changed.
 * @throws MillraceError `BLANK_IMAGE` when every level is 0 (255 with `invert`), `EMPTY_BOX` when there is no ink within the inset, or
 *   none but a line that the box leaves out; `BAD_IMAGE`, `BAD_OPTION`.
 */
export function cropResize(image: Image, options: CropResizeOptions = {}): Image & { data: Uint8Array<ArrayBuffer>; channels: 1 } {
  const { invert = false, size = 128, threshold = 80, noise = 28, inset = 5, margin = [10, 13], pad = 16 } = options
  const { data, height, width } = grayOf(image)
  const [marginY, marginX] = typeof margin === 'number' ? [margin, margin] : margin
  const most = Math.ceil(Math.min(height, width) / 2) - 1
  checkPixels('size', size, 1)
  checkPixels('threshold', threshold, 0, 255)
  checkPixels('noise', noise, 0, 256)
  checkPixels('inset', inset, 0)
  checkPixels('margin', marginY, 0)
  checkPixels('margin', marginX, 0)
  checkPixels('pad', pad, 0)
  if (inset > most) throw new MillraceError('BAD_OPTION', `An inset of ${inset} leaves nothing of a picture of ${height} x ${width}.`)
  const made = glyph(data, height, width, { invert, size, threshold, noise, inset, marginY, marginX, pad })
  if (made === 'blank') throw new MillraceError('BLANK_IMAGE', `A picture without ink has no box: every level is ${invert ? 255 : 0}.`)
  if (made === 'no box') {
    throw new MillraceError(
      'EMPTY_BOX',
      `No ink over the threshold ${threshold} (of 255, after normalisation) lies ${inset} pixels or more from the edges, or its box is empty.`,
    )
  }
  return { data: made, height: size, width: size, channels: 1 }
}

function grayOf({ data, height, width, channels, palette }: Image): { data: Uint8Array; height: number; width: number } {
  if (data instanceof Uint8Array && channels === 1 && palette === undefined && data.length === height * width)
    return { data, height, width }
  const kind = data instanceof Uint8Array ? (palette === undefined ? `${channels} channels` : 'a palette') : '16 bits'
  throw new MillraceError(
    'BAD_IMAGE',
    `cropResize takes gray pictures of 8 bits, height x width bytes; received ${data.length} levels of ${height} x ${width}, ${kind}.`,
  )
}

/** Pixels are counted in 32 bits, and added. */
function checkPixels(what: string, value: number, least: number, most: number = 2 ** 16): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new MillraceError('BAD_OPTION', `${what} is a whole number, ${least} to ${most}; received ${String(value)}.`)
}
