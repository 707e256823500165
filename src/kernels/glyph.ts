import { MillraceError } from '../core/errors.ts'
import { kernel, trim } from './instance.ts'

/** `assembly/glyph.ts`. */
interface GlyphKernel {
  base(): number
  reserve(end: number): boolean
  room(height: number, width: number, size: number): number
  glyph(
    source: number,
    height: number,
    width: number,
    invert: boolean,
    threshold: number,
    noise: number,
    inset: number,
    marginY: number,
    marginX: number,
    pad: number,
    size: number,
    work: number,
    target: number,
  ): number
}

/** See `image/crop-resize.ts`; all are whole numbers of at least 0, `size` of at least 1, twice the inset less than each side. */
export interface GlyphOptions {
  invert: boolean
  size: number
  threshold: number
  noise: number
  inset: number
  marginY: number
  marginX: number
  pad: number
}

/** Vectors are read and written whole. */
const SLACK = 64

/**
 * A drawn character cut out of a gray picture and resized to `size` x `size`. `'blank'` where every pixel is 0, `'no box'` where none
 * within the inset is over the threshold, or its box is empty. Its plain twin is `glyph-plain.ts`.
 *
 * @throws MillraceError `TOO_LARGE` when there is no memory for the picture.
 */
export function glyph(
  data: Uint8Array,
  height: number,
  width: number,
  options: GlyphOptions,
): Uint8Array<ArrayBuffer> | 'blank' | 'no box' {
  const { exports, memory } = kernel<GlyphKernel>('glyph')
  const { invert, size, threshold, noise, inset, marginY, marginX, pad } = options
  const source = exports.base()
  const target = aligned(source + height * width)
  const work = aligned(target + size * size)
  // What the kernel counts in 32 bits is exact for these.
  const fits = height * width <= 2 ** 28 && size <= 2 ** 13
  const end = fits ? work + (exports.room(height, width, size) >>> 0) : Infinity
  if (!(end < 2 ** 32 && exports.reserve(end))) {
    throw new MillraceError('TOO_LARGE', `A picture of ${height} x ${width} to ${size} x ${size} is more than there is memory for.`)
  }
  new Uint8Array(memory.buffer).set(data, source)
  const why = exports.glyph(source, height, width, invert, threshold, noise, inset, marginY, marginX, pad, size, work, target)
  const pixels = new Uint8Array(memory.buffer, target, size * size).slice()
  trim('glyph')
  return why === 0 ? pixels : why === 1 ? 'blank' : 'no box'
}

function aligned(address: number): number {
  return Math.ceil((address + SLACK) / 64) * 64
}
