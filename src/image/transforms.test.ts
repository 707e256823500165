import { describe, expect, test } from 'vitest'
import { picture } from '../../golden/image/formula.ts'
import type { Image } from '../core/image.ts'
import { resample } from './resample.ts'
import { centerCrop, crop, flip, adjustHue, denormalize, normalize, pad, resize, rotate90, toImage, toTensor } from './transforms.ts'

const image = picture(20, 30)
const gray16: Image = { data: Uint16Array.from({ length: 12 }, (_, i) => i * 5957), height: 3, width: 4, channels: 1 }
const palette: Image = {
  data: Uint8Array.of(0, 1, 2, 1),
  height: 2,
  width: 2,
  channels: 1,
  palette: Uint8Array.from({ length: 9 }, (_, i) => i),
}

test('without a picture a function gives a step: plain data', () => {
  expect(resize(224, { method: 'crop', like: 'pillow' })).toEqual({ op: 'resize', size: 224, method: 'crop', like: 'pillow' })
  expect(crop({ top: 1, left: 2, height: 3, width: 4 })).toEqual({ op: 'crop', top: 1, left: 2, height: 3, width: 4 })
  expect(pad({ left: 2 }, { mode: 'border' })).toEqual({ op: 'pad', mode: 'border', fill: 0, top: 0, left: 2, bottom: 0, right: 0 })
  expect(flip()).toEqual({ op: 'flip', direction: 'horizontal' })
  expect(toTensor()).toEqual({ op: 'toTensor' })
})

describe('resize', () => {
  test('like OpenCV, and Pillow 12, with any method', () => {
    const cropped = crop(image, { top: 0, left: 5, height: 20, width: 20 })
    expect(resize(image, 7, { method: 'crop', like: 'opencv', filter: 'area' })).toEqual(
      resample(cropped, [7, 7], { like: 'opencv', filter: 'area' }),
    )
    expect(resize(image, [9, 4], { pillow: 12, filter: 'lanczos' })).toEqual(resample(image, [9, 4], { pillow: 12, filter: 'lanczos' }))
    expect(resize(image, [40, 3], { like: 'opencv' })).not.toEqual(resize(image, [40, 3]))
  })

  test('16 bits and palettes, where that makes sense', () => {
    expect(resize(gray16, [6, 8]).data).toBeInstanceOf(Uint16Array)
    expect(resize(palette, 4, { filter: 'nearest' }).palette).toBe(palette.palette)
    expect(() => resize(palette, 4)).toThrow(/toRgb first/)
  })

  test('the source stays as it is, even when nothing is to be done', () => {
    const same = resize(image, [20, 30])
    expect(same).toEqual(image)
    expect(same.data.buffer).not.toBe(image.data.buffer)
  })
})

describe('tensors', () => {
  test('16-bit gray is scaled by 65535', () => {
    expect(toTensor(gray16)).toEqual({ data: Float32Array.from(gray16.data, (value) => value / 65535), dims: [1, 3, 4], type: 'float32' })
  })

  test('toImage rounds and clips', () => {
    const tensor = { data: Float32Array.of(-1, 0, 0.4999 / 255, 0.501 / 255, 0.999, 7), dims: [1, 2, 3], type: 'float32' as const }
    expect(toImage(tensor)).toEqual({ data: Uint8Array.of(0, 0, 0, 1, 255, 255), height: 2, width: 3, channels: 1 })
  })

  test('every level survives the way there and back', () => {
    const levels: Image = { data: Uint8Array.from({ length: 256 }, (_, i) => i), height: 16, width: 16, channels: 1 }
    const statistics = { mean: 0.3, std: 0.21 }
    expect(toImage(toTensor(levels))).toEqual(levels)
    expect(toImage(denormalize(normalize(toTensor(levels), statistics), statistics))).toEqual(levels)
  })

  test('batches are normalized channel by channel', () => {
    const one = toTensor(image)
    const two = toTensor(flip(image))
    const batch = { data: Float32Array.of(...one.data, ...two.data), dims: [2, ...one.dims], type: 'float32' as const }
    const statistics = { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }
    const both = normalize(batch, statistics)
    expect([...both.data]).toEqual([...normalize(one, statistics).data, ...normalize(two, statistics).data])
    expect(both.dims).toEqual([2, 3, 20, 30])
  })
})

test.each<[string, string, () => unknown, RegExp]>([
  ['a size of 0', 'BAD_SIZE', () => resize(0), /received 0/],
  ['half a pixel', 'BAD_SIZE', () => resize(image, [1.5, 2]), /1\.5/],
  ['three sides', 'BAD_SIZE', () => centerCrop([1, 2, 3] as never), /\[1,2,3\]/],
  ['a method', 'BAD_OPTION', () => resize(9, { method: 'fit' as 'crop' }), /fit/],
  ['maxSize of both sides', 'BAD_OPTION', () => resize(9, { maxSize: 20 }), /belongs to method 'short'/],
  ['maxSize below size', 'BAD_OPTION', () => resize(9, { method: 'short', maxSize: 9 }), /greater/],
  ['two short sides', 'BAD_SIZE', () => resize([9, 9], { method: 'short' }), /one number/],
  ['a filter', 'BAD_OPTION', () => resize(image, 9, { filter: 'cubic' as 'box' }), /cubic/],
  ['a box beyond the picture', 'BAD_BOX', () => crop(image, { top: 0, left: 21, height: 20, width: 10 }), /20 x 30/],
  ['nothing left', 'BAD_BOX', () => pad(image, { top: -20 }), /height 0/],
  ['half a margin', 'BAD_OPTION', () => pad(0.5), /0\.5/],
  ['a mode', 'BAD_OPTION', () => pad(1, { mode: 'edge' as 'border' }), /edge/],
  ['a fill beyond 8 bits', 'BAD_OPTION', () => pad(image, 1, { fill: 256 }), /0 to 255/],
  ['a direction', 'BAD_OPTION', () => flip('left' as 'vertical'), /left/],
  ['half a turn', 'BAD_OPTION', () => rotate90(0.5), /0\.5/],
  ['a hue', 'BAD_OPTION', () => adjustHue(0.6), /0\.6/],
  ['colours of a palette', 'BAD_IMAGE', () => adjustHue(palette, 0.1), /without a palette/],
  ['a tensor of a palette', 'BAD_IMAGE', () => toTensor(palette), /toRgb/],
  ['statistics of two channels', 'BAD_OPTION', () => normalize(toTensor(image), { mean: [1, 2], std: 1 }), /each of the 3 channels/],
  ['no deviation', 'BAD_OPTION', () => normalize(toTensor(image), { mean: 0, std: 0 }), /std/],
  [
    'a matrix',
    'BAD_TENSOR',
    () => normalize({ data: new Float32Array(4), dims: [2, 2], type: 'float32' }, { mean: 0, std: 1 }),
    /\[2, 2\]/,
  ],
  [
    'a picture of two channels',
    'BAD_TENSOR',
    () => toImage({ data: new Float32Array(8), dims: [2, 2, 2], type: 'float32' }),
    /\[2, 2, 2\]/,
  ],
])('refuses %s: %s', (_, code, call, message) => {
  expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
})
