import { MillraceError } from '../core/errors.ts'
import type { Decoded, DecodeLimits } from '../codec/decoded.ts'
import { decodeJpegInPlace } from '../codec/jpeg.ts'
import { jpegHeader } from '../codec/jpeg-header.ts'
import type { Raster } from '../kernels/resize-memory.ts'

/** Pixels in the kernel's memory, with the first address that is free behind them. */
export interface InKernel {
  raster: Raster
  end: number
  /** EXIF orientation, 1 to 8. */
  orientation: number
}

/** libjpeg-turbo's and our kernel's own limit. */
const hardMaxPixels = 250_000_000

/** A JPEG's pixels in the kernel's memory; undefined for a kind or a state that only sharp reads. */
export function decodeJpegFile(bytes: Uint8Array, { maxPixels, truncated }: DecodeLimits): InKernel | undefined {
  try {
    const { orientation, unsupported } = jpegHeader(bytes)
    if (unsupported !== undefined) return undefined
    const { at, height, width, channels, end } = decodeJpegInPlace(bytes, { maxPixels: Math.min(maxPixels, hardMaxPixels) })
    return { raster: { at, height, width, channels, stride: width * channels }, end, orientation }
  } catch (error) {
    const { code, message } = error as MillraceError
    if (code === 'JPEG_UNSUPPORTED' || (code === 'JPEG_DAMAGED' && truncated === 'keep')) return undefined
    if (code !== 'JPEG_DAMAGED') throw error
    throw new MillraceError(code, `${message} To keep what can be read of it, pass { truncated: 'keep' }.`, { cause: error })
  }
}

/** The EXIF orientation of a JPEG that sharp decodes. */
export function jpegOrientation(bytes: Uint8Array, decoded: Decoded): Decoded {
  try {
    return { ...decoded, orientation: jpegHeader(bytes).orientation }
  } catch {
    return decoded
  }
}
