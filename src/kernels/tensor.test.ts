import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Raster, Space } from './resize-memory.ts'
import type { Pixels } from './resize-plain.ts'
import { toPlanesPlain } from './tensor-plain.ts'
import { toBytePlanes, toPlanes } from './tensor.ts'

const side = fc.integer({ min: 1, max: 21 })
const picture = fc
  .tuple(side, side, fc.constantFrom(1 as const, 3 as const, 4 as const))
  .chain(([height, width, channels]) =>
    fc
      .uint8Array({ minLength: height * width * channels, maxLength: height * width * channels })
      .map((data): Pixels => ({ data, height, width, channels })),
  )

/** As the right part of a picture one pixel wider. */
function put({ data, height, width, channels }: Pixels, space: Space): Raster {
  const stride = (width + 1) * channels
  const wider = new Uint8Array(height * stride)
  for (let y = 0; y < height; y++) wider.set(data.subarray(y * width * channels, (y + 1) * width * channels), y * stride + channels)
  return { at: space.put(wider) + channels, height, width, channels, stride }
}

it('every channel by its table, into the place given', () => {
  const tables = Float32Array.from({ length: 4 * 256 }, (_, i) => Math.sin(i) * 3)
  fc.assert(
    fc.property(picture, (pixels) => {
      const space = new Space()
      const target = new Float32Array(pixels.data.length + 2).fill(7)
      const raster = put(pixels, space)
      const free = space.at
      toPlanes(raster, tables, target.subarray(1, -1), space)
      expect(space.at).toBe(free)
      expect([...target]).toEqual([7, ...toPlanesPlain(pixels, (byte, c) => tables[c * 256 + byte]!), 7])
    }),
  )
})

it('bytes as they are', () => {
  fc.assert(
    fc.property(picture, (pixels) => {
      const space = new Space()
      const target = new Uint8Array(pixels.data.length)
      toBytePlanes(put(pixels, space), target, space)
      expect([...target]).toEqual(toPlanesPlain(pixels, (byte) => byte))
    }),
  )
})
