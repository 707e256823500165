// However a call is left, it ends, and leaves nothing running.
import { inline, parallel, processes, threads, type Executor } from 'millrace'
import { afterAll, describe, expect, test } from 'vitest'

const twenty = Array.from({ length: 20 }, (_, i) => i)
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const slow = async (n: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, n === 3 ? 60_000 : 1))
  return n
}
const executors: Record<string, Executor> = { inline: inline(), threads: threads(), processes: processes() }
afterAll(() => Promise.all(Object.values(executors).map((executor) => executor.close())))

describe.each(Object.entries(executors))('a stream on %s', (_, executor) => {
  const options = { executor, numWorkers: 2, chunkSize: 1 }

  test.each(['return', 'throw'] as const)('%s() gives up a value that does not come', async (how) => {
    const stream = parallel.stream(slow, twenty, options)
    for (let i = 0; i < 3; i++) await stream.next()
    const next = stream.next()
    await wait(30)
    if (how === 'return') expect(await stream.return()).toEqual({ done: true, value: undefined })
    else await expect(stream.throw(new Error('mine'))).rejects.toThrow('mine')
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await parallel((n: number) => n, twenty, options)).toEqual(twenty)
  })

  test('an aborted signal ends it at the next value, though more are finished', async () => {
    const controller = new AbortController()
    const taken: number[] = []
    const loop = async (): Promise<void> => {
      for await (const n of parallel.stream((n: number) => n, twenty, { executor, chunkSize: 20, signal: controller.signal })) {
        taken.push(n)
        controller.abort(new Error('enough'))
      }
    }
    await expect(loop()).rejects.toThrow('enough')
    expect(taken).toEqual([0])
  })

  test('the error with which the input ends when it is left is not lost', async () => {
    const items = function* (): Generator<number> {
      try {
        yield* twenty
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- as a generator that can't close its file does
        throw new Error('not flushed')
      }
    }
    const loop = async (): Promise<void> => {
      for await (const _ of parallel.stream((n: number) => n, items(), { executor, numWorkers: 1, chunkSize: 1 })) break
    }
    await expect(loop()).rejects.toThrow('not flushed')
  })

  test('what a progress function throws ends the call', async () => {
    const progress = (): void => {
      throw new Error('no terminal')
    }
    await expect(parallel((n: number) => n, twenty, { ...options, progress })).rejects.toThrow('no terminal')
  })
})

describe.each([
  ['threads', threads],
  ['processes', processes],
] as const)('closing %s', (_, make) => {
  test('ends the calls that run, and starts no others', async () => {
    const executor = make()
    await parallel((n: number) => n, twenty, { executor, numWorkers: 5, chunkSize: 1 }) // starts as many as the calls below want
    const calls = [
      parallel(slow, twenty, { executor, numWorkers: 2 }),
      parallel(slow, twenty, { executor, numWorkers: 2, onError: 'collect' }),
      parallel(slow, [3], { executor, numWorkers: 1, onError: 'collect' }),
    ]
    const settled = Promise.allSettled(calls)
    await wait(300)
    await executor.close()
    const [thrown, collected, last] = await settled
    const closed = { reason: { message: expect.stringContaining('the executor was closed') as string } }
    expect(thrown).toMatchObject(closed)
    expect(collected).toMatchObject(closed)
    // The one item of this call was running; nothing was left to start.
    expect(last).toMatchObject({ value: [{ error: closed.reason }] })
    await expect(parallel(slow, twenty, { executor })).rejects.toMatchObject({ code: 'WORKER_START_FAILED', ...closed.reason })
  })
})

test('in place, a chunk that was given up for a time-out does not go on behind the back of the call', async () => {
  const runs: number[] = []
  const item = async (n: number): Promise<number> => {
    runs.push(n)
    if (n === 0) await wait(150)
    return n
  }
  const outcomes = await parallel(item, [0, 1, 2], { executor: 'inline', timeout: 20, chunkSize: 3, onError: 'collect' })
  expect(outcomes.map(({ value, error }) => error?.code ?? value)).toEqual(['TIMEOUT', 1, 2])
  await wait(200)
  expect(runs).toEqual([0, 1, 2])
})

test('the characters of a text are items, however long they are', async () => {
  expect(await parallel((c: string) => c, 'a👍b', { numWorkers: 0 })).toEqual(['a', '👍', 'b'])
})

test('a Set that loses items during the call gives those that are left', async () => {
  const items = new Set(twenty)
  const call = parallel((n: number) => n, items, { executor: 'inline', chunkSize: 1 })
  for (const n of twenty.slice(10)) items.delete(n)
  expect(await call).toEqual(twenty.slice(0, 10))
})
