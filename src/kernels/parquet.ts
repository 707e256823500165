import { MillraceError } from '../core/errors.ts'
import { type Kernel, kernel } from './instance.ts'

/** `assembly/parquet.ts`. Callers say where things lie; a `Memory` hands out the places. Twins: `parquet-plain.ts`. */
export interface ParquetKernel {
  base(): number
  reserve(end: number): boolean
  /** Decompresses to exactly `length` bytes; 0 when the data are damaged. */
  snappy(source: number, sourceEnd: number, target: number, length: number): number
  /** Runs and packed numbers of `width` bits to bytes. The largest, or -1 when damaged or one is over 255. */
  hybrid(source: number, end: number, width: number, count: number, target: number): number
  /** Whether they are `count` ones of one bit: 1 or 0. */
  allOnes(source: number, end: number, count: number): number
  /** Bytes replaced by those of a table of 256. */
  translate(at: number, count: number, table: number): void
  /** Integers of 4 or 8 bytes to bytes; 0 when one is not 0 to 255. */
  narrow(source: number, size: number, count: number, target: number): number
  /** Columns of bytes to rows. */
  transpose(source: number, apart: number, columns: number, rows: number, target: number, stride: number): void
}

export const parquetKernel = (): Kernel<ParquetKernel> => kernel<ParquetKernel>('parquet')

/** Vectors are read and written whole. */
const SLACK = 64

/** The kernel's memory, taken piece by piece from its beginning. What was taken by an earlier one is overwritten. */
export class KernelMemory {
  #at: number = parquetKernel().exports.base()

  /** An address, a multiple of 64, of so many bytes that may be read and written. @throws MillraceError `TOO_LARGE`. */
  take(bytes: number): number {
    const at = this.#at
    const end = at + Math.ceil((bytes + SLACK) / 64) * 64
    if (!(end < 2 ** 32 && parquetKernel().exports.reserve(end))) {
      throw new MillraceError('TOO_LARGE', `A part of the Parquet file needs ${end} bytes of WebAssembly memory, more than there is.`)
    }
    this.#at = end
    return at
  }

  /** Gives back what was taken from this address on. */
  release(address: number): void {
    this.#at = address
  }
}

/** The kernel's bytes as they are now: memory that grows leaves a view empty. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parquetKernel().memory.buffer)
}

/** What snappy made of `length` bytes; undefined when they are damaged. */
export function snappyDecompress(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> | undefined {
  const memory = new KernelMemory()
  const source = memory.take(bytes.length)
  const target = memory.take(length)
  kernelBytes().set(bytes, source)
  if (parquetKernel().exports.snappy(source, source + bytes.length, target, length) === 0) return undefined
  return kernelBytes().slice(target, target + length)
}
