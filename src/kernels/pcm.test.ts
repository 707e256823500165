import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromPcm16, fromPcm16Twin } from './pcm.ts'

it('the kernel converts as its twin does, wherever the samples lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), fc.constantFrom(1 as const, 2 as const), (bytes, start, channels) => {
      const rest = bytes.subarray(Math.min(start, bytes.length))
      const frames = rest.subarray(0, rest.length - (rest.length % (2 * channels)))
      expect(fromPcm16(frames, channels)).toEqual(fromPcm16Twin(frames, channels))
    }),
  )
})

it.each([1, 2] as const)('reaches over several chunks, every value among them, of %i channels', (channels) => {
  const bytes = new Uint8Array(Int16Array.from({ length: 2 * 65_536 * channels + 6 }, (_, i) => i * 40_503).buffer)
  expect(Buffer.from(fromPcm16(bytes, channels).buffer).equals(Buffer.from(fromPcm16Twin(bytes, channels).buffer))).toBe(true)
})
