import { crc32, constants, inflateSync } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import type { Decoded, DecodeLimits } from './decoded.ts'
import { unfilter } from '../kernels/unfilter.ts'
import { passesOf, unpackPass } from './png-decode-lines.ts'

/** Samples a pixel by colour type, and the bit depths each may have (PNG specification, 11.2.1). */
const colourTypes: Record<number, { mode: Decoded['mode']; samples: number; depths: readonly number[] }> = {
  0: { mode: 'L', samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { mode: 'RGB', samples: 3, depths: [8, 16] },
  3: { mode: 'P', samples: 1, depths: [1, 2, 4, 8] },
  4: { mode: 'LA', samples: 2, depths: [8, 16] },
  6: { mode: 'RGBA', samples: 4, depths: [8, 16] },
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Deflate can't make more of a byte than this. */
const maxRatio = 1032
/** What may follow the last row; more is a bomb. */
const slack = 1 << 16

/** Whether the bytes begin as every PNG file does. */
export const isPng = (bytes: Uint8Array): boolean => signature.equals(bytes.subarray(0, 8))

/**
 * The pixels of a PNG file (ISO/IEC 15948), of every colour type and bit depth, interlaced or not. 16-bit gray keeps its bits,
 * other 16-bit samples keep their high byte, gray of 1, 2 and 4 bits is stretched to 0..255: as Pillow does. Of an animation,
 * the default image. Colour management chunks are not looked at.
 *
 * @throws MillraceError `PNG_DAMAGED`, `PNG_TRUNCATED` (unless kept), `PNG_TOO_LARGE`, `TOO_LARGE`.
 */
export function decodePng(bytes: Uint8Array, limits: DecodeLimits): Decoded {
  if (!isPng(bytes)) throw new MillraceError('PNG_DAMAGED', 'a PNG file begins with its signature of 8 bytes; this one does not.')
  const { header, palette, alpha, exif, parts } = readChunks(bytes)
  if (header.width * header.height > limits.maxPixels) {
    throw new MillraceError(
      'PNG_TOO_LARGE',
      `a picture may have ${limits.maxPixels} pixels, but this one has ${header.height} x ${header.width}. Raise maxPixels if it is meant to be so large.`,
    )
  }
  const { height, width, mode, samples, depth, interlaced } = header
  const passes = passesOf(height, width, samples * depth, interlaced)
  const expected = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0)
  const lines = inflate(parts, expected, limits.truncated === 'keep')
  const rows = unfilter(lines, passes)
  if (rows === undefined) {
    throw new MillraceError('PNG_DAMAGED', 'rows of a PNG file have filters 0 to 4, but one has another. The file is damaged.')
  }
  const wide = mode === 'L' && depth === 16
  let data: Uint8Array | Uint16Array = rows[0]!
  if (depth !== 8 || interlaced || lines.length < expected) {
    data = wide ? new Uint16Array(height * width) : new Uint8Array(height * width * samples)
    for (const [i, pass] of passes.entries()) unpackPass(rows[i]!, pass, { samples, depth, stretch: mode === 'L', data, width })
  }
  const decoded: Decoded = { mode: wide ? 'I;16' : mode, data, height, width }
  if (mode === 'P') decoded.palette = palette ?? new Uint8Array(0)
  if (mode === 'P' && alpha !== undefined) decoded.paletteAlpha = alpha
  if ((mode === 'L' || mode === 'RGB') && alpha !== undefined && alpha.length >= samples * 2) {
    decoded.transparent = Array.from({ length: samples }, (_, i) => alpha[2 * i]! * 256 + alpha[2 * i + 1]!)
    // A bit that is set is stretched to 255.
    if (depth === 1) decoded.transparent = decoded.transparent.map((value) => (value === 0 ? 0 : 255))
  }
  if (exif !== undefined) decoded.exif = exif
  return decoded
}

interface Header {
  height: number
  width: number
  mode: Decoded['mode']
  samples: number
  depth: number
  interlaced: boolean
}

interface Chunks {
  header: Header
  palette?: Uint8Array
  alpha?: Uint8Array
  exif?: Uint8Array
  /** The zlib stream, in the parts of its chunks. */
  parts: Uint8Array[]
}

function readChunks(bytes: Uint8Array): Chunks {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  const found: Partial<Chunks> = {}
  for (let at = 8; at + 8 <= view.length;) {
    const length = view.readUInt32BE(at)
    const type = view.toString('latin1', at + 4, at + 8)
    const data = view.subarray(at + 8, at + 8 + length)
    const end = at + 8 + length
    if (found.header === undefined && type !== 'IHDR') break
    if (type === 'IDAT') parts.push(data)
    else if (type === 'IEND') break
    else if (type === 'IHDR' || type === 'PLTE' || type === 'tRNS' || type === 'eXIf') {
      if (end + 4 > view.length) break
      if (crc32(view.subarray(at + 4, end)) !== view.readUInt32BE(end)) {
        throw new MillraceError('PNG_DAMAGED', `the checksum of chunk ${type} is wrong. The file is damaged: copy or download it again.`)
      }
      if (type === 'IHDR') found.header ??= readHeader(data)
      else if (type === 'PLTE') found.palette ??= Uint8Array.from(data.subarray(0, 768))
      else if (type === 'tRNS') found.alpha ??= Uint8Array.from(data)
      else found.exif ??= data
    } else if (!/^[A-Za-z]{4}$/.test(type)) {
      throw new MillraceError('PNG_DAMAGED', `a chunk's type is four letters, but at byte ${at + 4} it is not. The file is damaged.`)
    }
    at = end + 4
  }
  if (found.header === undefined) throw new MillraceError('PNG_DAMAGED', 'a PNG file begins with chunk IHDR, but this one does not.')
  return { ...found, header: found.header, parts }
}

function readHeader(data: Buffer): Header {
  if (data.length === 13) {
    const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
    const [depth, type, compression, filter, interlace] = data.subarray(8) as unknown as [number, number, number, number, number]
    const kind = colourTypes[type]
    if (width > 0 && height > 0 && kind?.depths.includes(depth) && compression === 0 && filter === 0 && interlace <= 1) {
      return { height, width, mode: kind.mode, samples: kind.samples, depth, interlaced: interlace === 1 }
    }
  }
  throw new MillraceError('PNG_DAMAGED', 'the header (chunk IHDR) names no kind of picture that PNG has. The file is damaged.')
}

/** The filtered rows, or those that are there. */
function inflate(parts: Uint8Array[], expected: number, keep: boolean): Uint8Array {
  const compressed = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  let lines: Uint8Array = new Uint8Array(0)
  if (keep || expected <= compressed.length * maxRatio + 64) {
    try {
      lines = inflateSync(compressed, {
        chunkSize: Math.max(64, expected + 1),
        maxOutputLength: expected + slack,
        finishFlush: constants.Z_SYNC_FLUSH,
      })
    } catch (error) {
      const reason = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'it holds more than its rows' : (error as Error).message
      throw new MillraceError('PNG_DAMAGED', `its compressed data can't be read (${reason}). Copy or download it again.`, { cause: error })
    }
  }
  if (lines.length < expected && !keep) {
    throw new MillraceError(
      'PNG_TRUNCATED',
      `its rows need ${expected} bytes, but the file holds ${lines.length}. Copy or download it again, or keep what is there: truncated: 'keep'.`,
    )
  }
  return lines
}
