import { expect, test } from 'vitest'
import { Source } from './source.ts'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('a slow iterator is left after a while with what it gave', () => {
  const slowly = function* (): Generator<number> {
    for (let i = 0; ; i++) {
      const until = performance.now() + 2
      while (performance.now() < until);
      yield i
    }
  }
  const source = new Source(slowly(), () => {})
  const first = source.take(100_000)
  expect(first.length).toBeGreaterThan(0)
  expect(first.length).toBeLessThan(1000)
  expect(source.take(1)[0]).toBe(first.length)
})

test('an async input that is left while it works on the next item is told, and not waited for', async () => {
  let closed = false
  const items = async function* (): AsyncGenerator<number> {
    try {
      await wait(30)
      yield 1
    } finally {
      closed = true
    }
  }
  const source = new Source(items(), () => {})
  expect(source.take(1)).toEqual([])
  await source.close()
  expect(closed).toBe(false)
  await wait(60)
  expect(closed).toBe(true)
})

test('an array is read as long as it was, and no further than it is', () => {
  const items = [1, 2, 3, 4]
  const source = new Source(items, () => {})
  expect(source.take(1)).toEqual([1])
  items.push(5)
  expect(source.take(2)).toEqual([2, 3])
  items.length = 3
  expect(source.take(2)).toEqual([])
  expect(source.ended).toBe(true)
})
