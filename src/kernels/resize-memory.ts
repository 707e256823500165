import { MillraceError } from '../core/errors.ts'
import { pictureKernel } from './picture.ts'

/** A picture of bytes in the memory of the `picture` kernel: row y begins at `at + y * stride`. A crop is another `at` and size. */
export interface Raster {
  at: number
  height: number
  width: number
  channels: 1 | 3 | 4
  stride: number
}

/** Kernels load and store whole vectors: so many bytes behind anything may be read, and behind what `Space` gave, written. */
const SLACK = 64

/** Memory of the `picture` kernel from an address on, taken piece by piece and given back all at once. */
export class Space {
  /** The first free byte, a multiple of 16. Setting it back frees what was taken since. */
  at: number

  constructor(at: number = pictureKernel().exports.base()) {
    this.at = aligned(at)
  }

  /** @throws MillraceError `TOO_LARGE` when there is not so much memory. */
  take(bytes: number): number {
    const { at } = this
    const end = aligned(at + bytes + SLACK)
    if (!(end < 2 ** 32 && pictureKernel().exports.reserve(end))) {
      throw new MillraceError(
        'TOO_LARGE',
        `Pictures need ${end} bytes of WebAssembly memory, more than there is: use smaller ones, or a part.`,
      )
    }
    this.at = end
    return at
  }

  /** A copy of the numbers. */
  put(values: Uint8Array | Int16Array | Int32Array | Float32Array): number {
    const at = this.take(values.byteLength)
    bytesAt(at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    return at
  }

  /** A picture to be written, its rows without gaps. */
  raster(height: number, width: number, channels: Raster['channels']): Raster {
    return { at: this.take(height * width * channels), height, width, channels, stride: width * channels }
  }

  /** Frees what was taken since `start`, but for one picture, which moves there if it lay behind. */
  keep(raster: Raster, start: number): Raster {
    this.at = start
    if (raster.at < start) return raster
    const span = spanOf(raster)
    const at = this.take(span)
    if (at !== raster.at) new Uint8Array(pictureKernel().memory.buffer).copyWithin(at, raster.at, raster.at + span)
    return { ...raster, at }
  }
}

/** The bytes from the first pixel to the last. */
function spanOf({ height, width, channels, stride }: Raster): number {
  return height === 0 ? 0 : (height - 1) * stride + width * channels
}

/** The kernel's bytes as they are now: memory that grows leaves the view empty. */
export function bytesAt(at: number, length: number): Uint8Array {
  return new Uint8Array(pictureKernel().memory.buffer, at, length)
}

/** A copy of the pixels, row after row. */
export function pixelsOf(raster: Raster): Uint8Array<ArrayBuffer> {
  const { at, height, width, channels, stride } = raster
  const row = width * channels
  if (stride === row) return bytesAt(at, height * row).slice()
  const pixels = new Uint8Array(height * row)
  const bytes = bytesAt(at, spanOf(raster))
  for (let y = 0; y < height; y++) pixels.set(bytes.subarray(y * stride, y * stride + row), y * row)
  return pixels
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16
}
