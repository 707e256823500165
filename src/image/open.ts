import { readFileSync } from 'node:fs'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Image } from '../core/image.ts'
import { decodeImage, type OpenOptions } from './decode.ts'

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
  return openNow(source, options)
}

/**
 * As `open`, at once: for the files that we decode ourselves (JPEG, PNG, GIF).
 *
 * @throws MillraceError as `open` rejects, and `IMAGE_ASYNC` for a file that needs sharp.
 */
export function openSync(source: string | Uint8Array, options: OpenOptions = {}): Image {
  const image = openNow(source, options)
  if (!(image instanceof Promise)) return image
  // Nobody will wait for it.
  image.catch(() => {})
  throw new MillraceError('IMAGE_ASYNC', `${nameOf(source)}: this kind of picture is decoded by sharp, asynchronously: use await open().`)
}

/** As `open`, with a promise only for files that need sharp. */
export function openNow(source: string | Uint8Array, options: OpenOptions = {}): Image | Promise<Image> {
  const { mode, exif, icc, cmyk, truncated } = options
  oneOf('mode', mode, ['RGB', 'L', 'RGBA', 'keep'])
  oneOf('exif', exif, ['ignore', 'apply'])
  oneOf('icc', icc, ['ignore', 'srgb'])
  oneOf('cmyk', cmyk, ['refuse', 'pillow'])
  oneOf('truncated', truncated, ['fail', 'keep'])
  try {
    const image = decodeImage(bytesOf(source), options)
    return image instanceof Promise ? image.catch((error: unknown) => Promise.reject(named(error, source))) : image
  } catch (error) {
    throw named(error, source)
  }
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
  const code = error.code.replace(/^(?:JPEG|PNG|GIF)_/, 'IMAGE_')
  return new MillraceError(code, `${nameOf(source)}: ${error.message}`, { cause: error })
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return
  throw new MillraceError('BAD_OPTION', `${name} is ${allowed.map((one) => `'${one}'`).join(', ')}; received ${String(value)}.`)
}
