import { orientationOf } from '../codec/jpeg-exif.ts'
import type { Image } from '../core/image.ts'
import { flipPixels, rotatePixels } from './geometry.ts'

const name = Buffer.from('Exif\0\0')

/** The orientation, 1 to 8, in EXIF data of a PNG or WebP file, with or without the name that JPEG puts before it; 1 by default. */
export function exifOrientation(exif: Uint8Array): number {
  const named = name.equals(exif.subarray(0, name.length)) ? exif : Buffer.concat([name, exif])
  return orientationOf(named)?.orientation ?? 1
}

/** The picture turned upright: Pillow's `ImageOps.exif_transpose`. */
export function upright(image: Image, orientation: number): Image {
  const turns = [0, 0, 0, 2, 0, 1, 3, 1, 1][orientation] ?? 0
  const turned = turns === 0 ? image : rotatePixels(image, turns)
  if (orientation === 2 || orientation === 7) return flipPixels(turned, 'horizontal')
  return orientation === 4 || orientation === 5 ? flipPixels(turned, 'vertical') : turned
}
