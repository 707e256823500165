import { describe, expect, test } from 'vitest'
import { randomOf } from '../core/random.ts'
import { colorJitter, randomFlip, randomResizedCrop } from './augment.ts'
import { colorJitterMoves, randomFlipMoves, randomResizedCropMoves } from './chance.ts'
import type { Move } from './layout.ts'

type Of<Kind extends Move['kind']> = Extract<Move, { kind: Kind }>

describe('randomResizedCrop', () => {
  const crops = (height: number, width: number, options = {}, count = 4000): Of<'crop'>[] =>
    Array.from({ length: count }, (_, i) => {
      const step = randomResizedCrop([10, 20], options) as never
      const [crop, resample] = randomResizedCropMoves(step, { height, width }, randomOf(1, i))
      expect(resample).toMatchObject({ kind: 'resample', size: [10, 20] })
      return crop as Of<'crop'>
    })

  test('areas, ratios and places are distributed as torchvision’s', () => {
    const [height, width] = [400, 400]
    const all = crops(height, width, { scale: [0.2, 0.4], ratio: [0.5, 2] })
    for (const { top, left, height: h, width: w } of all) {
      expect(top >= 0 && left >= 0 && top + h <= height && left + w <= width).toBe(true)
    }
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    // Uniform areas, ratios uniform in their logarithm, places uniform in what is free.
    expect(mean(all.map(({ height: h, width: w }) => (h * w) / (height * width)))).toBeCloseTo(0.3, 2)
    const logs = all.map(({ height: h, width: w }) => Math.log(w / h))
    expect(mean(logs)).toBeCloseTo(0, 1)
    expect(mean(logs.map((log) => log ** 2))).toBeCloseTo(Math.log(2) ** 2 / 3, 1)
    expect(mean(all.map(({ left, width: w }) => left / (width - w)))).toBeCloseTo(0.5, 1)
  })

  test('when nothing fits, the largest crop in the middle that is allowed', () => {
    expect(crops(10, 300, { scale: [0.9, 1] }, 20).at(-1)).toEqual({ kind: 'crop', top: 0, left: 143, height: 10, width: 13 })
    expect(crops(300, 10, { scale: [0.9, 1] }, 20).at(-1)).toEqual({ kind: 'crop', top: 143, left: 0, height: 13, width: 10 })
    expect(crops(30, 30, { scale: [2, 3] }, 1)).toEqual([{ kind: 'crop', top: 0, left: 0, height: 30, width: 30 }])
  })

  test('refuses ranges that make no sense', () => {
    expect(() => randomResizedCrop(9, { scale: [0, 1] })).toThrow(/scale/)
    expect(() => randomResizedCrop(9, { ratio: [2, 1] })).toThrow(/ratio/)
    expect(() => randomResizedCrop(0.5)).toThrow(expect.objectContaining({ code: 'BAD_SIZE' }))
  })
})

test('randomFlip: as often as p says', () => {
  const share = (p: number): number =>
    Array.from({ length: 2000 }, (_, i) => randomFlipMoves(randomFlip({ p }) as never, randomOf(i)).length).reduce((a, b) => a + b) / 2000
  expect(share(0)).toBe(0)
  expect(share(1)).toBe(1)
  expect(share(0.3)).toBeCloseTo(0.3, 1)
  expect(randomFlipMoves(randomFlip({ p: 1, direction: 'vertical' }) as never, () => 0)).toEqual([{ kind: 'flip', direction: 'vertical' }])
  expect(() => randomFlip({ p: 2 })).toThrow(/probability/)
})

describe('colorJitter', () => {
  test('every order, factors in their ranges', () => {
    const step = colorJitter({ brightness: 0.5, contrast: 2, saturation: [0.9, 1.2], hue: 0.1 }) as never
    const ranges = { brightness: [0.5, 1.5], contrast: [0, 3], saturation: [0.9, 1.2], hue: [-0.1, 0.1] }
    const orders = new Set<string>()
    for (let i = 0; i < 500; i++) {
      const moves = colorJitterMoves(step, randomOf(i)) as Of<'adjust'>[]
      orders.add(moves.map(({ what }) => what).join())
      for (const { what, factor } of moves) {
        const [min, max] = ranges[what] as [number, number]
        expect(factor >= min && factor <= max).toBe(true)
      }
    }
    expect(orders.size).toBe(24)
  })

  test('what is not asked for is left alone', () => {
    expect(colorJitter({})).toEqual({ op: 'colorJitter', ranges: {} })
    expect(colorJitter({ brightness: [1, 1], hue: 0 })).toEqual({ op: 'colorJitter', ranges: {} })
    expect(colorJitter({ hue: [0.1, 0.2] })).toEqual({ op: 'colorJitter', ranges: { hue: [0.1, 0.2] } })
  })

  test.each([{ brightness: -1 }, { contrast: [2, 1] as const }, { hue: 0.6 }, { hue: [-0.6, 0] as const }, { saturation: Number.NaN }])(
    'refuses %o',
    (options) => {
      expect(() => colorJitter(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
    },
  )
})
