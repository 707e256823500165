import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import type { MillraceError } from '../core/errors.ts'
import { trim } from '../kernels/instance.ts'
import { pictureKernel } from '../kernels/picture.ts'
import { jpegHeader } from './jpeg-header.ts'
import { decodeJpeg, decodeJpegInPlace } from './jpeg.ts'

/** `golden/jpeg/make.py`: Pillow's pixels, all of which were OpenCV's as well. */
interface Case {
  name: string
  shape: [height: number, width: number, channels: number]
  sha256: string
  pixels: boolean
}
const cases = goldenJson<Case[]>('jpeg/cases.json')
const refused = goldenJson<{ name: string; code: string; words: string }[]>('jpeg/refused.json')
const file = (name: string): Uint8Array => golden(`jpeg/files/${name}.jpg`)

test.each(cases)('$name is as in Pillow and OpenCV', ({ name, shape, sha256, pixels }) => {
  const { data, height, width, channels } = decodeJpeg(file(name))
  expect([height, width, channels]).toEqual(shape)
  if (pixels) expect(Buffer.compare(data, golden(`jpeg/files/${name}.rgb.z`))).toBe(0)
  expect(createHash('sha256').update(data).digest('hex')).toBe(sha256)
})

describe('refused', () => {
  test.each(refused)('$name: $code, $words', ({ name, code, words }) => {
    const error = failure(() => decodeJpeg(golden(`jpeg/refused/${name}.jpg`)))
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
    const { name: good, sha256 } = cases[57]!
    expect(
      createHash('sha256')
        .update(decodeJpeg(file(good)).data)
        .digest('hex'),
      'the next picture',
    ).toBe(sha256)
  })

  test('pictures of more pixels than allowed, and limits that are none', () => {
    const { name, shape } = cases[18]!
    const pixels = shape[0] * shape[1]
    expect(decodeJpeg(file(name), { maxPixels: pixels }).height).toBe(shape[0])
    expect(failure(() => decodeJpeg(file(name), { maxPixels: pixels - 1 })).code).toBe('JPEG_TOO_LARGE')
    for (const maxPixels of [0, -1, Number.NaN, Infinity, 250_000_001]) {
      expect(failure(() => decodeJpeg(file(name), { maxPixels })).code).toBe('BAD_OPTION')
    }
  })

  test('a file cut anywhere', () => {
    for (const { name } of cases.filter(({ name }) => /pillow0[24]\d|writer01/.test(name))) {
      const whole = file(name)
      for (let k = 0; k < 40; k++) {
        const error = failure(() => decodeJpeg(whole.subarray(0, Math.floor(((whole.length - 1) * k) / 40))))
        expect(error.code).toBe('JPEG_DAMAGED')
      }
    }
  })

  test('scans that visit a large picture again and again', () => {
    const error = failure(() => decodeJpeg(manyScans(8000, 8000, 40)))
    expect(error.code).toBe('JPEG_TOO_LARGE')
    expect(error.message).toContain('visit each block 16 times')
    expect(decodeJpeg(manyScans(800, 800, 40)).height).toBe(800)
  })
})

test('pixels are the caller’s own, and bytes may be a part of a larger array', () => {
  const [first, second] = [cases[40]!, cases[41]!]
  const padded = new Uint8Array(file(first.name).length + 20).fill(0xff)
  padded.set(file(first.name), 10)
  const pixels = decodeJpeg(padded.subarray(10, -10)).data
  decodeJpeg(file(second.name))
  expect(createHash('sha256').update(pixels).digest('hex')).toBe(first.sha256)
  expect(pixels.buffer.byteLength).toBe(pixels.length)
})

test('in place, pixels lie where it says and end before the first free byte', () => {
  for (const { name, shape, sha256 } of cases.slice(0, 20)) {
    const { at, height, width, channels, end } = decodeJpegInPlace(file(name))
    expect([height, width, channels]).toEqual(shape)
    expect(end % 64).toBe(0)
    expect(end).toBeGreaterThanOrEqual(at + height * width * channels)
    const pixels = new Uint8Array(pictureKernel().memory.buffer, at, height * width * channels)
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256)
  }
})

test('memory is given back after a large picture, and kept after a small one', () => {
  const small = pictureKernel()
  decodeJpeg(file(cases[0]!.name))
  expect(pictureKernel()).toBe(small)
  const large = decodeJpegInPlace(manyScans(9000, 9000, 9))
  expect(pictureKernel().memory.buffer.byteLength).toBeGreaterThan(2 ** 28)
  expect(large.end).toBeLessThan(2 ** 28)
  trim('picture')
  expect(pictureKernel().memory.buffer.byteLength).toBeLessThan(2 ** 20)
  // A refusal leaves nothing behind either.
  failure(() => decodeJpeg(manyScans(9000, 9000, 64)))
  expect(pictureKernel().memory.buffer.byteLength).toBeLessThan(2 ** 20)
})

test('the header tells what a picture is before it is decoded', () => {
  for (const { name, shape } of cases) {
    const header = jpegHeader(file(name))
    expect([header.height, header.width, header.components.length]).toEqual(shape)
    expect(header).toMatchObject({ precision: 8, arithmetic: false, unsupported: undefined, orientation: 1 })
  }
  const of = (name: string) => jpegHeader(golden(`jpeg/refused/${name}.jpg`))
  expect(of('cmyk')).toMatchObject({ colour: 'cmyk', adobeTransform: 0 })
  expect(of('ycck')).toMatchObject({ colour: 'ycck', adobeTransform: 2 })
  expect(of('arithmetic-progressive')).toMatchObject({ arithmetic: true, coding: 'progressive' })
  expect(of('lossless')).toMatchObject({ arithmetic: false, coding: 'lossless' })
  expect(of('hierarchical').coding).toBe('hierarchical')
  expect(of('twelve-bits')).toMatchObject({ precision: 12, coding: 'sequential' })
  expect(of('half').unsupported).toBeUndefined()
})

function failure(call: () => unknown): MillraceError {
  try {
    call()
  } catch (error) {
    return error as MillraceError
  }
  throw new Error('nothing was thrown')
}

/** A gray progressive picture: all DC in one scan, then AC coefficients 1, 2, 3, ... a scan each, of which there are none. */
function manyScans(height: number, width: number, scans: number): Uint8Array {
  const segment = (marker: number, ...data: number[]) => [0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]
  const zeros = (length: number) => Array.from({ length }, () => 0)
  const oneCode = [1, ...zeros(15)]
  const blocks = Math.ceil(height / 8) * Math.ceil(width / 8)
  // The code 0 is no difference for DC, a bit a block; for AC that 2^14 blocks end, and as many more as the next 14 bits say.
  const dc = zeros(Math.ceil(blocks / 8))
  const ac = zeros(Math.ceil((Math.ceil(blocks / 2 ** 14) * 15) / 8))
  const start = [0xff, 0xd8, ...segment(0xdb, 0, ...zeros(64))]
  const frame = segment(0xc2, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0)
  const codes = segment(0xc4, 0x00, ...oneCode, 0, 0x10, ...oneCode, 0xe0)
  const scan = (k: number) => [...segment(0xda, 1, 1, 0, k, k, 0), ...(k === 0 ? dc : ac)]
  return Uint8Array.from([start, frame, codes, ...Array.from({ length: 1 + scans }, (_, k) => scan(k)), [0xff, 0xd9]].flat())
}
