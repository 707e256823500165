import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'

/** The picture as RGB: palette entries looked up, gray repeated, alpha dropped. An RGB picture is returned as it is. */
export const toRgb = (image: Image): Image => convert(image, 3)

/** The picture as RGBA; alpha is 255 where there was none. An RGBA picture is returned as it is. */
export const toRgba = (image: Image): Image => convert(image, 4)

function convert(image: Image, channels: 3 | 4): Image {
  const { data, height, width, palette } = image
  if (image.channels === channels) return image
  if (!(data instanceof Uint8Array)) {
    throw new MillraceError('BAD_IMAGE', 'A picture of 16-bit gray has no exact RGB form of 8 bits; scale its values to 0..255 first.')
  }
  checkPalette(image)
  const pixels = height * width
  const out = new Uint8Array(pixels * channels)
  if (channels === 4) out.fill(255)
  const [source, step] = palette === undefined ? [data, image.channels] : [palette, 3]
  for (let i = 0; i < pixels; i++) {
    const from = (palette === undefined ? i : (data[i] as number)) * step
    const to = i * channels
    out[to] = source[from] as number
    out[to + 1] = source[step === 1 ? from : from + 1] as number
    out[to + 2] = source[step === 1 ? from : from + 2] as number
  }
  return { data: out, height, width, channels }
}

/** Throws `BAD_IMAGE` unless the palette, if any, has 1 to 256 whole entries and every index of the picture is one of them. */
export function checkPalette({ data, channels, palette }: Image): void {
  if (palette === undefined) return
  const entries = palette.length / 3
  if (channels !== 1 || !(data instanceof Uint8Array)) {
    throw new MillraceError(
      'BAD_IMAGE',
      `A palette needs one channel of 8 bits, but the picture has ${channels} of ${data.BYTES_PER_ELEMENT * 8}.`,
    )
  }
  if (!Number.isInteger(entries) || entries < 1 || entries > 256) {
    throw new MillraceError('BAD_IMAGE', `A palette holds 1 to 256 entries of 3 bytes, but has ${palette.length} bytes.`)
  }
  if (entries === 256) return
  for (let i = 0; i < data.length; i++) {
    if ((data[i] as number) >= entries) {
      throw new MillraceError('BAD_IMAGE', `Every index must be below the palette's ${entries} entries, but index ${i} is ${data[i]}.`)
    }
  }
}
