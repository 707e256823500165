import { describe, expect, it } from 'vitest'
import { golden, goldenFloats, goldenJson } from '../../golden/read.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import type { ColormapName } from './colormaps.ts'
import { toRgb } from '../codec/palette.ts'
import { specshow, type SpecshowOptions } from './specshow.ts'

interface Case {
  name: string
  type: 'float32' | 'bool'
  dims: number[]
  size: [number, number]
  options: Record<string, unknown>
}

/** librosa's names to ours. */
function ours({ cmap, x_axis, y_axis, sr, hop_length, fmin, fmax, htk, vmin, vmax }: Record<string, unknown>): SpecshowOptions {
  const options = {
    cmap: cmap as ColormapName,
    xAxis: x_axis as null,
    yAxis: y_axis as null,
    sr,
    hopLength: hop_length,
    fmin,
    fmax,
    htk,
    vmin,
    vmax,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** How many pixels differ, and by how many levels at most. */
function compare(actual: Image['data'], expected: Uint8Array): { pixels: number; levels: number } {
  expect(actual.length).toBe(expected.length)
  const differing = new Set<number>()
  let levels = 0
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue
    differing.add(Math.floor(i / 3))
    levels = Math.max(levels, Math.abs(actual[i]! - expected[i]!))
  }
  return { pixels: differing.size, levels }
}

describe('specshow draws what librosa and matplotlib draw', () => {
  it.each(goldenJson<Case[]>('specshow/cases.json'))('$name', ({ name, type, dims, size, options }) => {
    const data = type === 'bool' ? golden(`specshow/${name}.data.z`) : goldenFloats(`specshow/${name}.data.z`)
    const D = { data, dims, type } as Tensor<'float32'>
    const expected = golden(`specshow/${name}.rgb.z`)
    const wanted = { ...ours(options), size, short: 'keep' } as const
    expect(compare(specshow(D, { ...wanted, channels: 3 }).data, expected)).toEqual({ pixels: 0, levels: 0 })

    const image = specshow(D, wanted)
    expect(image).toMatchObject({ height: size[0], width: size[1], channels: 1 })
    expect(image.palette).toHaveLength(768)
    const { pixels, levels } = compare(toRgb(image).data, expected)
    expect(levels).toBeLessThanOrEqual(1)
    expect(pixels).toBeLessThanOrEqual(0.001 * size[0] * size[1])
  })
})
