import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import { cropResize, type CropResizeOptions } from './crop-resize.ts'

const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test('NumPy and OpenCV: the same pixels, and no picture where their code has none', () => {
  const cases = goldenJson<{ height: number; width: number; options: CropResizeOptions; pixels: string | null }[]>('glyph/cases.json')
  const pictures = golden('glyph/pictures.z')
  let at = 0
  const ours = cases.map(({ height, width, options }) => {
    const data = Uint8Array.from(pictures.subarray(at, (at += height * width)))
    try {
      const made = cropResize({ data, height, width, channels: 1 }, options)
      return createHash('sha256').update(made.data).digest('hex').slice(0, 16)
    } catch (error) {
      expect(['BLANK_IMAGE', 'EMPTY_BOX']).toContain((error as { code?: string }).code)
      return null
    }
  })
  expect(ours).toEqual(cases.map(({ pixels }) => pixels))
  expect(at).toBe(pictures.length)
  expect(ours.filter((hash) => hash === null).length).toBeGreaterThan(3)
})

const picture = (height: number, width: number, ground = 0): { data: Uint8Array; height: number; width: number; channels: 1 } => {
  return { data: new Uint8Array(height * width).fill(ground), height, width, channels: 1 }
}

test('the result is a gray picture of its own', () => {
  const ink = picture(137, 236, 255)
  ink.data.fill(0, 80 * 236 + 100, 80 * 236 + 140)
  ink.data.fill(0, 90 * 236 + 100, 90 * 236 + 140)
  const before = ink.data.slice()
  const { data, ...rest } = cropResize(ink, { invert: true, size: 40, margin: 10 })
  expect(rest).toEqual({ height: 40, width: 40, channels: 1 })
  expect([data.length, data.buffer.byteLength]).toEqual([1600, 1600])
  expect(ink.data).toEqual(before)
})

test('the brightest of 25 becomes 254: 25 * (255 / 25) is 254.99999999999997', () => {
  const ink = picture(40, 40)
  for (const [most, level] of [
    [25, 254],
    [26, 255],
  ] as const) {
    ink.data.fill(most)
    expect(new Set(cropResize(ink, { size: 40, margin: 40, pad: 0 }).data)).toEqual(new Set([level]))
  }
})

test('pictures without a box', () => {
  expect(() => cropResize(picture(137, 236))).toThrow(code('BLANK_IMAGE', /every level is 0/))
  expect(() => cropResize(picture(137, 236, 255), { invert: true })).toThrow(code('BLANK_IMAGE', /every level is 255/))
  const edge = picture(137, 236)
  edge.data[236 * 4 + 100] = 255
  expect(() => cropResize(edge)).toThrow(code('EMPTY_BOX', /over the threshold 80 .* lies 5 pixels or more/))
  expect(cropResize(edge, { inset: 4 }).data.length).toBe(128 * 128)
})

test('what it does not take', () => {
  const wrong = (options: CropResizeOptions) => () => cropResize(picture(20, 30, 200), options)
  expect(wrong({ size: 0 })).toThrow(code('BAD_OPTION', /size is a whole number, 1 to 65536; received 0/))
  expect(wrong({ threshold: 256 })).toThrow(code('BAD_OPTION', /threshold/))
  expect(wrong({ pad: -1 })).toThrow(code('BAD_OPTION', /pad/))
  expect(wrong({ margin: [1, 2.5] })).toThrow(code('BAD_OPTION', /margin.*2\.5/))
  expect(wrong({ inset: 10 })).toThrow(code('BAD_OPTION', /An inset of 10 leaves nothing of a picture of 20 x 30/))
  expect(() => cropResize({ ...picture(20, 30), channels: 3 })).toThrow(code('BAD_IMAGE', /3 channels/))
  expect(() => cropResize({ ...picture(20, 30), data: new Uint16Array(600) })).toThrow(code('BAD_IMAGE', /16 bits/))
  expect(() => cropResize({ ...picture(20, 30), palette: new Uint8Array(3) })).toThrow(code('BAD_IMAGE', /a palette/))
})
