import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { trim } from '../kernels/instance.ts'
import { pictureKernel } from '../kernels/picture.ts'
import { JpegDecoder } from './jpeg-decoder.ts'
import { tooLarge, unsupported } from './jpeg-errors.ts'
import { jpegHeader } from './jpeg-header.ts'
import { describe, plan } from './jpeg-plan.ts'

export interface DecodeJpegOptions {
  /** Pictures of more pixels are refused. Default 89,478,485, where Pillow warns; 250,000,000 at most. */
  maxPixels?: number
}

/** A picture that still lies in the memory of the kernel `picture`: `height` x `width` x `channels` bytes, without gaps. */
export interface PictureInPlace {
  /** Address of the first byte. */
  at: number
  height: number
  width: number
  channels: 1 | 3
  /** First free address behind it, a multiple of 64. */
  end: number
}

/** Pillow's MAX_IMAGE_PIXELS: a quarter of 1 GiB at three bytes a pixel. */
const defaultMaxPixels = 89_478_485
/** More would not fit a memory of 4 GiB when progressive. */
const hardMaxPixels = 250_000_000
const memorySize = 2 ** 32 - 2 ** 16

/**
 * A JPEG's pixels, gray or RGB, byte for byte as libjpeg-turbo gives them to Pillow and OpenCV (accurate transform, "fancy"
 * upsampling): baseline, extended and progressive, 8 bits, every whole ratio of sampling, restart markers. ICC profiles and EXIF's
 * orientation are left alone, as in Pillow; `jpegHeader` tells the orientation. The pixels are the caller's own.
 *
 * @throws MillraceError `JPEG_UNSUPPORTED` for other kinds (CMYK, arithmetic, lossless, 12 bits, a progressive one that lacks scans),
 * which sharp may read; `JPEG_DAMAGED` when data is missing or makes no sense (libjpeg fills such gaps with gray); `JPEG_TOO_LARGE`
 * for more than `maxPixels` pixels, or so many scans that only an attacker writes them; `BAD_OPTION`.
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeJpegOptions = {}): Image & { data: Uint8Array; channels: 1 | 3 } {
  const { at, height, width, channels } = decodeJpegInPlace(bytes, options)
  const data = new Uint8Array(pictureKernel().memory.buffer).slice(at, at + height * width * channels)
  trim('picture')
  return { data, height, width, channels }
}

/**
 * As `decodeJpeg`, but leaves the pixels in the kernel's memory, from its `base()` on: the next call there overwrites them. Call
 * `trim('picture')` when done, so that a large picture's memory is given back.
 */
export function decodeJpegInPlace(bytes: Uint8Array, { maxPixels = defaultMaxPixels }: DecodeJpegOptions = {}): PictureInPlace {
  if (!(maxPixels >= 1 && maxPixels <= hardMaxPixels)) {
    throw new MillraceError('BAD_OPTION', `decodeJpeg: maxPixels must be a number from 1 to 250,000,000, but is ${String(maxPixels)}.`)
  }
  const header = jpegHeader(bytes)
  if (header.unsupported !== undefined) throw unsupported(header.unsupported)
  const { height, width } = header
  if (height * width > maxPixels) {
    throw tooLarge(`A JPEG may have ${maxPixels} pixels, but this one has ${height} x ${width}; raise maxPixels if you trust it.`)
  }
  const { exports: kernel, memory } = pictureKernel()
  const layout = plan(header, bytes.length, kernel.base())
  if (layout.end > memorySize || !kernel.reserve(layout.end)) {
    throw tooLarge(`Decoding a JPEG of ${height} x ${width} takes ${layout.end} bytes of memory, but there is less.`)
  }
  const all = new Uint8Array(memory.buffer)
  all.set(bytes, layout.input)
  all.fill(0, layout.zeros, layout.end)
  describe(kernel, header, layout)
  try {
    new JpegDecoder(kernel, bytes, header, layout).decode()
  } catch (error) {
    trim('picture')
    throw error
  }
  return { at: layout.pixels, height, width, channels: header.components.length as 1 | 3, end: layout.pixelsEnd }
}
