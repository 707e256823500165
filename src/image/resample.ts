import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { pixelsOf, type Raster, Space } from '../kernels/resize-memory.ts'
import { resample16 } from './resample-16.ts'
import { type OpencvFilter, resampleOpencv } from './resample-opencv.ts'
import { type Box, type PillowFilter, resamplePillow } from './resample-pillow.ts'

export type { Box, OpencvFilter, PillowFilter, Raster }

export type ResampleOptions =
  | {
      /** Whose numbers: `Image.resize` of Pillow, with antialiasing (the default), or `cv2.resize`. */
      like?: 'pillow'
      /** Default `'bilinear'`. */
      filter?: PillowFilter
      /** Whose order of passes: since 13.0 Pillow goes along the columns first where the height shrinks by far more. Default 13. */
      pillow?: 13 | 12
      /** The part to resize: left, top, right, bottom in pixels, which may be fractions. Default all. */
      box?: Box
    }
  | {
      like: 'opencv'
      /** Default `'linear'`, which has no antialiasing; for smaller pictures `'area'` has. */
      filter?: OpencvFilter
    }

type Size = readonly [height: number, width: number]

/** A longer side would fit into memory only in pictures a few pixels high, and its tables hardly. */
const LONGEST = 2 ** 28

const pillowFilters = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos']
const opencvFilters = ['nearest', 'linear', 'area']

/**
 * A picture in another size, every pixel equal to Pillow's or OpenCV's (`cv2` 4.14 and 5.0, bytes only). As in Pillow, RGBA is
 * resized with its colours multiplied by alpha, except by `nearest`. 16-bit gray is resized as Pillow's `I;16`.
 * Works in the `picture` kernel's memory from its base on, whatever lies there.
 * @param size Height and width in pixels.
 * @throws MillraceError `BAD_SIZE` for a size that is not two whole numbers from 1; `BAD_OPTION` for other names and for a box outside
 * the picture; `BAD_IMAGE` for indices into a palette, which only `nearest` can resize, and 16-bit gray like OpenCV's, which has no
 * single answer; `TOO_LARGE` beyond WebAssembly's memory of 4 GB.
 */
export function resample(image: Image, size: Size, options: ResampleOptions = {}): Image {
  const { data, height, width, channels, palette } = image
  const plan = checked(image, size, options)
  if (palette !== undefined && plan.filter !== 'nearest') {
    throw new MillraceError('BAD_IMAGE', `indices into a palette can't be mixed as '${plan.filter}' does: use toRgb first, or 'nearest'.`)
  }
  if (data instanceof Uint16Array) {
    if (plan.like === 'opencv') {
      throw new MillraceError('BAD_IMAGE', `OpenCV resizes 16 bits differently from processor to processor: use { like: 'pillow' }.`)
    }
    return { ...image, ...resample16({ data, height, width }, plan) }
  }
  const space = new Space()
  const source: Raster = { at: space.put(data), height, width, channels, stride: width * channels }
  const result = resampleRaster(source, size, options, space)
  return { ...image, data: pixelsOf(result), height: result.height, width: result.width }
}

/**
 * The same on pixels in the kernel's memory, which are left as they are. The result takes memory from `space`; where nothing is mixed
 * it may be the source itself or a part of it.
 */
export function resampleRaster(source: Raster, size: Size, options: ResampleOptions, space: Space): Raster {
  const plan = checked(source, size, options)
  return plan.like === 'opencv' ? resampleOpencv(source, plan.size, plan.filter, space) : resamplePillow(source, plan, space)
}

type Plan =
  | { like: 'opencv'; size: Size; filter: OpencvFilter }
  | { like: 'pillow'; size: Size; filter: PillowFilter; pillow: 13 | 12; box: Box }

function checked({ height, width }: { height: number; width: number }, size: Size, options: ResampleOptions): Plan {
  if (size.length !== 2 || !size.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new MillraceError('BAD_SIZE', `a size is [height, width], two whole numbers from 1; received [${size.join(', ')}].`)
  }
  if (size.some((side) => side > LONGEST)) {
    throw new MillraceError('TOO_LARGE', `no side may be longer than ${LONGEST} pixels; received [${size.join(', ')}].`)
  }
  const { like = 'pillow' } = options
  if (options.like === 'opencv') {
    const { filter = 'linear' } = options
    oneOf('filter like OpenCV', opencvFilters, filter, CUBIC.get(filter))
    for (const name of ['box', 'pillow'] as const) {
      if (name in options) throw new MillraceError('BAD_OPTION', `${name} belongs to { like: 'pillow' }; leave it out, or crop first.`)
    }
    return { like: 'opencv', size, filter }
  }
  oneOf('like', ['pillow', 'opencv'], like)
  const { filter = 'bilinear', pillow = 13, box = [0, 0, width, height] } = options
  oneOf('filter like Pillow', pillowFilters, filter)
  oneOf('pillow', [13, 12], pillow)
  const [left, top, right, bottom] = box
  // Written so that NaN fails.
  if (!(box.length === 4 && left >= 0 && top >= 0 && right <= width && bottom <= height && left <= right && top <= bottom)) {
    throw new MillraceError(
      'BAD_OPTION',
      `a box is [left, top, right, bottom] inside the picture of width ${width} and height ${height}; received [${box.join(', ')}].`,
    )
  }
  return { like: 'pillow', size, filter, pillow, box }
}

/** Why there is no such filter. */
const CUBIC = new Map(
  ['cubic', 'bicubic', 'lanczos', 'lanczos4'].map((name) => [name, `OpenCV's differs from processor to processor (IPP). `]),
)

function oneOf(what: string, allowed: readonly (string | number)[], received: unknown, why = ''): void {
  if (!allowed.some((value) => value === received)) {
    const names = allowed.map((value) => JSON.stringify(value).replaceAll('"', "'"))
    throw new MillraceError('BAD_OPTION', `${what} must be ${names.join(', ')}; received ${JSON.stringify(received)}. ${why}`.trim())
  }
}
