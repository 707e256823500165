import { MillraceError } from '../core/errors.ts'
import type { Decoded, DecodeLimits } from './decoded.ts'

/** Whether the bytes begin as every GIF file does. */
export const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a/.test(Buffer.from(bytes.subarray(0, 6)).toString('latin1'))

/**
 * The first frame of a GIF file (87a, 89a), on its whole canvas: as Pillow, where the frame does not reach lie transparent pixels, or
 * index 0 if nothing is transparent.
 *
 * @throws MillraceError `GIF_DAMAGED`, `GIF_TRUNCATED` (unless kept), `GIF_TOO_LARGE`.
 */
export function decodeGif(bytes: Uint8Array, limits: DecodeLimits): Decoded {
  const frame = firstFrame(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const { top, left, rows, columns } = frame
  const height = Math.max(frame.height, top + rows)
  const width = Math.max(frame.width, left + columns)
  if (height * width > limits.maxPixels) {
    throw new MillraceError(
      'GIF_TOO_LARGE',
      `a picture may have ${limits.maxPixels} pixels, but this one has ${height} x ${width}. Raise maxPixels if it is meant to be so large.`,
    )
  }
  const indices = new Uint8Array(rows * columns)
  const found = decompress(frame.blocks, frame.codeBits, indices)
  if (found < indices.length && limits.truncated === 'fail') {
    throw new MillraceError(
      'GIF_TRUNCATED',
      `its first frame has ${indices.length} pixels, but the file holds ${found}. Copy or download it again, or keep what is there: truncated: 'keep'.`,
    )
  }
  const data = new Uint8Array(height * width)
  if (frame.transparent !== undefined) data.fill(frame.transparent)
  const order = frame.interlaced ? interlacedRows(rows) : undefined
  for (let y = 0; y * columns < found; y++) {
    const row = indices.subarray(y * columns, Math.min((y + 1) * columns, found))
    data.set(row, (top + (order?.[y] ?? y)) * width + left)
  }
  const { palette, transparent } = frame
  if (palette === undefined || isGray(palette)) {
    return { mode: 'L', data, height, width, ...(transparent === undefined ? {} : { transparent: [transparent] }) }
  }
  const decoded: Decoded = { mode: 'P', data, height, width, palette }
  if (transparent !== undefined) decoded.paletteAlpha = new Uint8Array(transparent + 1).fill(255, 0, transparent)
  return decoded
}

interface Frame {
  /** Of the canvas. */
  height: number
  width: number
  top: number
  left: number
  rows: number
  columns: number
  interlaced: boolean
  palette?: Uint8Array
  transparent?: number
  codeBits: number
  /** The compressed data. */
  blocks: Buffer
}

function firstFrame(file: Buffer): Frame {
  if (!isGif(file) || file.length < 13) throw damaged('it has no header')
  const colours = (flags: number): number => (flags & 128 ? 6 << (flags & 7) : 0)
  let at = 13 + colours(file[10]!)
  const common = file.subarray(13, at)
  let transparent: number | undefined
  while (at < file.length) {
    const kind = file[at++]
    if (kind === 0x21) {
      const isControl = file[at++] === 0xf9
      if (isControl && file[at]! >= 4 && at + 4 < file.length && file[at + 1]! & 1) transparent = file[at + 4]
      at = endOfBlocks(file, at)
    } else if (kind === 0x2c) {
      if (at + 10 > file.length) break
      const [left, top, columns, rows] = [0, 2, 4, 6].map((offset) => file.readUInt16LE(at + offset)) as [number, number, number, number]
      const flags = file[at + 8]!
      const own = file.subarray(at + 9, at + 9 + colours(flags))
      const codeBits = file[at + 9 + own.length]
      if (codeBits === undefined) break
      if (codeBits < 1 || codeBits > 11) throw damaged(`its codes begin with ${codeBits} bits`)
      if (rows === 0 || columns === 0) throw damaged('its first frame is empty')
      const frame: Frame = {
        height: file.readUInt16LE(8),
        width: file.readUInt16LE(6),
        top,
        left,
        rows,
        columns,
        interlaced: (flags & 64) !== 0,
        codeBits,
        blocks: joined(file, at + 10 + own.length),
      }
      const palette = flags & 128 ? own : common
      if (palette.length > 0) frame.palette = Uint8Array.from(palette)
      if (transparent !== undefined) frame.transparent = transparent
      return frame
    } else if (kind === 0x3b) break
  }
  throw damaged('it ends before its first frame')
}

const damaged = (what: string): MillraceError =>
  new MillraceError('GIF_DAMAGED', `${what}, which no GIF file may. The file is damaged: copy or download it again.`)

function endOfBlocks(file: Buffer, at: number): number {
  while (at < file.length && file[at] !== 0) at += file[at]! + 1
  return at + 1
}

/** The blocks that are whole. */
function joined(file: Buffer, at: number): Buffer {
  const blocks: Buffer[] = []
  for (; at < file.length && file[at] !== 0 && at + file[at]! < file.length; at += file[at]! + 1)
    blocks.push(file.subarray(at + 1, at + 1 + file[at]!))
  return Buffer.concat(blocks)
}

/** Whether entry i is gray i: then Pillow takes the indices themselves for gray. */
function isGray(palette: Uint8Array): boolean {
  return palette.every((value, i) => value === Math.floor(i / 3))
}

/** Which row the y-th of the file is. */
function interlacedRows(rows: number): number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const
  return passes.flatMap(([start, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((rows - start) / step)) }, (_, i) => start + i * step),
  )
}

/** LZW with codes that grow to 12 bits. Returns how many pixels there are; fewer than wanted when the data ends early. */
function decompress(bytes: Uint8Array, codeBits: number, out: Uint8Array): number {
  const clear = 1 << codeBits
  // A code is the string of `before[code]`, then `last[code]`.
  const before = new Uint16Array(4096)
  const last = new Uint8Array(4096)
  const lengths = new Uint16Array(4096).fill(1)
  for (let i = 0; i < clear; i++) last[i] = i
  let bits = codeBits + 1
  let next = clear + 2
  let previous = -1
  let buffer = 0
  let buffered = 0
  let to = 0
  let at = 0
  while (to < out.length) {
    while (buffered < bits && at < bytes.length) {
      buffer |= bytes[at++]! << buffered
      buffered += 8
    }
    if (buffered < bits) return to
    const code = buffer & ((1 << bits) - 1)
    buffer >>>= bits
    buffered -= bits
    if (code === clear) {
      bits = codeBits + 1
      next = clear + 2
      previous = -1
      continue
    }
    if (code === clear + 1) return to
    if (previous === -1 ? code > clear : code > next || (code === next && next === 4096)) {
      throw damaged(`its compressed data has code ${code} before it is made`)
    }
    const isNew = previous !== -1 && next < 4096
    if (isNew) {
      before[next] = previous
      lengths[next] = lengths[previous]! + 1
    }
    // The string of a code that is made just now begins with the previous one's first pixel, as that does.
    const length = code === next ? lengths[previous]! + 1 : lengths[code]!
    let string = code
    for (let i = to + length - 1; i >= to; i--) {
      if (string === next) {
        string = previous
        continue
      }
      if (i < out.length) out[i] = last[string]!
      string = before[string]!
    }
    if (isNew) {
      last[next] = out[to]!
      if (code === next) {
        const end = to + length - 1
        if (end < out.length) out[end] = out[to]!
      }
      if (++next === 1 << bits && bits < 12) bits++
    }
    previous = code
    to += length
  }
  return out.length
}
