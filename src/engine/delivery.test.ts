import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Block } from './call.ts'
import { Delivery } from './delivery.ts'

const block = (first: number, length: number): Block => ({ first, values: Array.from({ length }, (_, i) => first + i) })
const drain = (delivery: Delivery): unknown[] => {
  const values: unknown[] = []
  for (let next = delivery.next(); next !== undefined; next = delivery.next()) values.push(...Array.from(next.values))
  return values
}

test('ordered: whatever order blocks come in, values leave in input order and none early', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }), fc.infiniteStream(fc.nat()), (lengths, keys) => {
      let first = 0
      const blocks = lengths.map((length) => block((first += length) - length, length))
      const order = blocks.map((each) => ({ each, key: keys.next().value as number })).sort((a, b) => a.key - b.key)
      const delivery = new Delivery({ ordered: true })
      const out: unknown[] = []
      for (const { each } of order) {
        delivery.add(each, 1)
        out.push(...drain(delivery))
        expect(out).toEqual(Array.from({ length: out.length }, (_, i) => i))
      }
      expect(out).toHaveLength(first)
    }),
  )
})

test('unordered: blocks leave as they came', () => {
  const delivery = new Delivery({ ordered: false })
  delivery.add(block(4, 2), 1)
  delivery.add(block(0, 1), 1)
  expect(drain(delivery)).toEqual([4, 5, 0])
})

test('a consumer that does not take stops new work, by items and by bytes', () => {
  const delivery = new Delivery({ ordered: true })
  expect(delivery.room(0, 10)).toBeGreaterThan(0)
  expect(delivery.room(100_000, 10)).toBeLessThanOrEqual(0)
  delivery.add(block(0, 1), 100e6)
  expect(delivery.room(1, 10)).toBe(0)
  delivery.next()
  expect(delivery.room(1, 10)).toBeGreaterThan(0)
})
