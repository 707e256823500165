import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from '../core/random.ts'
import { unfilter } from './unfilter.ts'
import { unfilterPlain } from './unfilter-plain.ts'

test('the kernel and its twin give the same rows, of whole and of cut data', () => {
  const part = fc.record({ rows: fc.integer({ min: 1, max: 9 }), pixels: fc.integer({ min: 1, max: 40 }) })
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 3, 4, 6, 8),
      fc.array(part, { minLength: 1, maxLength: 7 }),
      fc.integer(),
      fc.boolean(),
      (unit, sizes, seed, cut) => {
        const random = randomOf(seed)
        const parts = sizes.map(({ rows, pixels }) => ({ rows, rowBytes: pixels * unit, unit }))
        const lines = parts.flatMap(({ rows, rowBytes }) =>
          Array.from({ length: rows }, () => [
            Math.floor(random() * 5),
            ...Array.from({ length: rowBytes }, () => Math.floor(random() * 256)),
          ]).flat(),
        )
        const data = Uint8Array.from(cut ? lines.slice(0, Math.floor(random() * lines.length)) : lines)
        expect(unfilter(data, parts, Math.floor(random() * 500))).toEqual(unfilterPlain(data, parts))
      },
    ),
    { numRuns: 300 },
  )
})

test('a filter that does not exist', () => {
  const parts = [{ rows: 2, rowBytes: 3, unit: 3 }]
  expect(unfilter(Uint8Array.of(0, 1, 2, 3, 5, 1, 2, 3), parts)).toBeUndefined()
  expect(unfilter(Uint8Array.of(0, 1, 2, 3, 2, 1, 2, 3), parts)).toEqual([Uint8Array.of(1, 2, 3, 2, 4, 6)])
})
