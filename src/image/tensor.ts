import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { newArray, type Tensor } from '../core/tensor.ts'
import type { Raster, Space } from '../kernels/resize-memory.ts'
import { toPlanes } from '../kernels/tensor.ts'

/** Means and standard deviations, one a channel or one for all, of values from 0 to 1. */
export interface Statistics {
  mean: number | readonly number[]
  std: number | readonly number[]
}

/** The statistics of ImageNet that torchvision's and fastai's pretrained models want. */
export const imagenet: Statistics = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/** Channels first, 0 to 1, then (x - mean) / std: every step rounded to float32, as torch does. */
export function tensorOf(
  image: Image | Raster,
  statistics: Statistics | undefined,
  space: Space,
  allocate: typeof newArray = newArray,
): Tensor<'float32'> {
  const { height, width, channels } = image
  if ('data' in image && image.data instanceof Uint8Array && image.palette === undefined) {
    return tensorOf(intoKernel(image, space), statistics, space, allocate)
  }
  const data = allocate('float32', channels * height * width)
  if (!('data' in image)) toPlanes(image, levels(256, channels, statistics), data, space)
  else if (image.palette !== undefined) {
    throw new MillraceError('BAD_IMAGE', `indices into a palette are no tensor. Open the picture with mode 'RGB', or use toRgb first.`)
  } else {
    const values = levels(65536, channels, statistics)
    for (let i = 0; i < data.length; i++) data[i] = values[image.data[i]!]!
  }
  return { data, dims: [channels, height, width], type: 'float32' }
}

export function intoKernel({ data, height, width, channels }: Image, space: Space): Raster {
  return { at: space.put(data as Uint8Array), height, width, channels, stride: width * channels }
}

/** What each of `count` levels becomes, in each channel. */
function levels(count: number, channels: number, statistics: Statistics | undefined): Float32Array {
  const tables = new Float32Array(count * channels)
  for (let i = 0; i < tables.length; i++) tables[i] = (i % count) / (count - 1)
  if (statistics !== undefined) {
    perChannel(statistics, channels).forEach((level, c) => standardize(tables.subarray(c * count, (c + 1) * count), level))
  }
  return tables
}

/** The picture of a tensor of 1, 3 or 4 channels: values from 0 to 1 become 0 to 255, rounded and clipped. */
export function imageOf({ data, dims }: Tensor<'float32'>): Image {
  const [channels = 0, height = 0, width = 0] = dims
  if (dims.length !== 3 || (channels !== 1 && channels !== 3 && channels !== 4)) {
    throw new MillraceError('BAD_TENSOR', `a picture is made of a tensor [1, 3 or 4, height, width]; received [${dims.join(', ')}].`)
  }
  const area = height * width
  const out = new Uint8ClampedArray(data.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0, to = c; i < area; i++, to += channels) out[to] = data[c * area + i]! * 255
  }
  return { data: new Uint8Array(out.buffer), height, width, channels }
}

export function normalizeTensor(tensor: Tensor<'float32'>, statistics: Statistics): Tensor<'float32'> {
  return eachChannel(tensor, statistics, standardize)
}

/** x std + mean. */
export function denormalizeTensor(tensor: Tensor<'float32'>, statistics: Statistics): Tensor<'float32'> {
  return eachChannel(tensor, statistics, (values, { mean, std }) => {
    for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]! * std) + mean
  })
}

interface Level {
  mean: number
  std: number
}

function standardize(values: Float32Array, { mean, std }: Level): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]! - mean) / std
}

/** On [channels, height, width] or a batch of them. */
function eachChannel(
  { data, dims, type }: Tensor<'float32'>,
  statistics: Statistics,
  change: (values: Float32Array, level: Level) => void,
): Tensor<'float32'> {
  if (type !== 'float32' || (dims.length !== 3 && dims.length !== 4)) {
    throw new MillraceError(
      'BAD_TENSOR',
      `normalize takes a float32 tensor [channels, height, width] or a batch of them; received ${type} [${dims.join(', ')}]. Use toTensor first.`,
    )
  }
  const [channels, height, width] = dims.slice(-3) as [number, number, number]
  const each = perChannel(statistics, channels)
  const out = data.slice()
  const area = height * width
  for (let at = 0, i = 0; at < out.length; at += area, i++) change(out.subarray(at, at + area), each[i % channels]!)
  return { data: out, dims: [...dims], type }
}

/** In float32, as torch holds them. */
function perChannel({ mean, std }: Statistics, channels: number): Level[] {
  const of = (values: number | readonly number[], name: string): readonly number[] => {
    const list = typeof values === 'number' ? Array.from({ length: channels }, () => values) : values
    if (Array.isArray(list) && list.length === channels && list.every(Number.isFinite) && (name === 'mean' || !list.includes(0)))
      return list
    throw new MillraceError(
      'BAD_OPTION',
      `${name} is one number${name === 'std' ? ' (not 0)' : ''} for each of the ${channels} channels; received ${JSON.stringify(values)}.`,
    )
  }
  const stds = of(std, 'std')
  return of(mean, 'mean').map((value, c) => ({ mean: Math.fround(value), std: Math.fround(stds[c]!) }))
}
