import { describe, expect, it } from 'vitest'
import { paintPalette } from './palette.ts'

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
