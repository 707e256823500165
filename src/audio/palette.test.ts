import { describe, expect, it } from 'vitest'
import type { Image } from '../core/image.ts'
import { paintPalette, toRgb, toRgba } from './palette.ts'

const gray = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
/** Far apart, so that nothing can be merged. */
const apart = Uint8Array.from({ length: 768 }, (_, i) => [(i / 3) & 15, ((i / 3) >> 4) & 15, 0][i % 3]! * 16)

/** Which entries pixels have. */
const used = (indices: Uint8Array): Uint8Array => Uint8Array.from({ length: 256 }, (_, entry) => Number(indices.includes(entry)))

describe('paintPalette', () => {
  it('gives a new colour an entry that no pixel uses', () => {
    const indices = Uint8Array.of(0, 1, 2, 2)
    const palette = paintPalette(indices, apart, [{ at: 3, rgb: [1, 2, 3] }], used(indices))
    expect([...palette.subarray(3 * indices[3]!, 3 * indices[3]! + 3)]).toEqual([1, 2, 3])
    expect([...indices.subarray(0, 3)]).toEqual([0, 1, 2])
    expect(palette.subarray(0, 9)).toEqual(apart.subarray(0, 9))
  })

  it('gives equal colours one entry', () => {
    const indices = new Uint8Array(3)
    const twice = [0, 2].map((at) => ({ at, rgb: [1, 2, 3] }))
    paintPalette(indices, apart, twice, used(indices))
    expect([...indices]).toEqual([1, 0, 1])
  })

  it('uses an entry that is there when all are used', () => {
    const indices = Uint8Array.from({ length: 257 }, (_, i) => i % 256)
    expect(paintPalette(indices, gray, [{ at: 2, rgb: [7, 7, 7] }], used(indices))).toEqual(gray)
    expect(indices[2]).toBe(7)
  })

  it('merges the rarest entries within one level when all are used', () => {
    const indices = Uint8Array.from({ length: 3 * 256 }, (_, i) => i % 256)
    indices[5] = 9 // entry 5 is now the rarest
    const palette = paintPalette(indices, gray, [{ at: 700, rgb: [200, 0, 0] }], used(indices))
    const colours = [...indices].map((index) => palette[3 * index]!)
    expect([...palette.subarray(3 * indices[700]!, 3 * indices[700]! + 3)]).toEqual([200, 0, 0])
    colours.forEach((level, i) => {
      if (i !== 700 && i !== 5) expect(Math.abs(level - (i % 256))).toBeLessThanOrEqual(1)
    })
  })

  it('takes the nearest colour when nothing can be merged', () => {
    const indices = Uint8Array.from({ length: 512 }, (_, i) => i % 256)
    expect(paintPalette(indices, apart, [{ at: 0, rgb: [17, 30, 3] }], used(indices))).toEqual(apart)
    expect(indices[0]).toBe(1 + 2 * 16)
  })
})

describe('toRgb and toRgba', () => {
  const size = { height: 1, width: 2 }
  const palette: Image = { ...size, channels: 1, data: Uint8Array.of(1, 0), palette: Uint8Array.of(1, 2, 3, 4, 5, 6) }
  it('expand palettes, gray, RGB and RGBA', () => {
    expect(toRgb(palette)).toEqual({ ...size, channels: 3, data: Uint8Array.of(4, 5, 6, 1, 2, 3) })
    expect(toRgba(palette).data).toEqual(Uint8Array.of(4, 5, 6, 255, 1, 2, 3, 255))
    expect(toRgb({ ...size, channels: 1, data: Uint8Array.of(9, 8) }).data).toEqual(Uint8Array.of(9, 9, 9, 8, 8, 8))
    const rgba: Image = { ...size, channels: 4, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
    expect(toRgb(rgba).data).toEqual(Uint8Array.of(1, 2, 3, 5, 6, 7))
    expect(toRgba(rgba)).toBe(rgba)
    expect(toRgba(toRgb(rgba)).data).toEqual(Uint8Array.of(1, 2, 3, 255, 5, 6, 7, 255))
  })

  it('refuse 16 bits', () => {
    expect(() => toRgb({ ...size, channels: 1, data: new Uint16Array(2) })).toThrow(expect.objectContaining({ code: 'INVALID_IMAGE' }))
  })
})
