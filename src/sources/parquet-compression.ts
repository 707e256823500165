import * as zlib from 'node:zlib'
import type { ZSTDDecoder } from 'zstddec'

const codecs = ['none', 'snappy', 'gzip', 'lzo', 'brotli', 'lz4', 'zstd', 'lz4_raw']

export const UNCOMPRESSED = 0
export const SNAPPY = 1
export const GZIP = 2
export const BROTLI = 4
export const ZSTD = 6

/** The name of one of Parquet's `CompressionCodec`s, as pandas has it. */
export function codecName(codec: number): string {
  return codecs[codec] ?? `number ${codec}`
}

let zstd: ZSTDDecoder | undefined

/** To be awaited before pages in zstd are uncompressed. Node's own is as fast, but Node 20 has none. */
export async function loadZstd(): Promise<void> {
  if (zstd !== undefined) return
  const { ZSTDDecoder } = await import('zstddec')
  const decoder = new ZSTDDecoder()
  await decoder.init()
  zstd = decoder
}

/**
 * A page as it was before it was compressed, by a codec other than snappy.
 *
 * @throws Error when the bytes are damaged, or make another number than `length`, or the codec is not known.
 */
export function decompress(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  if (!(length <= 2 ** 30)) throw new Error(`a page of ${length} bytes`)
  const options = { maxOutputLength: Math.max(length, 1) }
  let page: Uint8Array
  if (length === 0) return new Uint8Array(0)
  else if (codec === GZIP) page = zlib.gunzipSync(bytes, options)
  else if (codec === BROTLI) page = zlib.brotliDecompressSync(bytes, options)
  // Gives nothing when the bytes are damaged.
  else if (codec === ZSTD) page = zstd!.decode(bytes, length)
  else throw new Error(`it is compressed with ${codecName(codec)}; snappy, gzip, brotli, zstd and none can be read`)
  if (page.length !== length) throw new Error(`a page is damaged (${codecName(codec)})`)
  return page
}
