import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { area, areaHalf, areaWhole, horizontal, linear, nearest, premultiply, unpremultiply, vertical, type Weights } from './resize.ts'
import { bytesAt, pixelsOf, type Raster, Space } from './resize-memory.ts'
import {
  areaPlain,
  areaWholePlain,
  horizontalPlain,
  linearPlain,
  nearestPlain,
  type Pixels,
  premultiplyPlain,
  unpremultiplyPlain,
  verticalPlain,
} from './resize-plain.ts'

const side = fc.oneof({ weight: 1, arbitrary: fc.constant(1) }, { weight: 9, arbitrary: fc.integer({ min: 1, max: 40 }) })
const channel = fc.constantFrom(1 as const, 3 as const, 4 as const)

/** Bytes with many of the least and the greatest. */
function pixelsIn(height: number, width: number, channels: Pixels['channels']): fc.Arbitrary<Pixels> {
  const byte = fc.oneof(fc.constantFrom(0, 255), fc.integer({ min: 0, max: 255 }))
  const size = height * width * channels
  return fc.array(byte, { minLength: size, maxLength: size }).map((data) => ({ data: Uint8Array.from(data), height, width, channels }))
}

const picture = fc.tuple(side, side, channel).chain(([height, width, channels]) => pixelsIn(height, width, channels))

/** Windows inside `from` pixels, in any order, as no filter has them; weights from -1.9 to 1.9 in sum. */
function windows(from: number): fc.Arbitrary<{ first: Int32Array; taps: number; shares: number[] }> {
  return fc.tuple(fc.integer({ min: 1, max: Math.min(from, 19) }), side).chain(([taps, to]) =>
    fc.record({
      first: fc.array(fc.integer({ min: 0, max: from - taps }), { minLength: to, maxLength: to }).map((at) => Int32Array.from(at)),
      taps: fc.constant(taps),
      shares: fc.array(fc.double({ min: -1.9 / taps, max: 1.9 / taps, noNaN: true }), { minLength: to * taps, maxLength: to * taps }),
    }),
  )
}

const fixedWindows = (from: number): fc.Arbitrary<Weights<Int32Array>> =>
  windows(from).map(({ first, taps, shares }) => ({ first, taps, values: Int32Array.from(shares, (share) => share * 2 ** 22) }))

/** Weights of parts, of which many are 0. */
const floatWindows = (from: number): fc.Arbitrary<Weights<Float32Array>> =>
  windows(from).map(({ first, taps, shares }) => ({ first, taps, values: Float32Array.from(shares, (share) => Math.max(0, share)) }))

/** The picture in kernel memory as a part of a wider one, among bytes that no result may depend on. */
function put({ data, height, width, channels }: Pixels, space: Space): Raster {
  const stride = (width + 3) * channels
  const at = space.take(height * stride)
  bytesAt(at, height * stride + 64).fill(0xa5)
  const row = width * channels
  for (let y = 0; y < height; y++) bytesAt(at + y * stride, row).set(data.subarray(y * row, (y + 1) * row))
  return { at, height, width, channels, stride }
}

/** What a kernel makes, and that it leaves what lies before the target alone. */
function made(source: Pixels, height: number, width: number, make: (source: Raster, target: Raster, space: Space) => void): Pixels {
  const space = new Space()
  const raster = put(source, space)
  const before = bytesAt(raster.at, source.height * raster.stride).slice()
  const target = space.raster(height, width, source.channels)
  const end = space.at
  make(raster, target, space)
  expect(space.at).toBe(end)
  expect(Buffer.compare(bytesAt(raster.at, before.length), before)).toBe(0)
  return { data: pixelsOf(target), height, width, channels: source.channels }
}

it('along the rows: the sums of its twin', () => {
  const both = picture.chain((pixels) => fc.tuple(fc.constant(pixels), fixedWindows(pixels.width)))
  fc.assert(
    fc.property(both, ([pixels, weights]) => {
      const ours = made(pixels, pixels.height, weights.first.length, (source, target, space) => horizontal(source, weights, target, space))
      expect(ours).toEqual(horizontalPlain(pixels, weights))
    }),
  )
})

it('along the columns: the sums of its twin', () => {
  const both = picture.chain((pixels) => fc.tuple(fc.constant(pixels), fixedWindows(pixels.height)))
  fc.assert(
    fc.property(both, ([pixels, weights]) => {
      const ours = made(pixels, weights.first.length, pixels.width, (source, target, space) => vertical(source, weights, target, space))
      expect(ours).toEqual(verticalPlain(pixels, weights))
    }),
  )
})

it('picks the pixels that its twin picks, and 0 where there are none', () => {
  const picks = (from: number, to: number): fc.Arbitrary<Int32Array> =>
    fc.array(fc.integer({ min: 0, max: from - 1 }), { maxLength: to }).map((at) => Int32Array.from(at))
  const all = fc
    .tuple(picture, side, side)
    .chain(([pixels, height, width]) =>
      fc.tuple(fc.constant({ pixels, height, width }), picks(pixels.width, width), picks(pixels.height, height)),
    )
  fc.assert(
    fc.property(all, ([{ pixels, height, width }, columns, lines]) => {
      const ours = made(pixels, height, width, (source, target, space) => nearest(source, columns, lines, target, space))
      expect(ours).toEqual(nearestPlain(pixels, columns, lines, height, width))
    }),
  )
})

it('every colour times every alpha and back', () => {
  const data = Uint8Array.from({ length: 256 * 256 * 4 }, (_, i) => (i % 4 === 3 ? i >> 10 : (i >> 2) & 255))
  const all: Pixels = { data, height: 256, width: 256, channels: 4 }
  const there = made(all, 256, 256, (source, target) => premultiply(source, target))
  expect(Buffer.compare(there.data, premultiplyPlain(all).data)).toBe(0)
  const back = made(all, 256, 256, (source, target) => {
    bytesAt(target.at, data.length).set(data)
    unpremultiply(target)
  })
  expect(Buffer.compare(back.data, unpremultiplyPlain(all).data)).toBe(0)
})

it('alpha in pictures of any width', () => {
  fc.assert(
    fc.property(
      fc.tuple(side, side).chain(([height, width]) => pixelsIn(height, width, 4)),
      (pixels) => {
        const { height, width } = pixels
        expect(made(pixels, height, width, (source, target) => premultiply(source, target))).toEqual(premultiplyPlain(pixels))
      },
    ),
  )
})

it("OpenCV's two neighbours: the numbers of its twin", () => {
  const weights = (count: number): fc.Arbitrary<number[]> =>
    fc
      .array(fc.integer({ min: 0, max: 2048 }), { minLength: count, maxLength: count })
      .map((all) => all.flatMap((share) => [2048 - share, share]))
  const tables = (pixels: Pixels, height: number, width: number): fc.Arbitrary<Parameters<typeof linearPlain>[1]> =>
    fc.record({
      columns: fc
        .array(fc.integer({ min: 0, max: Math.max(0, pixels.width - 2) }), { minLength: width, maxLength: width })
        .map((at) => Int32Array.from(at)),
      alphas: weights(width).map((all) =>
        Int16Array.from({ length: Math.ceil(width / 8) * 16 }, (_, i) => (pixels.width === 1 ? [2048, 0][i % 2]! : (all[i] ?? 0))),
      ),
      // Rows near each other, so that the kernel finds some of them made already.
      lines: fc
        .array(fc.integer({ min: 0, max: Math.min(2, pixels.height - 1) }), { minLength: height * 2, maxLength: height * 2 })
        .map((at) => Int32Array.from(at)),
      betas: weights(height).map((all) => Int32Array.from(all)),
    })
  const all = fc
    .tuple(picture, side, side)
    .chain(([pixels, height, width]) => fc.tuple(fc.constant({ pixels, height, width }), tables(pixels, height, width)))
  fc.assert(
    fc.property(all, ([{ pixels, height, width }, table]) => {
      const ours = made(pixels, height, width, (source, target, space) => linear(source, table, target, space))
      expect(ours).toEqual(linearPlain(pixels, table))
    }),
  )
})

it('means over whole pixels', () => {
  const scale = fc.integer({ min: 1, max: 5 })
  const small = fc.integer({ min: 1, max: 12 })
  const all = fc
    .record({ height: small, width: small, channels: channel, x: scale, y: scale })
    .chain(({ height, width, channels, x, y }) => fc.tuple(pixelsIn(height * y, width * x, channels), fc.constant({ height, width, x, y })))
  fc.assert(
    fc.property(all, ([pixels, { height, width, x, y }]) => {
      const ours = made(pixels, height, width, (source, target) =>
        x === 2 && y === 2 ? areaHalf(source, target) : areaWhole(source, x, y, target),
      )
      expect(ours).toEqual(areaWholePlain(pixels, x, y))
    }),
  )
})

it('means over 2 x 2 pixels', () => {
  const all = fc.tuple(side, side, channel).chain(([height, width, channels]) => pixelsIn(height * 2, width * 2, channels))
  fc.assert(
    fc.property(all, (pixels) => {
      const ours = made(pixels, pixels.height / 2, pixels.width / 2, (source, target) => areaHalf(source, target))
      expect(ours).toEqual(areaWholePlain(pixels, 2, 2))
    }),
  )
})

it('means over fractions of pixels, in float32', () => {
  // Rows go down, as the kernel asks for.
  const lines = (from: number): fc.Arbitrary<Weights<Float32Array>> =>
    floatWindows(from).map(({ first, taps, values }) => ({ first: first.map((_, i) => Math.min(i * taps, from - taps)), taps, values }))
  const all = picture.chain((pixels) => fc.tuple(fc.constant(pixels), floatWindows(pixels.width), lines(pixels.height)))
  fc.assert(
    fc.property(all, ([pixels, columns, rows]) => {
      const ours = made(pixels, rows.first.length, columns.first.length, (source, target, space) =>
        area(source, columns, rows, target, space),
      )
      expect(ours).toEqual(areaPlain(pixels, columns, rows))
    }),
  )
})
