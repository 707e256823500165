import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { toRgb } from '../codec/palette.ts'
import { loadSharp, type Pipeline } from './sharp.ts'

export interface EncodeJpegOptions {
  /** 1 to 100. Default 75, as Pillow's. */
  quality?: number
  /** Whether colours have a quarter of the resolution: '4:2:0' (the default, as Pillow's) or '4:4:4'. */
  chroma?: '4:2:0' | '4:4:4'
}

export interface EncodeWebpOptions {
  /** 1 to 100. Default 80, as Pillow's. */
  quality?: number
  /** Every pixel as it is; `quality` then says how long to look for a small file. Default false. */
  lossless?: boolean
}

/**
 * A JPEG file of a picture, by sharp: gray, RGB, or a palette's colours. Alpha is refused, as by Pillow, whose files hold the same
 * pixels at the same quality.
 *
 * Rejects with `BAD_IMAGE`, `BAD_OPTION`, `SHARP_MISSING`.
 */
export async function encodeJpeg(image: Image, { quality = 75, chroma = '4:2:0' }: EncodeJpegOptions = {}): Promise<Uint8Array> {
  checkQuality('encodeJpeg', quality)
  if (chroma !== '4:2:0' && chroma !== '4:4:4') {
    throw new MillraceError('BAD_OPTION', `encodeJpeg: chroma is '4:2:0' or '4:4:4'; received ${String(chroma)}.`)
  }
  if (image.channels === 4) {
    throw new MillraceError('BAD_IMAGE', 'encodeJpeg: a JPEG has no alpha. Use encodePng or encodeWebp, or toRgb first, which drops it.')
  }
  const pipeline = await pipelineOf('encodeJpeg', image)
  return pipeline.jpeg({ quality, chromaSubsampling: chroma }).toBuffer()
}

/**
 * A WebP file of a picture, by libwebp through sharp: gray (as RGB), RGB, RGBA, or a palette's colours.
 *
 * Rejects with `BAD_IMAGE`, `BAD_OPTION`, `SHARP_MISSING`.
 */
export async function encodeWebp(image: Image, { quality = 80, lossless = false }: EncodeWebpOptions = {}): Promise<Uint8Array> {
  checkQuality('encodeWebp', quality)
  const pipeline = await pipelineOf('encodeWebp', image)
  // Exact keeps the colours of transparent pixels.
  return pipeline.webp({ quality, lossless, exact: lossless }).toBuffer()
}

async function pipelineOf(name: string, image: Image): Promise<Pipeline> {
  if (!(image.data instanceof Uint8Array)) {
    throw new MillraceError('BAD_IMAGE', `${name}: 16-bit gray has no place in this format. Use encodePng, or scale its values to 0..255.`)
  }
  const { data, height, width, channels } = image.palette === undefined ? image : toRgb(image)
  if (data.length !== height * width * channels || height < 1 || width < 1) {
    throw new MillraceError('BAD_IMAGE', `${name}: data must hold ${height} x ${width} x ${channels} values, but holds ${data.length}.`)
  }
  const sharp = await loadSharp()
  const pipeline = sharp(data as Uint8Array, { raw: { width, height, channels }, limitInputPixels: false })
  return channels === 1 ? pipeline.toColourspace('b-w') : pipeline
}

function checkQuality(name: string, quality: number): void {
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return
  throw new MillraceError('BAD_OPTION', `${name}: quality is a whole number from 1 to 100; received ${String(quality)}.`)
}
