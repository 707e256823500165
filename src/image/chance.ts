// Random augmentations: torchvision's distributions, every number from the `random` that is given.
import { type Adjustment } from './adjust.ts'
import { type Move, roundHalfEven } from './layout.ts'
import { sides, type Step } from './steps.ts'

type Random = () => number

type Named<Op extends Step['op']> = Extract<Step, { op: Op }>

const uniform = (random: Random, [min, max]: readonly [number, number]): number => min + (max - min) * random()

/** A whole number from 0 to below `count`. */
const below = (random: Random, count: number): number => Math.floor(random() * count)

/** torchvision's RandomResizedCrop: ten tries at an area and a ratio that fit, then the largest crop in the middle that is allowed. */
export function randomResizedCropMoves(
  { op: _op, size, scale, ratio, ...resampling }: Named<'randomResizedCrop'>,
  { height, width }: { height: number; width: number },
  random: Random,
): Move[] {
  const resample: Move = { kind: 'resample', size: sides(size), options: resampling }
  const logRatio = [Math.log(ratio[0]), Math.log(ratio[1])] as const
  for (let i = 0; i < 10; i++) {
    const area = height * width * uniform(random, scale)
    const aspect = Math.exp(uniform(random, logRatio))
    const w = roundHalfEven(Math.sqrt(area * aspect))
    const h = roundHalfEven(Math.sqrt(area / aspect))
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = below(random, height - h + 1)
      return [{ kind: 'crop', top, left: below(random, width - w + 1), height: h, width: w }, resample]
    }
  }
  const aspect = width / height
  const h = aspect < ratio[0] ? Math.max(1, roundHalfEven(width / ratio[0])) : height
  const w = aspect > ratio[1] ? Math.max(1, roundHalfEven(height * ratio[1])) : width
  return [{ kind: 'crop', top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w }, resample]
}

export function randomFlipMoves({ p, direction }: Named<'randomFlip'>, random: Random): Move[] {
  return random() < p ? [{ kind: 'flip', direction }] : []
}

/** torchvision's ColorJitter: the adjustments in a random order, each factor uniform in its range. */
export function colorJitterMoves({ ranges }: Named<'colorJitter'>, random: Random): Move[] {
  const order: Adjustment[] = ['brightness', 'contrast', 'saturation', 'hue']
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order.flatMap((what): Move[] => {
    const range = ranges[what]
    return range === undefined ? [] : [{ kind: 'adjust', what, factor: uniform(random, range) }]
  })
}
