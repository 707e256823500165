import { expect, test } from 'vitest'
import type { Image } from '../core/image.ts'
import { toRgb, toRgba } from './palette.ts'

const image = (channels: Image['channels'], data: number[], palette?: number[]): Image => ({
  data: Uint8Array.from(data),
  height: 1,
  width: data.length / channels,
  channels,
  ...(palette && { palette: Uint8Array.from(palette) }),
})

test('looks up, repeats, drops or adds channels', () => {
  const palette = [9, 8, 7, 6, 5, 4]
  expect(toRgb(image(1, [1, 0], palette))).toEqual(image(3, [6, 5, 4, 9, 8, 7]))
  expect(toRgba(image(1, [1, 0], palette))).toEqual(image(4, [6, 5, 4, 255, 9, 8, 7, 255]))
  expect(toRgb(image(1, [3, 200]))).toEqual(image(3, [3, 3, 3, 200, 200, 200]))
  expect(toRgb(image(4, [1, 2, 3, 4]))).toEqual(image(3, [1, 2, 3]))
  expect(toRgba(image(3, [1, 2, 3]))).toEqual(image(4, [1, 2, 3, 255]))
  const rgb = image(3, [1, 2, 3])
  expect(toRgb(rgb)).toBe(rgb)
})

test('refuses indices without an entry, and 16 bits', () => {
  const refused = expect.objectContaining({ code: 'BAD_IMAGE' })
  expect(() => toRgb(image(1, [2], [1, 2, 3, 4, 5, 6]))).toThrow(refused)
  expect(() => toRgb({ data: new Uint16Array(1), height: 1, width: 1, channels: 1 })).toThrow(refused)
})
