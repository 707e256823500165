import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { picture } from '../../golden/image/formula.ts'
import { goldenJson } from '../../golden/read.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import { apply } from './apply.ts'
import { upright } from './exif.ts'
import type { PadMode } from './geometry.ts'
import type { Size } from './steps.ts'
import { imagenet } from './tensor.ts'
import { compose } from './transform.ts'
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  centerCrop,
  crop,
  denormalize,
  flip,
  normalize,
  pad,
  resize,
  rotate90,
  toTensor,
} from './transforms.ts'

interface Digest {
  shape: number[]
  sha256: string
}

interface Case extends Digest {
  of: [number, number]
  size: Size
}

const cases = goldenJson<{
  fastai: (Case & { method: 'crop' | 'pad' | 'squish'; padMode: PadMode })[]
  fastaiTensor: { of: [number, number]; float: Digest; normalized: Digest }
  shortSide: (Case & { size: number; maxSize: number | null })[]
  centerCrop: Case[]
  tensors: { of: [number, number]; channels: 1 | 3 | 4; tensor: Digest; normalized?: Digest; denormalized?: Digest }[]
  moves: Record<string, Digest>
  adjustments: (Digest & { of: [number, number]; channels: 1 | 3; what: string; factor: number })[]
}>('image/transforms.json')

function digest(value: Image | Tensor<'float32'>): Digest {
  const { data } = value
  const shape = 'dims' in value ? value.dims : [value.height, value.width, ...(value.channels === 1 ? [] : [value.channels])]
  return { shape, sha256: createHash('sha256').update(data).digest('hex') }
}

const expected = ({ shape, sha256 }: Digest): Digest => ({ shape, sha256 })

describe('fastai Resize', () => {
  test.each(cases.fastai)('$of to $size, $method $padMode', ({ of, size, method, padMode, ...golden }) => {
    expect(digest(resize(picture(...of), size, { method, padMode }))).toEqual(expected(golden))
  })

  test('to the tensor that a model is given', async () => {
    const { of, float, normalized } = cases.fastaiTensor
    const pipeline = compose(resize(224, { method: 'crop' }), toTensor())
    expect(digest(await apply(pipeline, picture(...of)))).toEqual(float)
    expect(digest(await apply(compose(pipeline, normalize(imagenet)), picture(...of)))).toEqual(normalized)
  })
})

describe('torchvision on PIL images', () => {
  test.each(cases.shortSide)('Resize $of to $size, at most $maxSize', ({ of, size, maxSize, ...golden }) => {
    const options = maxSize === null ? {} : { maxSize }
    expect(digest(resize(picture(...of), size, { method: 'short', ...options }))).toEqual(expected(golden))
  })

  test.each(cases.centerCrop)('CenterCrop $of to $size', ({ of, size, ...golden }) => {
    expect(digest(centerCrop(picture(...of), size))).toEqual(expected(golden))
  })

  test.each(cases.tensors)('ToTensor and Normalize of $channels channels', ({ of, channels, tensor, normalized, denormalized }) => {
    const ours = toTensor(picture(...of, channels))
    expect(digest(ours)).toEqual(tensor)
    if (normalized === undefined) return
    expect(digest(normalize(ours, imagenet))).toEqual(normalized)
    expect(digest(denormalize(normalize(ours, imagenet), imagenet))).toEqual(denormalized)
  })

  const adjustments = { brightness: adjustBrightness, contrast: adjustContrast, saturation: adjustSaturation, hue: adjustHue }
  test.each(cases.adjustments)('$what $factor of $channels channels', ({ of, channels, what, factor, ...golden }) => {
    const adjust = adjustments[what as keyof typeof adjustments]
    expect(digest(adjust(picture(...of, channels), factor))).toEqual(expected(golden))
  })
})

describe('pixels moved about', () => {
  const margins = { top: 9, left: 4, bottom: 50, right: 70 }
  const moves: Record<string, (image: Image) => Image> = {
    'flip horizontal': (image) => flip(image),
    'flip vertical': (image) => flip(image, 'vertical'),
    'rotate90 1': (image) => rotate90(image),
    'rotate90 2': (image) => rotate90(image, -2),
    'rotate90 3': (image) => rotate90(image, 7),
    crop: (image) => crop(image, { top: 3, left: 5, height: 11, width: 13 }),
    'pad constant': (image) => pad(image, margins, { fill: 7 }),
    'pad reflect': (image) => pad(image, margins, { mode: 'reflect' }),
    'pad border': (image) => pad(image, margins, { mode: 'border' }),
    'pad negative': (image) => pad(image, { top: 3, left: -4, bottom: -2, right: 5 }, { mode: 'border' }),
  }
  for (let value = 1; value <= 8; value++) moves[`orientation ${value}`] = (image) => upright(image, value)

  test.each(Object.entries(cases.moves))('%s', (name, golden) => {
    expect(digest(moves[name]!(picture(21, 34)))).toEqual(golden)
  })
})
