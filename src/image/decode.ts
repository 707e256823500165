import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Decoded } from '../codec/decoded.ts'
import { decodeGif } from '../codec/gif-decode.ts'
import { decodePng } from '../codec/png-decode.ts'
import { trim } from '../kernels/instance.ts'
import { pixelsOf } from '../kernels/resize-memory.ts'
import { convert, type Mode } from './convert.ts'
import { decodeJpegFile, type InKernel, jpegOrientation } from './decode-jpeg.ts'
import { decodeWithSharp } from './decode-sharp.ts'
import { exifOrientation, upright } from './exif.ts'
import { formatOf } from './format.ts'
import type { Held } from './run.ts'

export interface OpenOptions {
  /**
   * The mode of the result, as Pillow's `convert`: `'RGB'` (the default, as fastai's and torchvision's loaders), `'L'` for gray,
   * `'RGBA'`, or `'keep'` for the file's own: gray, gray of 16 bits, palette, RGB or RGBA.
   */
  mode?: Mode
  /** `'apply'` turns the picture as its EXIF orientation says; `'ignore'` (the default) does not, like Pillow, fastai, torchvision. */
  exif?: 'ignore' | 'apply'
  /** `'srgb'` converts colours by the embedded profile; `'ignore'` (the default) takes values as they are, like the same libraries. */
  icc?: 'ignore' | 'srgb'
  /** CMYK and YCCK pictures: `'refuse'` (the default), or `'pillow'` converts them as Pillow does, without a colour profile. */
  cmyk?: 'refuse' | 'pillow'
  /** More pixels are refused before memory is taken. Default 89,478,485, at which Pillow warns. */
  maxPixels?: number
  /** A file that ends early: `'fail'` (the default), or `'keep'` what is there. */
  truncated?: 'fail' | 'keep'
}

export const MAX_PIXELS = 89_478_485

/** A decoded picture, and the first free address behind it where it lies in the kernel's memory. */
export interface Opened {
  picture: Held
  end?: number
}

/**
 * The picture in a file's bytes; a promise only where sharp decodes it. A JPEG stays in the kernel's memory, so use it before anything
 * else does. Errors do not name the file yet. `sharpDecoder` may refuse instead.
 */
export function decodeImage(
  bytes: Uint8Array,
  options: OpenOptions,
  sharpDecoder: typeof decodeWithSharp = decodeWithSharp,
): Opened | Promise<Opened> {
  const { icc = 'ignore', maxPixels = MAX_PIXELS, truncated = 'fail' } = options
  const limits = { maxPixels, truncated }
  const format = formatOf(bytes)
  const opened = (decoded: Decoded): Opened => ({ picture: finished(decoded, options, format === 'tiff') })
  const withSharp = (): Promise<Decoded> => sharpDecoder(bytes, { ...limits, icc })
  switch (format) {
    case 'jpeg': {
      const pixels = icc === 'srgb' && contains(bytes, 'ICC_PROFILE') ? undefined : decodeJpegFile(bytes, limits)
      return pixels === undefined ? withSharp().then((decoded) => opened(jpegOrientation(bytes, decoded))) : inPlace(pixels, options)
    }
    case 'png':
      return icc === 'srgb' && contains(bytes, 'iCCP') ? withSharp().then(opened) : opened(decodePng(bytes, limits))
    case 'gif':
      return opened(decodeGif(bytes, limits))
    case 'webp':
    case 'tiff':
      return withSharp().then(opened)
    default:
      throw unknown(bytes)
  }
}

/** Pixels that need nothing more stay where they are. */
function inPlace({ raster, end, orientation }: InKernel, options: OpenOptions): Opened {
  const { mode = 'RGB', exif = 'ignore' } = options
  const { height, width, channels } = raster
  const own = channels === 3 ? 'RGB' : 'L'
  if ((mode === own || mode === 'keep') && (exif === 'ignore' || orientation === 1)) return { picture: raster, end }
  const data = pixelsOf(raster)
  trim('picture')
  return { picture: finished({ mode: own, data, height, width, orientation }, options, false) }
}

function finished(decoded: Decoded, { mode = 'RGB', exif = 'ignore', cmyk = 'refuse' }: OpenOptions, isTiff: boolean): Image {
  if (decoded.mode === 'CMYK' && cmyk === 'refuse') {
    throw new MillraceError(
      'IMAGE_CMYK',
      `it is CMYK, which has no exact RGB form without its printer's profile. Pass { cmyk: 'pillow' } for the numbers Pillow gives, or convert the file.`,
    )
  }
  const image = convert(decoded, mode)
  // TIFF's orientation is a part of its layout, which Pillow always applies.
  if (exif === 'ignore' && !isTiff) return image
  return upright(image, decoded.orientation ?? (decoded.exif === undefined ? 1 : exifOrientation(decoded.exif)))
}

/** Whether a colour profile may be there: false for certain, true with hardly any doubt. */
const contains = (bytes: Uint8Array, text: string): boolean => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(text)

function unknown(bytes: Uint8Array): MillraceError {
  if (bytes.length === 0) return new MillraceError('IMAGE_EMPTY', 'the file is empty (0 bytes). Was its writing or download cut off?')
  const start = Buffer.from(bytes.subarray(0, 24)).toString('latin1')
  const isText = /^[\t\n\r\x20-\x7e]+$/.test(start)
  const begins = isText
    ? `the text ${JSON.stringify(start)}: it is no picture, whatever its name`
    : Buffer.from(bytes.subarray(0, 8)).toString('hex')
  return new MillraceError(
    'IMAGE_FORMAT',
    `pictures are JPEG, PNG, WebP, GIF or TIFF, told by their first bytes; this file begins with ${begins}.${isText ? '' : ' Convert it to PNG first.'}`,
  )
}
