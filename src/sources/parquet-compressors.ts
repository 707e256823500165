import type { Compressors } from 'hyparquet'
import { snappyDecompress } from '../kernels/parquet.ts'
import { decompress } from './parquet-compression.ts'

const by =
  (codec: number) =>
  (bytes: Uint8Array, length: number): Uint8Array =>
    decompress(codec, bytes, length)

/** What hyparquet uncompresses pages with. */
export const compressors: Compressors = {
  SNAPPY(bytes, length) {
    const page = snappyDecompress(bytes, length)
    if (page === undefined) throw new Error('a page is damaged (snappy)')
    return page
  },
  GZIP: by(2),
  BROTLI: by(4),
  ZSTD: by(6),
}
