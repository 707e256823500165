import { MillraceError } from '../core/errors.ts'

export const damaged = (what: string): MillraceError =>
  new MillraceError('JPEG_DAMAGED', `A JPEG must be whole, but ${what}. Get the file again, or read it with a decoder that fills gaps.`)

export const unsupported = (what: string): MillraceError =>
  new MillraceError('JPEG_UNSUPPORTED', `This decoder takes baseline and progressive JPEGs, but ${what}. Read it with sharp.`)

export const tooLarge = (what: string): MillraceError => new MillraceError('JPEG_TOO_LARGE', what)
