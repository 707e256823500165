import { MillraceError } from '../core/errors.ts'
import { type Kernel, kernel, trim } from './instance.ts'

/** `assembly/unfilter.ts`. */
interface UnfilterKernel {
  base(): number
  reserve(end: number): boolean
  unfilter(source: number, target: number, rows: number, rowBytes: number, unit: number, above: number): number
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
 * does not exist. They pass through the kernel in blocks, so that its memory stays small. Its plain twin is `unfilter-plain.ts`.
 *
 * @throws MillraceError `TOO_LARGE` when there is no memory for a row.
 */
export function unfilter(lines: Uint8Array, parts: readonly Rows[], blockBytes: number = 1 << 19): Uint8Array[] | undefined {
  try {
    const results: Uint8Array[] = []
    let at = 0
    for (const part of parts) {
      const length = part.rows * (part.rowBytes + 1)
      const rows = unfilterPart(lines.subarray(at, at + length), part, blockBytes)
      if (rows === undefined) return undefined
      results.push(rows)
      at += length
    }
    return results
  } finally {
    trim('unfilter')
  }
}

function unfilterPart(lines: Uint8Array, { rowBytes, unit }: Rows, blockBytes: number): Uint8Array | undefined {
  const { exports, memory } = unfilterKernel()
  const rows = Math.floor(lines.length / (rowBytes + 1))
  const block = Math.min(rows, Math.max(1, Math.floor(blockBytes / (rowBytes + 1))))
  // The row above the block, the block as it is in the file, and its rows unfiltered.
  const above = exports.base()
  const source = above + rowBytes + slack
  const target = source + block * (rowBytes + 1) + slack
  const end = target + block * rowBytes + slack
  if (!(end < 2 ** 32 && exports.reserve(end))) {
    throw new MillraceError('TOO_LARGE', `a row of ${rowBytes} bytes needs ${end} bytes of WebAssembly memory, more than there is.`)
  }
  const all = new Uint8Array(memory.buffer)
  const out = new Uint8Array(rows * rowBytes)
  all.fill(0, above, above + rowBytes)
  for (let first = 0; first < rows; first += block) {
    const count = Math.min(block, rows - first)
    all.set(lines.subarray(first * (rowBytes + 1), (first + count) * (rowBytes + 1)), source)
    if (exports.unfilter(source, target, count, rowBytes, unit, above) < count) return undefined
    out.set(all.subarray(target, target + count * rowBytes), first * rowBytes)
    all.copyWithin(above, target + (count - 1) * rowBytes, target + count * rowBytes)
  }
  return out
}
