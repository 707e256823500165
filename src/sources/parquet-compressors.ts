import type { Compressors } from 'hyparquet'
import { snappyDecompress } from '../kernels/parquet.ts'
import { BROTLI, decompress, GZIP, ZSTD } from './parquet-compression.ts'

const by =
  (codec: number) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    decompress(codec, bytes, length)

/** What hyparquet uncompresses pages with; for zstd after `loadZstd`. */
export const compressors: Compressors = {
  SNAPPY(bytes, length) {
    const page = snappyDecompress(bytes, length)
    if (page === undefined) throw new Error('a page is damaged (snappy)')
    return page
  },
  GZIP: by(GZIP),
  BROTLI: by(BROTLI),
  ZSTD: by(ZSTD),
}
