// Where pixels go: what fastai, torchvision and Pillow work out, in their arithmetic, before a pixel is touched.
import { MillraceError } from '../core/errors.ts'
import type { Adjustment } from './adjust.ts'
import type { Box, Margins, PadMode } from './geometry.ts'
import { type Resampling, sides, type Size, type Step } from './steps.ts'

/** What is done to pixels, with every number known. */
export type Move =
  | ({ kind: 'crop' } & Box)
  | ({ kind: 'pad'; mode: PadMode; fill: number } & Margins)
  | { kind: 'resample'; size: [height: number, width: number]; options: Resampling }
  | { kind: 'flip'; direction: 'horizontal' | 'vertical' }
  | { kind: 'rotate'; turns: number }
  | { kind: 'adjust'; what: Adjustment; factor: number }

interface Shape {
  height: number
  width: number
}

type Resize = Extract<Step, { op: 'resize' }>

export function resizeMoves(
  { op: _op, size, method = 'squish', padMode = 'reflect', maxSize, ...resampling }: Resize,
  shape: Shape,
): Move[] {
  if (maxSize !== undefined && method !== 'short') {
    throw new MillraceError('BAD_OPTION', `maxSize belongs to method 'short'; with '${method}' the size says both sides.`)
  }
  const to = (size: [number, number]): Move => ({ kind: 'resample', size, options: resampling })
  switch (method) {
    case 'squish':
      return [to(sides(size))]
    case 'crop':
    case 'pad':
      return [...fastaiMoves(shape, sides(size), method, padMode), to(sides(size))]
    case 'short':
      return [to(shortSide(shape, size, maxSize))]
    default:
      throw new MillraceError('BAD_OPTION', `method is 'squish', 'crop', 'pad' or 'short'; received ${String(method)}.`)
  }
}

/**
 * fastai's Resize on validation data. The side of the region is int((w / 224) * 224) in doubles, which for some sizes is one
 * short of w; the region is cut out, then padded.
 */
function fastaiMoves({ height, width }: Shape, [toHeight, toWidth]: [number, number], method: 'crop' | 'pad', mode: PadMode): Move[] {
  const [byWidth, byHeight] = [width / toWidth, height / toHeight]
  const scale = method === 'crop' ? Math.min(byWidth, byHeight) : Math.max(byWidth, byHeight)
  const rows = line(height, Math.trunc(scale * toHeight))
  const columns = line(width, Math.trunc(scale * toWidth))
  const box = { top: rows.from, left: columns.from, height: rows.length, width: columns.length }
  const margins = { top: rows.before, left: columns.before, bottom: rows.after, right: columns.after }
  const moves: Move[] = []
  if (box.height !== height || box.width !== width) moves.push({ kind: 'crop', ...box })
  if (Object.values(margins).some((margin) => margin > 0)) moves.push({ kind: 'pad', mode, fill: 0, ...margins })
  return moves
}

/** One side of fastai's region: which pixels of the picture it holds, and how many are missing before and after them. */
function line(side: number, region: number): { from: number; length: number; before: number; after: number } {
  const wanted = Math.max(region, 1)
  const start = Math.trunc(0.5 * (side - wanted))
  const from = Math.max(start, 0)
  return {
    from,
    length: Math.min(start + wanted, side) - from,
    before: Math.max(-start, 0),
    after: Math.max(wanted - side + start, 0),
  }
}

/** torchvision's Resize of one number: the long side is int(size * long / short). */
function shortSide({ height, width }: Shape, size: Size, maxSize: number | undefined): [number, number] {
  if (typeof size !== 'number') {
    throw new MillraceError(
      'BAD_SIZE',
      `method 'short' takes one number, the shorter side; received ${JSON.stringify(size)}. Use 'squish'.`,
    )
  }
  if (maxSize !== undefined && maxSize <= size) {
    throw new MillraceError('BAD_OPTION', `maxSize must be greater than the size of the shorter side, ${size}; received ${maxSize}.`)
  }
  let short = sides(size)[0]
  let long = Math.trunc((short * Math.max(height, width)) / Math.min(height, width))
  if (maxSize !== undefined && long > maxSize) [short, long] = [Math.max(1, Math.trunc((maxSize * short) / long)), maxSize]
  return width <= height ? [long, short] : [short, long]
}

/** torchvision's CenterCrop: sides that are too short are padded with 0, then the middle is cut out, halves rounded to even. */
export function centerCropMoves(size: Size, { height, width }: Shape): Move[] {
  const [toHeight, toWidth] = sides(size)
  const missing = { rows: Math.max(toHeight - height, 0), columns: Math.max(toWidth - width, 0) }
  const moves: Move[] = []
  if (missing.rows > 0 || missing.columns > 0) {
    const [top, left] = [Math.floor(missing.rows / 2), Math.floor(missing.columns / 2)]
    moves.push({ kind: 'pad', mode: 'constant', fill: 0, top, left, bottom: missing.rows - top, right: missing.columns - left })
  }
  const [top, left] = [height + missing.rows - toHeight, width + missing.columns - toWidth].map((extra) => roundHalfEven(extra / 2))
  moves.push({ kind: 'crop', top: top!, left: left!, height: toHeight, width: toWidth })
  return moves
}

/** Python's round(). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
