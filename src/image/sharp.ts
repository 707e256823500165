import type { default as Sharp } from 'sharp'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'

export type Pipeline = ReturnType<typeof Sharp>

/** sharp, loaded when the first picture needs it, since it is a large native library. */
export async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default
  } catch (error) {
    throw new MillraceError(
      'SHARP_MISSING',
      `WebP, TIFF and some kinds of JPEG are read and written by the package sharp, which can't be loaded (${reasonOf(error)}). Install it for this platform: npm install sharp.`,
      { cause: error },
    )
  }
}
