import { isGif } from '../codec/gif-decode.ts'
import { isPng } from '../codec/png-decode.ts'

export type Format = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff'

/** The format that the first bytes tell. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg'
  if (isPng(bytes)) return 'png'
  if (isGif(bytes)) return 'gif'
  const text = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'webp'
  // II and MM say the order of bytes; 42 is TIFF, 43 BigTIFF.
  return /^(?:II[*+]\0|MM\0[*+])/.test(text) ? 'tiff' : undefined
}
