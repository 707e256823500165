import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import { adjust } from './adjust.ts'
import { colorJitterMoves, randomFlipMoves, randomResizedCropMoves } from './chance.ts'
import { checkBox, cropPixels, flipPixels, padPixels, rotatePixels } from './geometry.ts'
import { centerCropMoves, type Move, resizeMoves } from './layout.ts'
import { resample } from './resample.ts'
import type { Step } from './steps.ts'
import { denormalizeTensor, imageOf, normalizeTensor, tensorOf } from './tensor.ts'
import { isImage, isTensor } from './transform.ts'

type Random = () => number

/** One step on a sample. `random` is needed by random steps only. */
export function runStep(step: Step, sample: unknown, random: Random = Math.random): unknown {
  switch (step.op) {
    case 'toTensor':
      return tensorOf(imageFor(step, sample))
    case 'toImage':
      return imageOf(tensorFor(step, sample))
    case 'normalize':
      return normalizeTensor(tensorFor(step, sample), step)
    case 'denormalize':
      return denormalizeTensor(tensorFor(step, sample), step)
    case 'compose':
      throw new MillraceError('BAD_TRANSFORM', 'a pipeline within a pipeline is joined by compose(); this one was not.')
    default: {
      const image = imageFor(step, sample)
      return movesOf(step, image, random).reduce(move, image)
    }
  }
}

type Moving = Exclude<Step, { op: 'toTensor' | 'toImage' | 'normalize' | 'denormalize' | 'compose' }>

/** What a step means for a picture of this size. */
export function movesOf(step: Moving, shape: { height: number; width: number }, random: Random): Move[] {
  switch (step.op) {
    case 'resize':
      return resizeMoves(step, shape)
    case 'crop': {
      const { op, ...box } = step
      checkBox(box, shape)
      return [{ kind: 'crop', ...box }]
    }
    case 'pad': {
      const { op, ...margins } = step
      return [{ kind: 'pad', ...margins }]
    }
    case 'centerCrop':
      return centerCropMoves(step.size, shape)
    case 'flip':
      return [{ kind: 'flip', direction: step.direction }]
    case 'rotate90':
      return [{ kind: 'rotate', turns: step.turns }]
    case 'adjust':
      return [{ kind: 'adjust', what: step.what, factor: step.factor }]
    case 'randomResizedCrop':
      return randomResizedCropMoves(step, shape, random)
    case 'randomFlip':
      return randomFlipMoves(step, random)
    case 'colorJitter':
      return colorJitterMoves(step, random)
    default:
      throw new MillraceError('BAD_TRANSFORM', `there is no step ${JSON.stringify((step as Step).op)}.`)
  }
}

export function move(image: Image, how: Move): Image {
  switch (how.kind) {
    case 'crop':
      return cropPixels(image, how)
    case 'pad':
      return padPixels(image, how, how.mode, how.fill)
    case 'flip':
      return flipPixels(image, how.direction)
    case 'rotate':
      return rotatePixels(image, how.turns)
    case 'adjust':
      return adjust(image, how.what, how.factor)
    case 'resample':
      return resample(image, how.size, how.options)
  }
}

export function imageFor({ op }: Step, sample: unknown): Image {
  if (isImage(sample)) return sample
  throw new MillraceError(
    'BAD_IMAGE',
    isTensor(sample)
      ? `${op} takes a picture, but the step before it gives a tensor. Move it before toTensor().`
      : `${op} takes a picture ({ data, height, width, channels }); received ${typeof sample}. Open files with open().`,
  )
}

export function tensorFor({ op }: Step, sample: unknown): Tensor<'float32'> {
  if (isTensor(sample)) return sample as Tensor<'float32'>
  throw new MillraceError(
    'BAD_TENSOR',
    `${op} takes a tensor; received ${isImage(sample) ? 'a picture' : typeof sample}. Put toTensor() before it.`,
  )
}
