import { readFileSync } from 'node:fs'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Image } from '../core/image.ts'
import { trim } from '../kernels/instance.ts'
import { Space } from '../kernels/resize-memory.ts'
import { type ApplyOptions, applyNow } from './apply.ts'
import { decodeImage, type Opened, type OpenOptions } from './decode.ts'
import { decodeWithSharp } from './decode-sharp.ts'
import { outOfKernel } from './run.ts'
import type { Transform } from './transform.ts'

/**
 * A picture file (or its bytes) as pixels, every one equal to Pillow's `Image.open(file).convert(mode)`: JPEG, PNG, GIF (first
 * frame), WebP, TIFF, told by content. JPEG, PNG and GIF are decoded by us; what is rare in JPEG, WebP and TIFF by sharp, which is
 * loaded at the first such picture. Files are read synchronously, since decoding keeps the thread busy anyway: open many with
 * `parallel` or a DataLoader.
 *
 * Rejects with `IMAGE_FILE` (cannot be read), `IMAGE_EMPTY`, `IMAGE_FORMAT`, `IMAGE_DAMAGED`, `IMAGE_TRUNCATED`, `IMAGE_TOO_LARGE`,
 * `IMAGE_CMYK`, `IMAGE_UNSUPPORTED`, `SHARP_MISSING`, `BAD_OPTION`. Every message names the file.
 */
export async function open(source: string | Uint8Array, options: OpenOptions = {}): Promise<Image> {
  return opened(source, options, taken)
}

/**
 * As `open`, at once: for the files that we decode ourselves (JPEG, PNG, GIF).
 *
 * @throws MillraceError as `open` rejects, and `IMAGE_ASYNC` for a file that needs sharp.
 */
export function openSync(source: string | Uint8Array, options: OpenOptions = {}): Image {
  return opened(source, options, taken, untimed, refuseSharp) as Image
}

function refuseSharp(): never {
  throw new MillraceError('IMAGE_ASYNC', 'this kind of picture is decoded by sharp, which is asynchronous: use await open().')
}

/** What a dataset knows of a sample. */
export interface SampleOptions extends ApplyOptions {
  /** Counts the time of 'read', 'decode' and 'transform'. */
  time?: Time
}

type Time = <R>(stage: string, work: () => R) => R

/**
 * Opens a picture and runs a transform on it, without a copy in between where our decoder and the transform's steps allow it. A promise
 * only where sharp decodes or a task of the transform gives one: what a dataset calls for each of its files.
 */
export function openTransformed<Out>(
  source: string | Uint8Array,
  transform: Transform<Image, Out>,
  options: OpenOptions,
  sample: SampleOptions,
): Out | Promise<Out> {
  const { time = untimed } = sample
  const use = ({ picture, end }: Opened): Out | Promise<Out> => {
    try {
      return time('transform', () => applyNow<Image, Out>(transform, picture, sample, end === undefined ? undefined : new Space(end)))
    } catch (error) {
      throw named(error, source)
    }
  }
  return opened(source, options, use, time)
}

const untimed: Time = (_stage, work) => work()

function taken({ picture }: Opened): Image {
  const image = outOfKernel(picture)
  trim('picture')
  return image
}

function opened<Result>(
  source: string | Uint8Array,
  options: OpenOptions,
  use: (opened: Opened) => Result | Promise<Result>,
  time: Time = untimed,
  sharpDecoder: typeof decodeWithSharp = decodeWithSharp,
): Result | Promise<Result> {
  checkOpenOptions(options, 'open')
  let decoded: Opened | Promise<Opened>
  try {
    const bytes = time('read', () => bytesOf(source))
    decoded = time('decode', () => decodeImage(bytes, options, sharpDecoder))
  } catch (error) {
    throw named(error, source)
  }
  if (!(decoded instanceof Promise)) return use(decoded)
  return decoded.then(use, (error: unknown) => Promise.reject(named(error, source)))
}

const KNOWN: Record<keyof OpenOptions, true> = { mode: true, exif: true, icc: true, cmyk: true, maxPixels: true, truncated: true }

/** Refuses values and options that there are not. `others` are options of the caller's own. */
export function checkOpenOptions(options: OpenOptions, name: string, others: readonly string[] = []): void {
  for (const key of Object.keys(options)) {
    if (key in KNOWN) continue
    throw new MillraceError(
      'BAD_OPTION',
      `${name} has no option ${JSON.stringify(key)}; it knows ${[...others, ...Object.keys(KNOWN)].join(', ')}.`,
    )
  }
  const { mode, exif, icc, cmyk, truncated, maxPixels = 1 } = options

  oneOf('mode', mode, ['RGB', 'L', 'RGBA', 'keep'])
  oneOf('exif', exif, ['ignore', 'apply'])
  oneOf('icc', icc, ['ignore', 'srgb'])
  oneOf('cmyk', cmyk, ['refuse', 'pillow'])
  oneOf('truncated', truncated, ['fail', 'keep'])
  if (!(maxPixels >= 1)) throw new MillraceError('BAD_OPTION', `maxPixels is a number of pixels, 1 or more; received ${maxPixels}.`)
}

function bytesOf(source: string | Uint8Array): Uint8Array {
  if (typeof source !== 'string') return source
  try {
    return readFileSync(source)
  } catch (error) {
    throw new MillraceError('IMAGE_FILE', `it can't be read (${reasonOf(error)}).`, { cause: error })
  }
}

const nameOf = (source: string | Uint8Array): string => (typeof source === 'string' ? source : 'picture (bytes)')

/** With the file's name, and a code that is the same whichever decoder found the fault. */
function named(error: unknown, source: string | Uint8Array): unknown {
  if (!(error instanceof MillraceError)) return error
  const code = error.code.replace(/^(?:JPEG_|PNG_|GIF_|(?=TOO_LARGE$))/, 'IMAGE_')
  return new MillraceError(code, `${nameOf(source)}: ${error.message}`, { cause: error })
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return
  throw new MillraceError('BAD_OPTION', `${name} is ${allowed.map((one) => `'${one}'`).join(', ')}; received ${value}.`)
}
