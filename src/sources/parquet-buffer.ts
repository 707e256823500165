import type { AsyncBuffer } from 'hyparquet'
import { type OpenFile, readAt } from './parquet-footer.ts'

/** A file as hyparquet reads it. */
export function bufferOf(open: OpenFile): AsyncBuffer {
  return {
    byteLength: open.size,
    async slice(start, end = open.size) {
      const bytes = new Uint8Array(end - start)
      readAt(open, bytes, start)
      return bytes.buffer
    },
  }
}
