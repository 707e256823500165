import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Decoded } from '../codec/decoded.ts'
import { decodeGif } from '../codec/gif-decode.ts'
import { decodePng } from '../codec/png-decode.ts'
import { convert, type Mode } from './convert.ts'
import { decodeWithSharp } from './decode-sharp.ts'
import { exifOrientation, upright } from './exif.ts'
import { formatOf } from './format.ts'

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

/** The picture in a file's bytes; a promise only where sharp decodes it. Errors do not name the file yet. */
export function decodeImage(bytes: Uint8Array, options: OpenOptions = {}): Image | Promise<Image> {
  const decoded = decode(bytes, options)
  return decoded instanceof Promise ? decoded.then((pixels) => imageOf(pixels, options)) : imageOf(decoded, options)
}

function imageOf(decoded: Decoded, { mode = 'RGB', exif = 'ignore', cmyk = 'refuse' }: OpenOptions): Image {
  if (decoded.mode === 'CMYK' && cmyk === 'refuse') {
    throw new MillraceError(
      'IMAGE_CMYK',
      `it is CMYK, which has no exact RGB form without its printer's profile. Pass { cmyk: 'pillow' } for the numbers Pillow gives, or convert the file.`,
    )
  }
  const image = convert(decoded, mode)
  const orientation = decoded.orientation ?? (exif === 'apply' && decoded.exif !== undefined ? exifOrientation(decoded.exif) : 1)
  return upright(image, orientation)
}

function decode(bytes: Uint8Array, options: OpenOptions): Decoded | Promise<Decoded> {
  const { icc = 'ignore', maxPixels = MAX_PIXELS, truncated = 'fail' } = options
  const limits = { maxPixels, truncated }
  const format = formatOf(bytes)
  const withSharp = (): Promise<Decoded> => decodeWithSharp(bytes, { ...limits, icc })
  switch (format) {
    case 'png':
      return icc === 'srgb' && hasProfile(bytes) ? withSharp() : decodePng(bytes, limits)
    case 'gif':
      return decodeGif(bytes, limits)
    case 'jpeg':
    case 'webp':
    case 'tiff':
      return withSharp()
    default:
      throw unknown(bytes)
  }
}

/** Whether a PNG file has a colour profile. */
const hasProfile = (bytes: Uint8Array): boolean => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('iCCP')

function unknown(bytes: Uint8Array): MillraceError {
  if (bytes.length === 0) return new MillraceError('IMAGE_EMPTY', 'the file is empty (0 bytes). Was its writing or download cut off?')
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  return new MillraceError(
    'IMAGE_FORMAT',
    `pictures are JPEG, PNG, WebP, GIF or TIFF, told by their first bytes; this file begins with ${start}. Convert it to PNG first.`,
  )
}
