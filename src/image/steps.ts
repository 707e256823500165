import { MillraceError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import type { Adjustment } from './adjust.ts'
import type { Box, Margins, PadMode } from './geometry.ts'
import type { OpencvFilter, PillowFilter } from './resample.ts'
import type { Statistics } from './tensor.ts'

/** One number for both sides, or [height, width]. */
export type Size = number | readonly [height: number, width: number]

/** Whose arithmetic, so that every pixel is equal to that library's, and which filter: see `resample`. */
export type Resampling = { like?: 'pillow'; filter?: PillowFilter; pillow?: 13 | 12 } | { like: 'opencv'; filter?: OpencvFilter }

/** Default: Pillow's `'bilinear'`, with antialiasing; of OpenCV `'linear'`, without. */
export type ResizeOptions = Resampling & {
  /**
   * What is done about another aspect ratio. `'squish'` (the default) changes it; `'crop'` and `'pad'` are fastai's: the middle is
   * cut out, or margins are added, before resizing; `'short'` is torchvision's `Resize(size)`: the shorter side becomes `size` and
   * the ratio stays.
   */
  method?: 'squish' | 'crop' | 'pad' | 'short'
  /** With `'pad'`: what the margins hold, fastai's reflection by default. */
  padMode?: PadMode
  /** With `'short'`: the longer side does not exceed this. */
  maxSize?: number
}

export type Range = number | readonly [min: number, max: number]

/** A step of a pipeline as plain data, as it travels to workers. A step of one's own is a task. */
export type Step =
  | ({ op: 'resize'; size: Size } & ResizeOptions)
  | ({ op: 'crop' } & Box)
  | ({ op: 'pad'; mode: PadMode; fill: number } & Margins)
  | { op: 'centerCrop'; size: Size }
  | { op: 'flip'; direction: 'horizontal' | 'vertical' }
  | { op: 'rotate90'; turns: number }
  | { op: 'adjust'; what: Adjustment; factor: number }
  | ({ op: 'randomResizedCrop'; size: Size; scale: readonly [number, number]; ratio: readonly [number, number] } & Resampling)
  | { op: 'randomFlip'; p: number; direction: 'horizontal' | 'vertical' }
  | { op: 'colorJitter'; ranges: Partial<Record<Adjustment, readonly [number, number]>> }
  | { op: 'toTensor' }
  | { op: 'toImage' }
  | ({ op: 'normalize' } & Statistics)
  | ({ op: 'denormalize' } & Statistics)
  | { op: 'compose'; steps: readonly (Step | Task<any, any>)[] }

/** [height, width] of a size; refuses what is not whole and positive. */
export function sides(size: Size): [height: number, width: number] {
  const both = typeof size === 'number' ? [size, size] : size
  if (both.length === 2 && both.every((side) => Number.isInteger(side) && side >= 1)) return [both[0], both[1]]
  throw new MillraceError('BAD_SIZE', `a size is a whole number of pixels or [height, width]; received ${JSON.stringify(size)}.`)
}
