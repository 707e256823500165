import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { newArray, type Tensor } from '../core/tensor.ts'
import { trim } from '../kernels/instance.ts'
import { pixelsOf, type Raster, Space } from '../kernels/resize-memory.ts'
import { adjust } from './adjust.ts'
import { colorJitterMoves, randomFlipMoves, randomResizedCropMoves } from './chance.ts'
import { checkBox, cropPixels, flipPixels, padPixels, rotatePixels } from './geometry.ts'
import { centerCropMoves, type Move, resizeMoves } from './layout.ts'
import { resample, resampleRaster } from './resample.ts'
import type { Step } from './steps.ts'
import { denormalizeTensor, imageOf, intoKernel, normalizeTensor, tensorOf } from './tensor.ts'
import { isImage, isTensor } from './transform.ts'

/** A picture on its way through a pipeline: in JavaScript's memory, or where the kernel has made it, without a palette. */
export type Held = Image | Raster

type Random = () => number

export const isRaster = (value: unknown): value is Raster =>
  typeof value === 'object' && value !== null && 'at' in value && 'stride' in value

/** The picture in JavaScript's memory. */
export function outOfKernel(held: Held): Image {
  if (!isRaster(held)) return held
  const { height, width, channels } = held
  return { data: pixelsOf(held), height, width, channels }
}

/**
 * Steps, none of them a task, on a sample: a picture, a tensor, or pixels in the kernel's memory, behind which `space` begins. Pixels
 * stay there from the first `resize` to the tensor, or until a step needs them in JavaScript's memory. `random` is needed by random
 * steps only.
 */
export function runSteps(
  steps: readonly Step[],
  sample: unknown,
  random: Random,
  space: Space = new Space(),
  allocate: typeof newArray = newArray,
): unknown {
  try {
    return finished(steps, sample, random, space, allocate)
  } finally {
    trim('picture')
  }
}

function finished(steps: readonly Step[], sample: unknown, random: Random, space: Space, allocate: typeof newArray): unknown {
  let value = sample
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    switch (step.op) {
      case 'toTensor': {
        const next = steps[i + 1]
        if (next?.op === 'normalize') i++
        value = tensorOf(pictureFor(step, value), next?.op === 'normalize' ? next : undefined, space, allocate)
        break
      }
      case 'toImage':
        value = imageOf(tensorFor(step, value))
        break
      case 'normalize':
        value = normalizeTensor(tensorFor(step, value), step)
        break
      case 'denormalize':
        value = denormalizeTensor(tensorFor(step, value), step)
        break
      case 'compose':
        throw new MillraceError('BAD_TRANSFORM', 'a pipeline within a pipeline is joined by compose(); this one was not.')
      default: {
        const picture = pictureFor(step, value)
        value = movesOf(step, picture, random).reduce((held, how) => move(held, how, space), picture)
      }
    }
  }
  return isRaster(value) ? outOfKernel(value) : value
}

type Moving = Exclude<Step, { op: 'toTensor' | 'toImage' | 'normalize' | 'denormalize' | 'compose' }>

/** What a step means for a picture of this size. */
function movesOf(step: Moving, shape: { height: number; width: number }, random: Random): Move[] {
  switch (step.op) {
    case 'resize':
      return resizeMoves(step, shape)
    case 'crop': {
      checkBox(step, shape)
      return [{ ...step, kind: 'crop' }]
    }
    case 'pad':
      return [{ ...step, kind: 'pad' }]
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

/** A move on a picture, wherever it lies. */
function move(held: Held, how: Move, space: Space): Held {
  switch (how.kind) {
    case 'crop':
      if (!isRaster(held)) return cropPixels(held, how)
      return { ...held, at: held.at + how.top * held.stride + how.left * held.channels, height: how.height, width: how.width }
    case 'resample':
      if (!isRaster(held) && (held.data instanceof Uint16Array || held.palette !== undefined)) return resample(held, how.size, how.options)
      return resampleRaster(isRaster(held) ? held : intoKernel(held, space), how.size, how.options, space)
    case 'pad':
      return padPixels(outOfKernel(held), how, how.mode, how.fill)
    case 'flip':
      return flipPixels(outOfKernel(held), how.direction)
    case 'rotate':
      return rotatePixels(outOfKernel(held), how.turns)
    default:
      return adjust(outOfKernel(held), how.what, how.factor)
  }
}

function pictureFor({ op }: Step, sample: unknown): Held {
  if (isRaster(sample)) return sample
  if (isImage(sample)) {
    const { data, height, width, channels } = sample
    if (data.length === height * width * channels) return sample
    throw new MillraceError(
      'BAD_IMAGE',
      `a picture of ${height} x ${width} x ${channels} holds ${height * width * channels} values; this one has ${data.length}.`,
    )
  }
  throw new MillraceError(
    'BAD_IMAGE',
    isTensor(sample)
      ? `${op} takes a picture, but the step before it gives a tensor. Move it before toTensor().`
      : `${op} takes a picture ({ data, height, width, channels }); received ${typeof sample}. Open files with open().`,
  )
}

function tensorFor({ op }: Step, sample: unknown): Tensor<'float32'> {
  if (isTensor(sample)) return sample as Tensor<'float32'>
  const received = isImage(sample) || isRaster(sample) ? 'a picture' : typeof sample
  throw new MillraceError('BAD_TENSOR', `${op} takes a tensor; received ${received}. Put toTensor() before it.`)
}
