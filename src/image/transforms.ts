import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import { type Adjustment, checkFactor } from './adjust.ts'
import type { Box, Margins, PadMode } from './geometry.ts'
import { resizeMoves } from './layout.ts'
import { runSteps } from './run.ts'
import { type ResizeOptions, sides, type Size, type Step } from './steps.ts'
import type { Statistics } from './tensor.ts'
import { isImage, isTensor, type Transform } from './transform.ts'

/** A function of a picture (or tensor) that, called without one, gives the same as a step of a pipeline. */
export interface BothForms<Args extends unknown[], In = Image, Out = Image> {
  (...args: Args): Transform<In, Out>
  (input: In, ...args: Args): Out
}

function bothForms<Args extends unknown[], In, Out>(make: (...args: Args) => Step): BothForms<Args, In, Out> {
  return ((...args: unknown[]) => {
    const [first, ...rest] = args
    return isImage(first) || isTensor(first) ? runSteps([make(...(rest as Args))], first, Math.random) : make(...(args as Args))
  }) as BothForms<Args, In, Out>
}

/**
 * Pixels resampled, equal to Pillow's or OpenCV's: `resize(image, size, options)`, or `resize(size, options)` as a step. Without a
 * `method` the picture is squeezed to the size; `{ method: 'crop' }` is fastai's `Resize` on validation data, `{ method: 'short' }`
 * torchvision's `Resize(size)`.
 *
 * @throws MillraceError `BAD_SIZE` unless sides are whole and positive, `BAD_OPTION` for options that do not exist or exclude each
 * other, `BAD_IMAGE` for pictures of 16 bits or with a palette.
 */
export const resize: BothForms<[size: Size, options?: ResizeOptions]> = bothForms((size, options = {}) => {
  for (const key of Object.keys(options)) {
    if (RESIZE_OPTIONS.includes(key)) continue
    throw new MillraceError('BAD_OPTION', `resize has no option ${JSON.stringify(key)}; it knows ${RESIZE_OPTIONS.join(', ')}.`)
  }
  const step = { op: 'resize', size, ...options } as const
  // What is wrong with the options shows here, not in a worker.
  resizeMoves(step, { height: 1, width: 1 })
  return step
})

const RESIZE_OPTIONS = ['method', 'like', 'filter', 'pillow', 'padMode', 'maxSize']

/** The pixels of a box that lies within the picture, else `BAD_BOX`. */
export const crop: BothForms<[box: Box]> = bothForms(({ top, left, height, width }) => ({ op: 'crop', top, left, height, width }))

export interface PadOptions {
  /** `'constant'` (the default), `'reflect'` (NumPy's, fastai's reflection), `'border'` (the outermost pixels repeated). */
  mode?: PadMode
  /** The level of every channel with `'constant'`. Default 0. */
  fill?: number
}

/**
 * Margins added, in pixels: one number, or those of each side (0 where left out). Negative ones cut off, as torchvision's, so that
 * the inverse of a pad is a pad.
 *
 * @throws MillraceError `BAD_OPTION` for margins that are not whole, another mode, or a fill that is no level of the picture;
 * `BAD_BOX` when nothing is left.
 */
export const pad: BothForms<[margins: number | Partial<Margins>, options?: PadOptions]> = bothForms(
  (margins, { mode = 'constant', fill = 0 } = {}) => {
    const all = typeof margins === 'number' ? margins : undefined
    const { top = all ?? 0, left = all ?? 0, bottom = all ?? 0, right = all ?? 0 } = typeof margins === 'number' ? {} : margins
    if (![top, left, bottom, right].every(Number.isInteger)) {
      throw new MillraceError('BAD_OPTION', `margins are whole numbers of pixels; received ${JSON.stringify(margins)}.`)
    }
    if (mode !== 'constant' && mode !== 'reflect' && mode !== 'border') {
      throw new MillraceError('BAD_OPTION', `mode is 'constant', 'reflect' or 'border'; received ${String(mode)}.`)
    }
    if (!Number.isInteger(fill) || fill < 0 || fill > 65535) {
      throw new MillraceError('BAD_OPTION', `fill is a level of the picture, 0 to 255 (65535 for 16 bits); received ${fill}.`)
    }
    return { op: 'pad', mode, fill, top, left, bottom, right }
  },
)

/** The middle, as torchvision's CenterCrop: where the picture is smaller it gets margins of 0. */
export const centerCrop: BothForms<[size: Size]> = bothForms((size) => {
  sides(size)
  return { op: 'centerCrop', size }
})

/** Mirrored: left and right (`'horizontal'`, the default), or top and bottom. */
export const flip: BothForms<[direction?: 'horizontal' | 'vertical']> = bothForms((direction = 'horizontal') => ({
  op: 'flip',
  direction: checkDirection(direction),
}))

export function checkDirection(direction: 'horizontal' | 'vertical'): 'horizontal' | 'vertical' {
  if (direction === 'horizontal' || direction === 'vertical') return direction
  throw new MillraceError('BAD_OPTION', `direction is 'horizontal' or 'vertical'; received ${String(direction)}.`)
}

/** Turned counter-clockwise by `turns` right angles (1 by default, negative ones clockwise), as numpy.rot90. */
export const rotate90: BothForms<[turns?: number]> = bothForms((turns = 1) => {
  if (Number.isInteger(turns)) return { op: 'rotate90', turns }
  throw new MillraceError('BAD_OPTION', `turns is a whole number of right angles; received ${turns}.`)
})

const adjustment = (what: Adjustment): BothForms<[factor: number]> =>
  bothForms((factor) => {
    checkFactor(what, factor)
    return { op: 'adjust', what, factor }
  })

/** Towards black (0), or brighter than 1: torchvision's adjust_brightness on PIL images, as the three below. */
export const adjustBrightness: BothForms<[factor: number]> = adjustment('brightness')

/** Towards the mean gray (0), or more contrast than 1. */
export const adjustContrast: BothForms<[factor: number]> = adjustment('contrast')

/** Towards the gray picture (0), or more colour than 1. */
export const adjustSaturation: BothForms<[factor: number]> = adjustment('saturation')

/** Colours moved along their circle by -0.5 to 0.5 of a turn. */
export const adjustHue: BothForms<[turn: number]> = adjustment('hue')

/**
 * torchvision's ToTensor: float32, [channels, height, width], 0 to 1 (value / 255; of 16-bit gray value / 65535, which torchvision
 * leaves unscaled).
 */
export const toTensor: BothForms<[], Image, Tensor<'float32'>> = bothForms(() => ({ op: 'toTensor' }))

/** The inverse of `toTensor`: values times 255, rounded (torchvision truncates) and clipped. A picture of 8 bits. */
export const toImage: BothForms<[], Tensor<'float32'>, Image> = bothForms(() => ({ op: 'toImage' }))

/** (x - mean) / std of each channel, in float32 as torch does: torchvision's and fastai's Normalize. Takes batches too. */
export const normalize: BothForms<[statistics: Statistics], Tensor<'float32'>, Tensor<'float32'>> = bothForms(({ mean, std }) => ({
  op: 'normalize',
  mean,
  std,
}))

/** The inverse of `normalize`: x std + mean. */
export const denormalize: BothForms<[statistics: Statistics], Tensor<'float32'>, Tensor<'float32'>> = bothForms(({ mean, std }) => ({
  op: 'denormalize',
  mean,
  std,
}))
