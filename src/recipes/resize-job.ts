import type { Job } from '../core/job.ts'
import {
  encodeJpeg,
  encodePng,
  encodeWebp,
  type Image,
  open,
  type OpenOptions,
  resize,
  type ResizeOptions,
  type Size,
} from '../image/index.ts'
import { job } from '../index.ts'

export interface ResizeItem {
  input: string
  /** Within the output. */
  output: string
}

export interface ResizeSettings {
  size: Size
  resize: ResizeOptions
  format: 'png' | 'jpeg' | 'webp'
  /** Of JPEG and WebP, 1 to 100. */
  quality: number
  /** WebP without loss. */
  lossless: boolean
  open: OpenOptions
}

/** A line of metadata for each picture. */
export interface ResizeRow {
  input: string
  output: string
  /** Of the original. */
  height: number
  width: number
}

export const defaults: ResizeSettings = { size: 224, resize: { method: 'squish' }, format: 'png', quality: 90, lossless: false, open: {} }

/**
 * Pictures to pictures of one size. `planResize` makes its items.
 *
 * @example
 * const { items, settings } = planResize(['photos'], { size: 224, method: 'crop' })
 * await runJob(resizeJob, { input: items, params: settings, out: 'small' }).summary
 */
export const resizeJob: Job<ResizeItem, ResizeRow, ResizeSettings> = job(import.meta, {
  params: defaults,
  layout: 'own',
  async run({ input, output }: ResizeItem, _index, { params, outputs }) {
    const image = await open(input, params.open)
    const bytes = await encoded(resize(image, params.size, params.resize), params)
    return { input, output: await outputs.write(output, bytes), height: image.height, width: image.width }
  },
})

async function encoded(image: Image, { format, quality, lossless }: ResizeSettings): Promise<Uint8Array> {
  if (format === 'png') return encodePng(image)
  return format === 'jpeg' ? encodeJpeg(image, { quality }) : encodeWebp(image, { quality, lossless })
}
