import type { Job } from '../core/job.ts'
import { cropResize, type CropResizeOptions, encodePng, type Image } from '../image/index.ts'
import { job } from '../index.ts'
import { fileStem } from './file-stem.ts'

export interface ImagesSettings {
  /** Dark ink on a light ground: levels are taken as 255 - level. */
  invert: boolean
  /** Cut the drawing out and resize it; without it pictures are written as they are. */
  crop: Omit<CropResizeOptions, 'invert'> | null
}

const defaults: ImagesSettings = { invert: false, crop: {} }

/** A line of metadata for each picture. */
export interface ImagesRow {
  id: string
  output: string
}

/**
 * Rows of pixels to PNGs: the job behind `millrace images`. Its items are those of `parquetPixels`.
 *
 * @example
 * const rows = parquetPixels('train_*.parquet', { shape: [137, 236], id: 'image_id' })
 * await runJob(imagesJob, { input: rows, params: { invert: true, crop: { size: 128 } }, out: 'train.zip' }).summary
 */
export const imagesJob: Job<{ id: string; pixels: Image }, ImagesRow, ImagesSettings> = job(import.meta, {
  params: defaults,
  layout: 'own',
  async run({ id, pixels }: { id: string; pixels: Image }, _index, { params: { invert, crop }, outputs }) {
    const image = crop === null ? (invert ? inverted(pixels) : pixels) : cropResize(pixels, { ...crop, invert })
    return { id, output: await outputs.write(`${fileStem(id)}.png`, encodePng(image)) }
  },
})

function inverted({ data, ...size }: Image): Image {
  return { ...size, data: data.map((level) => 255 - level) }
}
