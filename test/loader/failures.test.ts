import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataLoader, ItemError, processes } from 'millrace'
import { describe, expect, test } from 'vitest'
import { Blocks, Counting, Failing, InPlace, Integers, Ragged, Stray, tenfold } from './datasets.ts'

async function numbers(loader: AsyncIterable<{ data: ArrayLike<number> }>): Promise<number[][]> {
  const batches: number[][] = []
  for await (const { data } of loader) batches.push(Array.from(data))
  return batches
}
const failure = async (loader: AsyncIterable<any>): Promise<ItemError> =>
  numbers(loader).then(
    () => expect.fail('nothing failed'),
    (error: unknown) => error as ItemError,
  )

describe('a sample that throws', () => {
  test.each([0, 2])('is named, with the error of the dataset and its line: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Failing(20, 'throw', [13]), { batchSize: 4, numWorkers })
    const seen: number[] = []
    let error: ItemError | undefined
    try {
      for await (const { data } of loader) seen.push(...data)
    } catch (thrown) {
      error = thrown as ItemError
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(error).toBeInstanceOf(ItemError)
    expect(error).toMatchObject({ index: 13, code: 'SAMPLE_FAILED', message: 'sample 13: RangeError: sample 13 is broken' })
    expect(error!.cause).toBeInstanceOf(RangeError)
    expect(error!.stack).toMatch(/datasets\.ts/)
  })

  test.each([0, 1, 2])('is left out, counted and listed under skip: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Failing(12, 'throw', [1, 4, 5, 6, 7, 11]), { batchSize: 4, numWorkers, onError: 'skip' })
    expect(await numbers(loader)).toEqual([
      [0, 2, 3],
      [8, 9, 10],
    ])
    const { skipped, samples, batches } = loader.stats()
    expect({ count: skipped.count, samples, batches }).toEqual({ count: 6, samples: 6, batches: 2 })
    expect(skipped.errors.map(({ index }) => index)).toEqual([1, 4, 5, 6, 7, 11])
    expect(skipped.errors[0]).toMatchObject({ message: 'sample 1: RangeError: sample 1 is broken' })
  })

  test('a state behind a skipped batch goes on behind it', async () => {
    const make = (options: object) =>
      new DataLoader(new Failing(12, 'throw', [4, 5, 6, 7]), { batchSize: 4, onError: 'skip', seed: 1, ...options })
    const loader = make({ numWorkers: 2 })
    for await (const { data } of loader) if (data[0] === 8) break
    expect(loader.state().batches).toBe(3)
  })

  test('is tried again as often as asked', async () => {
    const error = await failure(new DataLoader(new Failing(4, 'throw', [2]), { batchSize: 2, numWorkers: 1, retries: 2 }))
    expect(error).toMatchObject({ index: 2, attempt: 3 })
  })

  test.each([0, 2])('shapes that differ are told with both samples and both shapes: %i workers', async (numWorkers) => {
    await expect(numbers(new DataLoader(new Ragged([3, 3, 3, 2]), { batchSize: 2, numWorkers }))).rejects.toThrow(
      /sample 3 is a typed array of uint8 \[2\], but sample 2: a typed array of uint8 \[3\].*collateFn/s,
    )
  })

  test.each([0, 2])('under skip the samples that do not go with the first are left out: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Ragged([3, 3, 2, 3, 4, 3]), { batchSize: 6, numWorkers, onError: 'skip' })
    for await (const { dims } of loader) expect(dims).toEqual([4, 3])
    expect(loader.stats().skipped.errors.map(({ index, code }) => [index, code])).toEqual([
      [2, 'SAMPLE_FAILED'],
      [4, 'SAMPLE_FAILED'],
    ])
  })

  test('an error that escapes from a sample is its own', async () => {
    const loader = new DataLoader(new Stray(), { batchSize: 4, numWorkers: 2, onError: 'skip' })
    expect(await numbers(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 6, 7],
      [8, 9, 10, 11],
    ])
    expect(loader.stats().skipped.errors).toMatchObject([{ index: 5, code: 'STRAY_ERROR' }])
  })

  test('an input that throws ends the loop', async () => {
    const stream = new Counting(10).filter((n) => {
      if (n === 5) throw new Error('no disk')
      return true
    })
    await expect(numbers(new DataLoader(stream.map(tenfold), { numWorkers: 2 }))).rejects.toThrow(/no disk/)
  })
})

describe.each(['threads', 'processes'] as const)('a worker that dies: %s', (executor) => {
  test('its sample is named', async () => {
    const error = await failure(new DataLoader(new Failing(20, 'exit', [9]), { batchSize: 4, numWorkers: 2, executor }))
    expect(error).toMatchObject({ index: 9, code: 'WORKER_EXITED' })
    expect(error.message).toMatch(/^sample 9: its worker ended while it ran: exit code 3/)
  })

  test('or left out, and its batch made again without it', async () => {
    const loader = new DataLoader(new Failing(12, 'exit', [5]), { batchSize: 4, numWorkers: 2, onError: 'skip', executor })
    expect(await numbers(loader)).toEqual([
      [0, 1, 2, 3],
      [4, 6, 7],
      [8, 9, 10, 11],
    ])
    expect(loader.stats().skipped.errors).toMatchObject([{ index: 5, code: 'WORKER_EXITED' }])
  })

  test('a batch that takes too long ends at its time-out', async () => {
    const at = [2]
    const error = await failure(new DataLoader(new Failing(8, 'spin', at), { batchSize: 4, numWorkers: 1, timeout: 300, executor }))
    expect(error).toMatchObject({ code: 'TIMEOUT' })
    expect(error.message).toMatch(/the batch of the samples 0, 1, 2, 3: timed out after 300 ms/)
    const loader = new DataLoader(new Failing(8, 'spin', at), { batchSize: 4, numWorkers: 2, timeout: 300, onError: 'skip', executor })
    expect(await numbers(loader)).toEqual([
      [0, 1, 3],
      [4, 5, 6, 7],
    ])
    expect(loader.stats().skipped.errors).toMatchObject([{ index: 2, code: 'TIMEOUT' }])
  })
})

describe('leaving', () => {
  test.each([0, 2])(
    'break, throw and return end the work at once, and the loader goes on with the next epoch: %i workers',
    async (numWorkers) => {
      const loader = new DataLoader(new Integers(1000), { batchSize: 2, numWorkers })
      for await (const { data } of loader) if (data[0] === 4) break
      await expect(async () => {
        for await (const { data } of loader) if (data[0] === 4) throw new Error('mine')
      }).rejects.toThrow('mine')
      const iterator = loader[Symbol.asyncIterator]()
      await iterator.next()
      expect(await iterator.return()).toEqual({ done: true, value: undefined })
      expect((await numbers(loader)).length).toBe(500)
    },
  )

  test('a batch that never comes is given up', async () => {
    const iterator = new DataLoader(new Failing(4, 'hang', [0]), { numWorkers: 1 })[Symbol.asyncIterator]()
    const next = iterator.next()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await iterator.return()
    expect(await next).toMatchObject({ done: true })
  })

  test('an aborted signal ends the loop with its reason', async () => {
    const controller = new AbortController()
    const loader = new DataLoader(new Failing(100, 'hang', [6]), { numWorkers: 2, signal: controller.signal })
    await expect(async () => {
      for await (const { data } of loader) if (data[0] === 5) setTimeout(() => controller.abort(new Error('enough')), 20)
    }).rejects.toThrow('enough')
  })

  const program = (body: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const script = `import { DataLoader } from 'millrace'\nimport { Blocks, Failing, Integers } from './datasets.ts'\n${body}`
      const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
      execFile(process.execPath, args, { cwd: fileURLToPath(new URL('.', import.meta.url)), timeout: 20_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : ((error.code as number | undefined) ?? -1), stdout, stderr }),
      )
    })

  test('an iterator that is dropped half-way does not keep the program alive', async () => {
    const { code, stdout } = await program(`
      const iterator = new DataLoader(new Blocks(1000, 10000), { batchSize: 8, numWorkers: 2 })[Symbol.asyncIterator]()
      const { value } = await iterator.next()
      console.log(value.dims.join())`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '8,10000\n' })
  })

  test('a class below the first loop is told to move', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'millrace-late-')), 'late.mjs')
    writeFileSync(
      file,
      `import { DataLoader, Dataset } from ${JSON.stringify(import.meta.resolve('millrace'))}
class Early extends Dataset { static { this.register(import.meta) } length = 2; get(i) { return i } }
for await (const batch of new DataLoader(new Early(), { numWorkers: 2 })) void batch
class Late extends Early { static { this.register(import.meta) } }
const options = { numWorkers: 2, executor: 'processes' }
for await (const batch of new DataLoader(new Late(), options)) void batch`,
    )
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile(process.execPath, [file], { timeout: 20_000 }, (error, _stdout, text) =>
        resolve({ code: (error?.code as number | undefined) ?? 0, stderr: text }),
      )
    })
    rmSync(dirname(file), { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toMatch(/did not find the class Late.*Move the class above/)
  })

  test('a consumer that waits does keep it alive', async () => {
    const { code, stdout } = await program(`
      let n = 0
      for await (const { data } of new DataLoader(new Integers(1000), { batchSize: 8, numWorkers: 2 })) n += data.length
      console.log(n)`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1000\n' })
  })

  test('an error that nobody catches ends the program with its sample', async () => {
    const { code, stderr } = await program(`
      for await (const batch of new DataLoader(new Failing(8, 'throw', [5]), { numWorkers: 2 })) void batch`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/sample 5: RangeError: sample 5 is broken/)
  })
})

describe('memory', () => {
  test.each([0, 2])('a batch is the consumer’s own: %i workers', async (numWorkers) => {
    const kept: Uint8Array[] = []
    for await (const { data } of new DataLoader(new Blocks(20, 5000), { batchSize: 4, numWorkers })) kept.push(data as Uint8Array)
    expect(kept.map((data) => data[5000])).toEqual([1, 5, 9, 13, 17])
    expect(kept.every((data) => data.buffer instanceof ArrayBuffer && data.byteLength === 20_000)).toBe(true)
  })

  test.each([0, 2])('with reuse it is valid until the next one is asked for, and a late use is caught: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Blocks(64, 5000), { batchSize: 4, numWorkers, reuse: true })
    let last: Uint8Array | undefined
    const firsts: number[] = []
    for await (const { data } of loader) {
      expect(last?.length ?? 0).toBe(0)
      if (last !== undefined) expect(() => last!.set([1])).toThrow(TypeError)
      last = data as Uint8Array
      expect(data.length).toBe(20_000)
      for (let i = 0; i < 4; i++) expect(new Set(data.subarray(i * 5000, (i + 1) * 5000) as Uint8Array).size).toBe(1)
      firsts.push(data[0] as number)
    }
    expect(firsts).toEqual(Array.from({ length: 16 }, (_, i) => 4 * i))
  })

  test.each([
    [0, false],
    [2, false],
    [0, true],
    [2, true],
  ])('samples that are written in their place in the batch: %i workers, reuse %s', async (numWorkers, reuse) => {
    for (const fails of [false, true]) {
      const seen: number[] = []
      for await (const { x, again, y } of new DataLoader(new InPlace(22, fails), { batchSize: 4, numWorkers, reuse, onError: 'skip' })) {
        const [n] = x.dims
        expect([x.dims, again.dims, y.dims, x.data.length]).toEqual([[n, 3], [n, 3], [n, 2, 1], 3 * n!])
        expect(again.data).toEqual(x.data)
        expect(again.data.buffer).not.toBe(x.data.buffer)
        for (let i = 0; i < n!; i++) {
          const value = x.data[3 * i]!
          seen.push(value)
          expect([...x.data.subarray(3 * i, 3 * i + 3), ...y.data.subarray(2 * i, 2 * i + 2)]).toEqual([value, value, value, value, value])
        }
      }
      expect(seen).toEqual(Array.from({ length: 22 }, (_, i) => i).filter((i) => !fails || i % 5 !== 4))
    }
  })

  test('what waits for a slow consumer is bounded by bytes', async () => {
    const loader = new DataLoader(new Blocks(2000, 100_000), { batchSize: 1, numWorkers: 2, maxBufferedBytes: 1_000_000 })
    const iterator = loader[Symbol.asyncIterator]()
    await iterator.next()
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { arrayBuffers } = process.memoryUsage()
    expect(arrayBuffers).toBeLessThan(40e6)
    await iterator.return()
  })

  test('an executor of one’s own keeps its workers until it is closed', async () => {
    await using pool = processes({ numWorkers: 2 })
    expect((await numbers(new DataLoader(new Integers(6), { batchSize: 4, executor: pool }))).flat()).toEqual([0, 1, 2, 3, 4, 5])
  })
})

test('the tests’ datasets are the ones that travel', () => {
  expect(readFileSync(new URL('datasets.ts', import.meta.url), 'utf8')).toContain('this.register(import.meta)')
})
