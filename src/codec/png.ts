import { crc32, deflateSync } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { pngKernel } from '../kernels/png.ts'
import { checkPalette } from './palette.ts'

export interface EncodePngOptions {
  /**
   * `'fast'` (the default) is an encoder of our own that knows pixels and rows; 0 to 9 are zlib's levels, 0 without any
   * compression, 9 the slowest.
   */
  level?: 'fast' | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
  /** Write a picture with a palette as RGB, for readers that expect three channels. Default false. */
  rgb?: boolean
}

/** Colour types of the PNG specification, 11.2.1, by channels; a palette is type 3. */
const colourTypes = { 1: 0, 3: 2, 4: 6 } as const
/** About how much is compressed at a time. Blocks stand alone, so larger ones gain little. */
const blockBytes = 1 << 18
const maxRowBytes = 1 << 27
const maxSide = 2 ** 31 - 1

/**
 * A PNG file (ISO/IEC 15948) of a picture: gray of 8 or 16 bits, palette, RGB or RGBA, not interlaced. The same picture gives
 * the same bytes everywhere with the default level. Incompressible pictures grow by less than 0.1% and 1 KB beyond their
 * scanlines (a row and one byte).
 *
 * @throws MillraceError `BAD_IMAGE` when a side is not a whole number from 1 to 2^31 - 1, a row exceeds 128 MiB, `data` does
 * not hold exactly height x width x channels values, 16-bit data is not gray, or an index is not in the palette;
 * `BAD_OPTION` for another level.
 */
export function encodePng(image: Image, { level = 'fast', rgb = false }: EncodePngOptions = {}): Uint8Array<ArrayBuffer> {
  check(image)
  if (level !== 'fast' && !(Number.isInteger(level) && level >= 0 && level <= 9)) {
    throw new MillraceError('BAD_OPTION', `encodePng: level must be 'fast' or a whole number from 0 to 9, but is ${String(level)}.`)
  }
  const { height, width, palette } = image
  const type = palette === undefined ? colourTypes[image.channels] : rgb ? colourTypes[3] : 3
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = image.data.BYTES_PER_ELEMENT * 8
  header[9] = type
  const chunks: Chunk[] = [['IHDR', header]]
  if (palette !== undefined && type === 3) chunks.push(['PLTE', palette])
  for (const part of compressed(image, rgb, level)) chunks.push(['IDAT', part])
  chunks.push(['IEND', new Uint8Array(0)])
  return file(chunks)
}

function check(image: Image): void {
  const { data, height, width, channels, palette } = image
  for (const [name, side] of Object.entries({ height, width })) {
    if (!Number.isInteger(side) || side < 1 || side > maxSide) {
      throw new MillraceError('BAD_IMAGE', `encodePng: ${name} must be a whole number from 1 to 2^31 - 1, but is ${side}.`)
    }
  }
  if (!Object.hasOwn(colourTypes, channels)) {
    throw new MillraceError('BAD_IMAGE', `encodePng: a picture has 1, 3 or 4 channels, but this one ${String(channels)}.`)
  }
  if (!(data instanceof Uint8Array || (data instanceof Uint16Array && channels === 1))) {
    throw new MillraceError('BAD_IMAGE', 'encodePng: data must be a Uint8Array, or for one channel a Uint16Array; convert it first.')
  }
  if (data.length !== height * width * channels) {
    const expected = `${height} x ${width} x ${channels} = ${height * width * channels}`
    throw new MillraceError('BAD_IMAGE', `encodePng: data must hold ${expected} values, but holds ${data.length}.`)
  }
  if (width * channels * (palette === undefined ? data.BYTES_PER_ELEMENT : 3) > maxRowBytes) {
    throw new MillraceError('BAD_IMAGE', `encodePng: a row must not exceed 128 MiB, but ${width} pixels do; cut the picture.`)
  }
  checkPalette(image)
}

/** The zlib stream of the scanlines, in parts. */
function compressed(image: Image, rgb: boolean, level: 'fast' | number): Uint8Array[] {
  const { height, palette } = image
  const expand = rgb && palette !== undefined
  const wide = image.data.BYTES_PER_ELEMENT === 2
  const input = new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength)
  const inputRow = input.length / height
  const unit = expand ? 3 : image.channels * (wide ? 2 : 1)
  const rowBytes = inputRow * (expand ? 3 : 1)
  const adaptive = expand || palette === undefined
  const block = Math.min(height, Math.max(1, Math.floor(blockBytes / (rowBytes + 1))))

  const { exports: png, memory } = pngKernel()
  if (!png.begin(block, rowBytes, unit, inputRow)) {
    throw new MillraceError('BAD_IMAGE', `encodePng: there is no memory for rows of ${rowBytes} bytes; cut the picture.`)
  }
  const all = new Uint8Array(memory.buffer)
  if (expand) for (let i = 0; i < palette.length; i++) all[png.palette() + Math.floor(i / 3) * 4 + (i % 3)] = palette[i] as number
  const parts: Uint8Array[] = level === 'fast' ? [Uint8Array.of(0x78, 0x01)] : []
  for (let first = 0; first < height; first += block) {
    const rows = Math.min(block, height - first)
    all.set(input.subarray(first * inputRow, (first + rows) * inputRow), png.input())
    if (wide) Buffer.from(memory.buffer, png.input(), rows * inputRow).swap16()
    png.filter(rows, adaptive, expand)
    const [from, length] =
      level === 'fast' ? [png.output(), png.compress(rows, first + rows === height)] : [png.lines(), rows * (rowBytes + 1)]
    parts.push(all.slice(from, from + length))
  }
  if (level === 'fast') return parts
  return [deflateSync(Buffer.concat(parts), { level })]
}

type Chunk = [type: string, data: Uint8Array]

function file(chunks: Chunk[]): Uint8Array<ArrayBuffer> {
  const size = chunks.reduce((sum, [, data]) => sum + 12 + data.length, 8)
  const bytes = Buffer.from(new ArrayBuffer(size))
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  let at = 8
  for (const [type, data] of chunks) {
    const end = at + 8 + data.length
    bytes.writeUInt32BE(data.length, at)
    bytes.write(type, at + 4, 'latin1')
    bytes.set(data, at + 8)
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end)
    at = end + 4
  }
  return new Uint8Array(bytes.buffer)
}
