import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Adjustment } from './adjust.ts'
import { type Range, type Resampling, sides, type Size, type Step } from './steps.ts'
import { checkDirection } from './transforms.ts'
import type { Transform } from './transform.ts'

const step = (data: Step): Transform<Image, Image> => data

export type RandomResizedCropOptions = Resampling & {
  /** The area of the crop as a share of the picture's. Default [0.08, 1]. */
  scale?: readonly [min: number, max: number]
  /** Width over height. Default [3/4, 4/3]. */
  ratio?: readonly [min: number, max: number]
}

/**
 * torchvision's RandomResizedCrop: a crop of random area, ratio and place, resized. As of every random step, its numbers come from
 * the `random` that `apply` or the dataset gives: the same for the same seed, epoch and index.
 *
 * @throws MillraceError `BAD_SIZE`, `BAD_OPTION`.
 */
export function randomResizedCrop(size: Size, options: RandomResizedCropOptions = {}): Transform<Image, Image> {
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], ...resampling } = options
  sides(size)
  for (const [name, [min, max]] of Object.entries({ scale, ratio })) {
    if (!(min > 0 && min <= max && max < Infinity)) {
      throw new MillraceError('BAD_OPTION', `${name} is [min, max] with 0 < min <= max; received [${min}, ${max}].`)
    }
  }
  return step({ op: 'randomResizedCrop', size, scale, ratio, ...resampling })
}

export interface RandomFlipOptions {
  /** How probable it is. Default 0.5. */
  p?: number
  /** Default 'horizontal'. */
  direction?: 'horizontal' | 'vertical'
}

/** Mirrors some pictures: torchvision's RandomHorizontalFlip and RandomVerticalFlip. */
export function randomFlip({ p = 0.5, direction = 'horizontal' }: RandomFlipOptions = {}): Transform<Image, Image> {
  if (!(p >= 0 && p <= 1)) throw new MillraceError('BAD_OPTION', `p is a probability, 0 to 1; received ${p}.`)
  return step({ op: 'randomFlip', p, direction: checkDirection(direction) })
}

/** How far each goes: x for the range around no change, or the range. Default 0: it is left alone. */
export interface ColorJitterOptions {
  brightness?: Range
  contrast?: Range
  saturation?: Range
  hue?: Range
}

/**
 * torchvision's ColorJitter: brightness, contrast, saturation and hue changed in a random order, each by a factor that is uniform in
 * a range: [1 - x, 1 + x] (not below 0), [-x, x] for hue, or the range given.
 *
 * @throws MillraceError `BAD_OPTION` for a range that is negative, reversed, or for hue beyond -0.5 to 0.5.
 */
export function colorJitter(options: ColorJitterOptions): Transform<Image, Image> {
  const ranges: Partial<Record<Adjustment, readonly [number, number]>> = {}
  for (const what of ['brightness', 'contrast', 'saturation', 'hue'] as const) {
    const given = options[what] ?? 0
    const [neutral, lowest, highest] = what === 'hue' ? [0, -0.5, 0.5] : [1, 0, Infinity]
    const range =
      typeof given === 'number' ? ([Math.max(neutral - given, what === 'hue' ? -Infinity : 0), neutral + given] as const) : given
    const [min, max] = range
    if (!((typeof given !== 'number' || given >= 0) && min >= lowest && min <= max && max <= highest && max < Infinity)) {
      throw new MillraceError(
        'BAD_OPTION',
        `${what} is a number of 0 or more${what === 'hue' ? ', 0.5 at most' : ''}, or [min, max] ${what === 'hue' ? 'from -0.5 to 0.5' : 'from 0 on'}; received ${JSON.stringify(given)}.`,
      )
    }
    if (min !== neutral || max !== neutral) ranges[what] = range
  }
  return step({ op: 'colorJitter', ranges })
}
