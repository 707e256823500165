import { resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { resize, type ResizeOptions } from '../image/index.ts'
import { findInputs, PICTURES } from './inputs.ts'
import { checkClashes, outputNamer } from './output-names.ts'
import { defaults, type ResizeItem, type ResizeSettings } from './resize-job.ts'

export type ResizePlanOptions = ResizeOptions &
  Partial<Pick<ResizeSettings, 'size' | 'format' | 'quality' | 'lossless'>> & {
    /** Turn pictures as their EXIF orientation says: they lose it on the way. Default `apply`. */
    exif?: 'apply' | 'ignore'
    /** How outputs are named; see `outputNamer`. Default `{stem}.png` (`.jpg`, `.webp`). */
    name?: string
    /** The files of a folder's folders too. Default true. */
    recursive?: boolean
    /** Only so many inputs, the first ones. */
    limit?: number
  }

/** A run as plain data. */
export interface ResizePlan {
  settings: ResizeSettings
  items: ResizeItem[]
}

/**
 * Decides what a run will do, and does nothing: which pictures there are, and where they go. The folders of the inputs are kept, from the
 * nearest folder that all have in common.
 *
 * @throws MillraceError `NO_INPUT`, `INPUT_UNREADABLE`, `BAD_OPTION`, `BAD_NAME`, `OUTPUT_CLASH`.
 */
export function planResize(inputs: readonly string[], options: ResizePlanOptions = {}): ResizePlan {
  const { size, format = 'png', quality, lossless, exif = 'apply', name, recursive = true, limit, ...how } = options
  const settings: ResizeSettings = {
    ...defaults,
    format,
    resize: { ...defaults.resize, ...how } as ResizeOptions,
    open: { exif },
    ...(size !== undefined && { size }),
    ...(quality !== undefined && { quality }),
    ...(lossless !== undefined && { lossless }),
  }
  if (!(settings.quality >= 1 && settings.quality <= 100))
    throw new MillraceError('BAD_OPTION', `quality is a number from 1 to 100, not ${quality}.`)
  // What is wrong with a setting is wrong with every picture.
  resize({ data: new Uint8Array(12), height: 2, width: 2, channels: 3 }, settings.size, settings.resize)
  const extension = format === 'jpeg' ? '.jpg' : `.${format}`
  const found = findInputs(inputs, { recursive, extensions: PICTURES, noun: 'picture' })
  const taken = limit === undefined ? found : found.slice(0, limit)
  const nameOf = outputNamer(name ?? `{stem}${extension}`, extension, taken.length)
  const items = taken.map((input, index) => ({ input: input.path, output: nameOf(input, index).replaceAll('\\', '/') }))
  checkClashes(items.map(({ input, output }) => ({ input, output: resolve('/', output) })))
  return { settings, items }
}
