import { parallel } from 'millrace'
import { describe, expect, test } from 'vitest'

/** Runs a call and gives what it said of its choice. */
async function reasons(call: (explain: (reason: string) => void) => Promise<unknown>): Promise<string[]> {
  const said: string[] = []
  await call((reason) => said.push(reason))
  return said
}

const busy = (ms: number): number => {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

describe('automatic mode', () => {
  test('trivial items stay in place', async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => i)
    const call = (): Promise<string[]> => reasons((explain) => parallel((n: number) => n * n, items, { numWorkers: 2, explain }))
    // A machine that stands still for 10 ms just then makes the items look slow; it does not do so every time.
    const calls = [await call(), await call(), await call()]
    expect(calls).toContainEqual(['in place, to measure the first items'])
  })

  test('long work moves to threads, says why, and gives the same results', async () => {
    const items = Array.from({ length: 60 }, () => 12)
    let results: number[] = []
    const said = await reasons(async (explain) => {
      const spin = (ms: number): number => {
        const end = performance.now() + ms
        while (performance.now() < end);
        return ms
      }
      results = await parallel(spin, items, { numWorkers: 2, explain })
    })
    expect(results).toEqual(items)
    expect(said).toHaveLength(2)
    expect(said[1]).toMatch(/^2 threads: an item takes \d+ ms/)
  })

  test('a captured variable is refused even where the call would stay in place', async () => {
    await expect(parallel((n: number) => busy(n), [0, 0], { numWorkers: 2 })).rejects.toMatchObject({
      code: 'CAPTURED_VARIABLE',
      message: expect.stringContaining('busy'),
    })
    expect(await parallel((n: number) => busy(n), [0, 0], { numWorkers: 0 })).toEqual([0, 0])
  })

  test('a time-out is never in place, except in the plain loop', async () => {
    const options = { timeout: 5000, explain: () => {} }
    expect((await reasons((explain) => parallel((n: number) => n, [1], { ...options, numWorkers: 1, explain })))[0]).toMatch(
      /^1 threads: a time-out/,
    )
    expect((await reasons((explain) => parallel((n: number) => n, [1], { ...options, numWorkers: 0, explain })))[0]).toMatch(
      /^in place: numWorkers is 0/,
    )
  })

  test('one worker, one item or none runs in place', async () => {
    expect((await reasons((explain) => parallel((n: number) => n, [1, 2], { numWorkers: 1, explain })))[0]).toMatch(
      /^in place: numWorkers is 1/,
    )
    expect((await reasons((explain) => parallel((n: number) => n, [1], { numWorkers: 2, explain })))[0]).toMatch(
      /^in place: there is one item/,
    )
    expect((await reasons((explain) => parallel((n: number) => n, [], { numWorkers: 2, explain })))[0]).toMatch(
      /^in place: there are no items/,
    )
  })
})

describe('bad calls', () => {
  const call = (fn: unknown, items: unknown, options?: unknown): Promise<unknown> =>
    (parallel as (...args: unknown[]) => Promise<unknown>)(fn, items, options)
  test.each([
    ['a misspelt option', [(n: number) => n, [1], { numWorker: 2 }], 'BAD_OPTION'],
    ['a negative count', [(n: number) => n, [1], { numWorkers: -1 }], 'BAD_OPTION'],
    ['half a chunk', [(n: number) => n, [1], { chunkSize: 0.5 }], 'BAD_OPTION'],
    ['a time-out of 0', [(n: number) => n, [1], { timeout: 0 }], 'BAD_OPTION'],
    ['an unknown executor', [(n: number) => n, [1], { executor: 'cluster' }], 'BAD_OPTION'],
    ['no function', [undefined, [1]], 'BAD_ARGUMENT'],
    ['a promise of items', [(n: number) => n, Promise.resolve([1])], 'BAD_ARGUMENT'],
    ['a number for items', [(n: number) => n, 5], 'BAD_ARGUMENT'],
  ])('%s is refused before anything runs', async (_, args, code) => {
    await expect(call(...(args as [unknown, unknown]))).rejects.toMatchObject({ code })
  })
})
