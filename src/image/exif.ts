import type { Image } from '../core/image.ts'
import { flipPixels, rotatePixels } from './geometry.ts'

/** The orientation, 1 to 8, in EXIF data (a TIFF header and its fields, with or without `Exif\0\0` before); 1 where it is not told. */
export function exifOrientation(exif: Uint8Array): number {
  let bytes = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength)
  if (bytes.toString('latin1', 0, 6) === 'Exif\0\0') bytes = bytes.subarray(6)
  const order = bytes.toString('latin1', 0, 2)
  if (bytes.length < 8 || (order !== 'II' && order !== 'MM')) return 1
  const u16 = (at: number): number => (order === 'II' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (at: number): number => (order === 'II' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const fields = u32(4)
  if (u16(2) !== 42 || fields + 2 > bytes.length) return 1
  const count = u16(fields)
  for (let i = 0; i < count; i++) {
    const at = fields + 2 + 12 * i
    if (at + 12 > bytes.length) break
    if (u16(at) === 0x0112 && u16(at + 2) === 3) {
      const value = u16(at + 8)
      return value >= 1 && value <= 8 ? value : 1
    }
  }
  return 1
}

/** The picture turned upright: Pillow's `ImageOps.exif_transpose`. */
export function upright(image: Image, orientation: number): Image {
  const turns = [0, 0, 0, 2, 0, 1, 3, 1, 1][orientation] ?? 0
  const turned = turns === 0 ? image : rotatePixels(image, turns)
  if (orientation === 2 || orientation === 7) return flipPixels(turned, 'horizontal')
  return orientation === 4 || orientation === 5 ? flipPixels(turned, 'vertical') : turned
}
