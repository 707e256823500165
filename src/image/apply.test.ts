import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { picture } from '../../golden/image/formula.ts'
import type { Image } from '../core/image.ts'
import type { Task } from '../core/task.ts'
import type { Tensor } from '../core/tensor.ts'
import { toRgba } from '../codec/palette.ts'
import { Space } from '../kernels/resize-memory.ts'
import { adjust } from './adjust.ts'
import { apply, applyNow, invert } from './apply.ts'
import { colorJitter, randomFlip, randomResizedCrop } from './augment.ts'
import { cropPixels, flipPixels, padPixels, rotatePixels } from './geometry.ts'
import { resample } from './resample.ts'
import { imagenet } from './tensor.ts'
import { compose, type Transform } from './transform.ts'
import { centerCrop, crop, denormalize, flip, normalize, pad, resize, rotate90, toImage, toTensor } from './transforms.ts'

/** A task without a file of its own: what apply sees of one. */
function step<In, Out>(run: (sample: In, index: number, ctx: { params: unknown; random: () => number }) => Out): Task<In, Awaited<Out>> {
  return { kind: 'task', params: { by: 2 }, reference: { module: '', digest: '', ordinal: 0, text: '' }, run } as never
}

const image = picture(40, 60)

describe('compose', () => {
  test('types follow the steps', () => {
    const pixels = compose(resize(224), flip())
    expectTypeOf(pixels).toEqualTypeOf<Transform<Image, Image>>()
    const tensors = compose(pixels, toTensor(), normalize(imagenet))
    expectTypeOf(tensors).toEqualTypeOf<Transform<Image, Tensor<'float32'>>>()
    expectTypeOf(apply(tensors, image)).toEqualTypeOf<Promise<Tensor<'float32'>>>()
    expectTypeOf(invert(tensors)).toEqualTypeOf<Transform<Tensor<'float32'>, Image>>()
    const own = compose(
      resize(9),
      step(async (sample: Image) => sample.width),
      step((width: number) => [width]),
    )
    expectTypeOf(own).toEqualTypeOf<Transform<Image, number[]>>()
    // @ts-expect-error a tensor can't be flipped
    compose(toTensor(), flip())
    const ofText = step((text: string) => text)
    // @ts-expect-error the task takes text
    compose(flip(), ofText)
    // @ts-expect-error pictures have no statistics
    expect(() => normalize(image, imagenet)).toThrow(/toTensor/)
    // @ts-expect-error nor have tensors pixels
    expect(() => flip(toTensor(image))).toThrow(/before toTensor/)
  })

  test('is plain data that travels', () => {
    const transform = compose(
      resize(8, { method: 'crop' }),
      compose(flip('vertical'), colorJitter({ hue: 0.1 })),
      toTensor(),
      normalize(imagenet),
    )
    const copy = structuredClone(transform)
    expect(JSON.parse(JSON.stringify(copy))).toEqual(transform)
    expect(applyNow(copy, image, { seed: 3 })).toEqual(applyNow(transform, image, { seed: 3 }))
  })

  test('refuses what is no step', () => {
    expect(() => compose(((x: Image) => x) as never)).toThrow(/Received a function/)
    expect(() => compose({ ...step((x: Image) => x), setup: () => 1 } as never)).toThrow(/no setup/)
  })
})

describe('apply', () => {
  test('tasks are called with the sample, its index and the context', async () => {
    const calls: unknown[] = []
    const transform = compose(
      crop({ top: 1, left: 2, height: 3, width: 4 }),
      step((sample: Image, index, { params, random }) => {
        calls.push([index, params, random()])
        return sample
      }),
      step(async (sample: Image) => sample),
      flip(),
    )
    const result = applyNow(transform, image, { index: 7, random: () => 0.25 })
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toEqual(flip(crop(image, { top: 1, left: 2, height: 3, width: 4 })))
    expect(calls).toEqual([[7, { by: 2 }, 0.25]])
  })

  test('what a task throws passes through', async () => {
    const transform = compose(
      step((): Image => {
        throw new RangeError('mine')
      }),
      flip(),
    )
    await expect(apply(transform, image)).rejects.toThrow(RangeError)
  })

  test('a picture of another size than it says is refused', () => {
    expect(() => resize({ ...image, width: 1000 }, 5)).toThrow(expect.objectContaining({ code: 'BAD_IMAGE' }))
  })

  test('pixels in the kernel and in JavaScript give the same', () => {
    const side = fc.integer({ min: 1, max: 70 })
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom<1 | 3 | 4>(1, 3, 4),
        fc.array(fc.tuple(fc.nat(5), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })), { maxLength: 6 }),
        (height, width, channels, choices) => {
          const first = picture(height, width, channels)
          // The same steps as transforms, and by hand on Images.
          const steps: Transform[] = []
          let expected = first
          for (const [kind, r] of choices) {
            const { height: h, width: w } = expected
            if (kind === 0) {
              const box = {
                top: Math.floor(r * h),
                left: Math.floor(r * w),
                height: h - Math.floor(r * h),
                width: Math.ceil((w - Math.floor(r * w)) / 2),
              }
              steps.push(crop(box))
              expected = cropPixels(expected, box)
            } else if (kind === 1) {
              const size = [1 + Math.floor(r * 50), 1 + Math.floor(((r * 7) % 1) * 50)] as const
              steps.push(resize(size))
              expected = resample(expected, size)
            } else if (kind === 2) {
              steps.push(flip())
              expected = flipPixels(expected, 'horizontal')
            } else if (kind === 3) {
              steps.push(rotate90(3))
              expected = rotatePixels(expected, 3)
            } else if (kind === 4) {
              steps.push(pad({ left: 3, top: 2 }, { mode: 'reflect' }))
              expected = padPixels(expected, { left: 3, top: 2, right: 0, bottom: 0 }, 'reflect')
            } else {
              steps.push({ op: 'adjust', what: 'brightness', factor: 2 * r } as Transform)
              expected = adjust(expected, 'brightness', 2 * r)
            }
          }
          const transform = compose(...(steps as [Transform]))
          expect(applyNow(transform, first)).toEqual(expected)
          // From the kernel's memory, where a decoder left it.
          const space = new Space()
          const raster = { at: space.put(first.data as Uint8Array), height, width, channels, stride: width * channels }
          expect(applyNow(compose(transform, toTensor()), raster, {}, space)).toEqual(toTensor(expected))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('invert', () => {
  test('goes back to what the model sees', async () => {
    const transform = compose(resize(16, { method: 'crop' }), flip(), toTensor(), normalize(imagenet))
    const seen = await apply(invert(transform), await apply(transform, image))
    expect(seen).toEqual(resize(image, 16, { method: 'crop' }))
  })

  test.each([
    ['rotate90', rotate90(3)],
    ['flip', flip('vertical')],
    ['pad', pad({ top: 2, right: 5 })],
    ['toTensor', toTensor()],
    ['all', compose(pad(3), rotate90(), compose(flip(), toTensor(), normalize(imagenet)))],
  ] as [string, Transform<Image, Image>][])('%s', async (_, transform) => {
    expect(await apply(invert(transform), await apply(transform, image))).toEqual(image)
  })

  test('of tensors', async () => {
    const tensor = toTensor(image)
    const there = compose(toImage(), toTensor())
    expect(await apply(invert(there), await apply(there, tensor))).toEqual(tensor)
    const back = await apply(compose(denormalize(imagenet), invert(denormalize(imagenet))), tensor)
    expect(Math.max(...back.data.map((value, i) => Math.abs(value - tensor.data[i]!)))).toBeLessThan(1e-6)
  })

  test('what has no inverse is where it stops; a task is refused', async () => {
    expect(await apply(invert(compose(flip(), centerCrop(9))), image)).toEqual(image)
    expect(() =>
      invert(
        compose(
          step((sample: Image) => sample),
          toTensor(),
        ),
      ),
    ).toThrow(expect.objectContaining({ code: 'NO_INVERSE' }))
  })
})

describe('random steps', () => {
  const transform = compose(
    randomResizedCrop(12),
    randomFlip(),
    colorJitter({ brightness: 0.4, contrast: [0.5, 1.5], saturation: 0.4, hue: 0.2 }),
  )

  test('depend on seed and index alone', async () => {
    const one = await apply(transform, image, { seed: 5, index: 3 })
    expect(await apply(transform, image, { seed: 5, index: 3 })).toEqual(one)
    expect(await apply(transform, image, { seed: 5, index: 4 })).not.toEqual(one)
    expect(await apply(transform, image, { seed: 6, index: 3 })).not.toEqual(one)
  })

  test('leave alpha as it is', async () => {
    const opaque = await apply(colorJitter({ brightness: 0.9, hue: 0.5, contrast: 0.9 }), toRgba(image), { seed: 1 })
    expect(opaque.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true)
  })
})
