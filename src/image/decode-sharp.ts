import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Decoded, DecodeLimits } from '../codec/decoded.ts'
import { loadSharp, type Pipeline } from './sharp.ts'

export interface SharpOptions extends DecodeLimits {
  /** `'srgb'` converts by the embedded profile; `'ignore'` leaves the values as they are. */
  icc: 'ignore' | 'srgb'
}

/** Decodes what our own decoders do not take: WebP, TIFF, rare kinds of JPEG, pictures with a colour profile that is to be applied. */
export async function decodeWithSharp(bytes: Uint8Array, { maxPixels, truncated, icc }: SharpOptions): Promise<Decoded> {
  const sharp = await loadSharp()
  const open = (): Pipeline =>
    sharp(bytes, {
      ignoreIcc: icc === 'ignore',
      // Our own limit is checked below, with the size known.
      limitInputPixels: false,
      failOn: truncated === 'keep' ? 'none' : 'warning',
    })
  try {
    const { width, height, space, depth, channels, hasAlpha, orientation, exif, format } = await open().metadata()
    if (width * height > maxPixels) {
      throw new MillraceError(
        'IMAGE_TOO_LARGE',
        `a picture may have ${maxPixels} pixels, but this one has ${height} x ${width}. Raise maxPixels if it is meant to be so large.`,
      )
    }
    const kind = kindOf(space, depth, channels, hasAlpha)
    if (kind === undefined) {
      throw new MillraceError(
        'IMAGE_UNSUPPORTED',
        `a ${format} picture of ${channels} channels (${space}, ${depth}) is not supported. Convert it to PNG first.`,
      )
    }
    const { mode, raw } = kind
    const pipeline = open()
    if (space === 'cmyk') pipeline.pipelineColourspace('cmyk')
    pipeline.toColourspace(raw).raw({ depth: depth === 'ushort' ? 'ushort' : 'uchar' })
    const { data, info } = await pipeline.toBuffer({ resolveWithObject: true })
    const decoded: Decoded = { mode, data: samples(data, mode, depth === 'ushort', info.channels), height: info.height, width: info.width }
    if (exif !== undefined) decoded.exif = exif
    if (orientation !== undefined) decoded.orientation = orientation
    return decoded
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw new MillraceError(
      'IMAGE_DAMAGED',
      `it can't be decoded (${reasonOf(error).replaceAll('\n', '; ')}). Copy or download it again${truncated === 'keep' ? '' : `, or keep what is there: truncated: 'keep'`}.`,
      { cause: error },
    )
  }
}

interface Kind {
  mode: Decoded['mode']
  /** The colour space in which sharp gives the samples as they are in the file. */
  raw: string
}

function kindOf(space: string, depth: string, channels: number, hasAlpha: boolean): Kind | undefined {
  if (depth !== 'uchar' && depth !== 'ushort') return undefined
  if (space === 'cmyk') return channels === 4 && depth === 'uchar' ? { mode: 'CMYK', raw: 'cmyk' } : undefined
  if (space === 'grey16' && channels === 1) return { mode: 'I;16', raw: 'grey16' }
  if (space === 'b-w' && channels === 1 && depth === 'uchar') return { mode: 'L', raw: 'b-w' }
  const wide = depth === 'ushort' ? 'rgb16' : 'srgb'
  if (channels <= 4 && /^(?:b-w|grey16|srgb|rgb16|rgb)$/.test(space)) return { mode: hasAlpha ? 'RGBA' : 'RGB', raw: wide }
  return undefined
}

/** The bytes of sharp's answer as the mode has them: of 16-bit samples other than gray the high byte. */
function samples(data: Buffer, mode: Decoded['mode'], wide: boolean, channels: number): Uint8Array | Uint16Array {
  if (!wide) return new Uint8Array(data.buffer, data.byteOffset, data.length)
  const values = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length))
  if (mode === 'I;16' && channels === 1) return values
  return Uint8Array.from(values, (value) => value >> 8)
}
