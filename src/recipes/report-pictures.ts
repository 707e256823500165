import { extname } from 'node:path'
import { reasonOf } from '../core/error-record.ts'
import { encodeWebp, type Image, open, resize, toRgba } from '../image/index.ts'

export interface Thumbnail {
  /** The output. */
  name: string
  /** A data URL, with the size it is shown at; else why there is none. */
  picture: { url: string; height: number; width: number } | { reason: string }
  /** Of the output itself. */
  height?: number
  width?: number
}

/** Outputs that are shown as pictures, with what browsers call them. */
export const PICTURES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
}

/** The longest side of a picture on the page. */
const SIDE = 160
/** A file that is small in pixels stands on the page as it is, unless it is larger than this. */
const MAX_EMBEDDED = 1 << 16

/** An output as a small picture; the orientation of its EXIF data is applied, as browsers do. What can't be shown says why. */
export async function thumbnailOf(name: string, bytes: Uint8Array): Promise<Thumbnail> {
  try {
    const image = await open(bytes, { mode: 'keep', exif: 'apply', cmyk: 'pillow' })
    const { height, width } = image
    const longest = Math.max(height, width)
    const type = PICTURES[extname(name).toLowerCase()]
    if (type !== undefined && longest <= SIDE && bytes.length <= MAX_EMBEDDED) {
      return { name, height, width, picture: { url: dataUrl(type, bytes), height, width } }
    }
    const side = (length: number): number => Math.max(1, Math.round((length * SIDE) / Math.max(SIDE, longest)))
    const small = resize(of8Bits(image), [side(height), side(width)])
    const url = dataUrl('image/webp', await encodeWebp(small))
    return { name, height, width, picture: { url, height: small.height, width: small.width } }
  } catch (error) {
    return { name, picture: { reason: reasonOf(error).replace(/^picture \(bytes\): /, '') } }
  }
}

/** Of 16 bits the high ones, and colours for indices into a palette. */
function of8Bits(image: Image): Image {
  const { data, palette } = image
  if (data instanceof Uint16Array) return { ...image, data: Uint8Array.from(data, (value) => value >> 8) }
  return palette === undefined ? image : toRgba(image)
}

function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`
}
