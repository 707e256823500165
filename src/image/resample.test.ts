import { describe, expect, it } from 'vitest'
import type { Image } from '../core/image.ts'
import { pictureKernel } from '../kernels/picture.ts'
import { pixelsOf, type Raster, Space } from '../kernels/resize-memory.ts'
import { resample, type ResampleOptions, resampleRaster } from './resample.ts'

const image = (height: number, width: number, channels: Image['channels']): Image => ({
  data: Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37) % 251),
  height,
  width,
  channels,
})

/** Whatever a user in JavaScript may pass. */
const wrong = (size: unknown, options: unknown) => () => resample(image(4, 6, 3), size as [number, number], options as ResampleOptions)

describe('refused, with the names that would do', () => {
  it.each([
    [[0, 5], {}, 'BAD_SIZE', '[0, 5]'],
    [[2.5, 5], {}, 'BAD_SIZE', '[2.5, 5]'],
    [[5], {}, 'BAD_SIZE', '[height, width]'],
    [[5, 5], { like: 'vips' }, 'BAD_OPTION', `'pillow', 'opencv'; received "vips"`],
    [[5, 5], { filter: 'linear' }, 'BAD_OPTION', `'bilinear'`],
    [[5, 5], { like: 'opencv', filter: 'bilinear' }, 'BAD_OPTION', `'nearest', 'linear', 'area'`],
    [[5, 5], { like: 'opencv', filter: 'cubic' }, 'BAD_OPTION', 'from processor to processor'],
    [[5, 5], { like: 'opencv', box: [0, 0, 1, 1] }, 'BAD_OPTION', 'crop first'],
    [[5, 5], { pillow: 11 }, 'BAD_OPTION', '13, 12; received 11'],
    [[5, 5], { box: [0, 0, 7, 4] }, 'BAD_OPTION', 'width 6 and height 4'],
    [[5, 5], { box: [0, 0, Number.NaN, 4] }, 'BAD_OPTION', 'NaN'],
    [[5, 5], { box: [3, 0, 2, 4] }, 'BAD_OPTION', '[3, 0, 2, 4]'],
    [[200_000, 200_000], {}, 'TOO_LARGE', 'WebAssembly memory'],
    [[1, 2 ** 40], { filter: 'nearest' }, 'TOO_LARGE', 'no side'],
    [[1, 2 ** 27], {}, 'TOO_LARGE', 'in steps'],
  ])('%j %j: %s', (size, options, code, words) => {
    expect(wrong(size, options)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }))
  })

  it('indices into a palette, but for nearest, which keeps the palette', () => {
    const palette = Uint8Array.of(0, 0, 0, 255, 255, 255)
    const indexed = { data: Uint8Array.of(0, 1, 1, 0), height: 2, width: 2, channels: 1 as const, palette }
    expect(() => resample(indexed, [4, 4])).toThrow(
      expect.objectContaining({ code: 'BAD_IMAGE', message: expect.stringContaining('toRgb') }),
    )
    expect(resample(indexed, [1, 4], { filter: 'nearest' })).toEqual({
      data: Uint8Array.of(1, 1, 0, 0),
      height: 1,
      width: 4,
      channels: 1,
      palette,
    })
  })

  it('16-bit gray beyond memory', () => {
    const deep: Image = { data: new Uint16Array(4), height: 2, width: 2, channels: 1 }
    expect(() => resample(deep, [2 ** 20, 2 ** 20], { filter: 'nearest' })).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
  })

  it("16-bit gray like OpenCV's", () => {
    const deep: Image = { data: new Uint16Array(4), height: 2, width: 2, channels: 1 }
    expect(() => resample(deep, [1, 1], { like: 'opencv' })).toThrow(expect.objectContaining({ code: 'BAD_IMAGE' }))
  })
})

it('the same size gives a copy, never the data itself', () => {
  for (const options of [{}, { like: 'opencv' }, { filter: 'nearest' }] as ResampleOptions[]) {
    const source = image(4, 6, 4)
    const same = resample(source, [4, 6], options)
    expect(same).toEqual(source)
    expect(same.data).not.toBe(source.data)
  }
  const deep: Image = { data: Uint16Array.of(1, 60_000), height: 1, width: 2, channels: 1 }
  expect(resample(deep, [1, 2])).toEqual(deep)
  expect(resample(deep, [1, 2]).data).not.toBe(deep.data)
})

it('the default is bilinear like Pillow 13', () => {
  const source = image(90, 20, 3)
  expect(resample(source, [10, 18])).toEqual(resample(source, [10, 18], { like: 'pillow', filter: 'bilinear', pillow: 13 }))
  expect(resample(source, [10, 18])).not.toEqual(resample(source, [10, 18], { pillow: 12 }))
})

describe('in kernel memory', () => {
  const put = (source: Image, space: Space): Raster => {
    const { data, height, width, channels } = source
    return { at: space.put(data as Uint8Array), height, width, channels, stride: width * channels }
  }
  const every: ResampleOptions[] = [
    ...(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const).map((filter) => ({ filter })),
    ...(['nearest', 'linear', 'area'] as const).map((filter) => ({ like: 'opencv' as const, filter })),
    { box: [2.5, 1, 20, 13.25] },
    { box: [2, 1, 13, 10] },
  ]

  it.each(every)('a crop is a part of a raster: %j', (options) => {
    for (const channels of [1, 3, 4] as const) {
      const whole = image(31, 43, channels)
      const space = new Space()
      const raster = put(whole, space)
      const crop = { ...raster, at: raster.at + 5 * raster.stride + 7 * channels, height: 20, width: 25 }
      const cropped = pixelsOf(crop)
      const free = space.at
      const result = pixelsOf(resampleRaster(crop, [9, 11], options, space))
      // The source stays, and no more memory than the result's is kept.
      expect(pixelsOf(raster)).toEqual(whole.data)
      expect(space.at - free).toBeLessThan(9 * 25 * channels + 100)
      expect(result).toEqual(resample({ data: cropped, height: 20, width: 25, channels }, [9, 11], options).data)
    }
  })

  it('one after another they need no more memory', () => {
    const space = new Space()
    const raster = put(image(300, 400, 4), space)
    const mark = space.at
    const run = (): number => {
      space.at = mark
      resampleRaster(raster, [100, 100], { filter: 'lanczos' }, space)
      return pictureKernel().memory.buffer.byteLength
    }
    const after = run()
    for (let i = 0; i < 50; i++) expect(run()).toBe(after)
  })
})
