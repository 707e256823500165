import { createRequire } from 'node:module'
import * as zlib from 'node:zlib'
import type * as Fzstd from 'fzstd'

const codecs = ['none', 'snappy', 'gzip', 'lzo', 'brotli', 'lz4', 'zstd', 'lz4_raw']

export const UNCOMPRESSED = 0
export const SNAPPY = 1

/** The name of one of Parquet's `CompressionCodec`s, as pandas has it. */
export function codecName(codec: number): string {
  return codecs[codec] ?? `number ${codec}`
}

/** Node 22.15 has it; its types here are Node 20's. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array, options?: { maxOutputLength: number }) => Uint8Array }

/**
 * A page as it was before it was compressed, by a codec other than snappy.
 *
 * @throws Error when the bytes are damaged, or make another number than `length`, or the codec is not known.
 */
export function decompress(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  const options = { maxOutputLength: Math.max(length, 1) }
  let page: Uint8Array
  switch (codecName(codec)) {
    case 'gzip':
      page = zlib.gunzipSync(bytes, options)
      break
    case 'brotli':
      page = zlib.brotliDecompressSync(bytes, options)
      break
    case 'zstd':
      page = zstdDecompressSync === undefined ? fzstd().decompress(bytes, new Uint8Array(length)) : zstdDecompressSync(bytes, options)
      break
    default:
      throw new Error(`it is compressed with ${codecName(codec)}; snappy, gzip, brotli, zstd and none can be read`)
  }
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes where its header says ${length}`)
  return page
}

function fzstd(): typeof Fzstd {
  return createRequire(import.meta.url)('fzstd') as typeof Fzstd
}
