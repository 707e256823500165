import { MillraceError } from '../core/errors.ts'
import { type Kernel, kernel, trim } from './instance.ts'

/** `assembly/unfilter.ts`. */
interface UnfilterKernel {
  base(): number
  reserve(end: number): boolean
  unfilter(source: number, target: number, rows: number, rowBytes: number, unit: number, zeros: number): number
}

const unfilterKernel = (): Kernel<UnfilterKernel> => kernel<UnfilterKernel>('unfilter')

/** Vectors are read and written whole. */
const slack = 64

/** Rows of one size that follow each other in a PNG's data: of a picture, or of a pass of an interlaced one. */
export interface Rows {
  rows: number
  /** Without the byte that names the filter. */
  rowBytes: number
  /** Bytes from a byte to the one that filters compare it with, at least 1. */
  unit: number
}

/**
 * The rows of `lines` without their filters and filter bytes, for each of `parts` those that are there; undefined when a row's filter
 * does not exist. Its plain twin is `unfilter-plain.ts`.
 *
 * @throws MillraceError `TOO_LARGE` when there is not so much memory.
 */
export function unfilter(lines: Uint8Array, parts: readonly Rows[]): Uint8Array[] | undefined {
  const { exports, memory } = unfilterKernel()
  const longest = Math.max(...parts.map(({ rowBytes }) => rowBytes))
  const zeros = exports.base()
  const source = zeros + longest + slack
  const target = source + lines.length + slack
  const end = target + lines.length + slack
  if (!(end < 2 ** 32 && exports.reserve(end))) {
    throw new MillraceError('TOO_LARGE', `Its rows need ${end} bytes of WebAssembly memory, more than there is: use a smaller picture.`)
  }
  try {
    const all = new Uint8Array(memory.buffer)
    all.fill(0, zeros, source)
    all.set(lines, source)
    const results: Uint8Array[] = []
    let at = 0
    for (const { rows, rowBytes, unit } of parts) {
      const whole = Math.min(rows, Math.max(0, Math.floor((lines.length - at) / (rowBytes + 1))))
      if (exports.unfilter(source + at, target, whole, rowBytes, unit, zeros) < whole) return undefined
      results.push(all.slice(target, target + whole * rowBytes))
      at += rows * (rowBytes + 1)
    }
    return results
  } finally {
    trim('unfilter')
  }
}
