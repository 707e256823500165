import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChunkSizer } from './chunk.ts'

test('the first chunk is one item, and chunks grow to about 10 ms of work', () => {
  const sizer = new ChunkSizer({})
  expect(sizer.next(Infinity, Infinity, 2)).toBe(1)
  sizer.measured(1, 0.1, 8)
  expect(sizer.next(Infinity, Infinity, 2)).toBe(16)
  for (let i = 0; i < 10; i++) sizer.measured(100, 10, 800)
  expect(sizer.next(Infinity, Infinity, 2)).toBe(100)
})

test('large results make small chunks', () => {
  const sizer = new ChunkSizer({})
  for (let i = 0; i < 10; i++) sizer.measured(10, 0.1, 10 * 150_000)
  expect(sizer.next(Infinity, Infinity, 2)).toBeLessThan(8)
})

test('trivial items of a known input go out in one chunk a worker', () => {
  const sizer = new ChunkSizer({})
  for (let i = 0; i < 10; i++) sizer.measured(1000, 0.03, 8000)
  expect(sizer.next(10_000, 10_000, 2)).toBe(5000)
  expect(sizer.next(5_000, 10_000, 2)).toBe(5000)
})

test('however trivial its items, a chunk of a long input stays small enough to hold in memory many times', () => {
  const sizer = new ChunkSizer({})
  for (let i = 0; i < 10; i++) sizer.measured(1000, 0.001, 8)
  expect(sizer.next(Infinity, Infinity, 2)).toBe(8192)
})

test('what a function showed in one call is known in the next, and not of another function', () => {
  const fn = {}
  new ChunkSizer(fn).measured(1, 100, 8)
  expect(new ChunkSizer(fn).itemMs).toBe(100)
  expect(new ChunkSizer({}).itemMs).toBeUndefined()
})

test('a chunk is always a whole number of items, at least one; a fixed size stays', () => {
  const number = fc.double({ min: 0, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), number, number)),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 1, max: 64 }),
      (measures, total, workers) => {
        const sizer = new ChunkSizer({})
        for (const [count, ms, bytes] of measures) sizer.measured(count, ms, bytes)
        const size = sizer.next(total, total, workers)
        expect(Number.isInteger(size) && size >= 1).toBe(true)
        expect(new ChunkSizer({}, 7).next(total, total, workers)).toBe(7)
      },
    ),
  )
})
