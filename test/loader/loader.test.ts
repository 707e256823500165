import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  Dataset,
  DistributedSampler,
  fromArray,
  type LoaderState,
  RandomSampler,
  randomSplit,
  SequentialSampler,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} from 'millrace'
import { describe, expect, test } from 'vitest'
import { Counted, counted, Counting, Integers, mark, Noise, noisy, sum, tenfold, Whoami } from './datasets.ts'

async function all<T>(loader: AsyncIterable<T>): Promise<T[]> {
  const batches: T[] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}
const numbers = async (loader: AsyncIterable<{ data: ArrayLike<number> }>): Promise<number[][]> =>
  (await all(loader)).map(({ data }) => Array.from(data))
const workers = [0, 1, 2, 3]

describe('batches', () => {
  test.each(workers)('in order, the last one shorter: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Integers(10), { batchSize: 4, numWorkers })
    expect(await all(loader)).toEqual([
      { data: Float64Array.of(0, 1, 2, 3), dims: [4], type: 'float64' },
      { data: Float64Array.of(4, 5, 6, 7), dims: [4], type: 'float64' },
      { data: Float64Array.of(8, 9), dims: [2], type: 'float64' },
    ])
    expect(loader.length).toBe(3)
  })

  test('one sample by default, and none of a dataset that is empty', async () => {
    expect(await numbers(new DataLoader(new Integers(2)))).toEqual([[0], [1]])
    expect(await numbers(new DataLoader(new Integers(0), { numWorkers: 2 }))).toEqual([])
    expect(new DataLoader(new Integers(0)).length).toBe(0)
  })

  test('dropLast leaves out a batch that is not full', async () => {
    const loader = new DataLoader(new Integers(10), { batchSize: 4, dropLast: true, numWorkers: 2 })
    expect((await numbers(loader)).flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(loader.length).toBe(2)
    expect(await numbers(new DataLoader(new Integers(3), { batchSize: 4, dropLast: true }))).toEqual([])
  })

  test.each(workers)('batchSize: null gives the samples themselves: %i workers', async (numWorkers) => {
    expect(await all(new DataLoader(new Integers(3), { batchSize: null, numWorkers }))).toEqual([0, 1, 2])
    expect(await all(new DataLoader(new Integers(3), { batchSize: null, numWorkers, collateFn: (n: number) => n + 1 }))).toEqual([1, 2, 3])
  })

  test.each(workers)('a collateFn runs where the samples are: a function, a task, a task with a state: %i workers', async (numWorkers) => {
    const ds = new Integers(5)
    expect(await all(new DataLoader(ds, { batchSize: 2, numWorkers, collateFn: (s) => s.join('+') }))).toEqual(['0+1', '2+3', '4'])
    expect(await all(new DataLoader(ds, { batchSize: 2, numWorkers, collateFn: sum }))).toEqual([1, 5, 4])
    const batches = await all(new DataLoader(ds, { batchSize: 2, numWorkers, collateFn: counted }))
    expect(batches.map(({ samples }) => samples)).toEqual([[0, 1], [2, 3], [4]])
    expect(Math.min(...batches.map(({ call }) => call))).toBe(100)
  })

  test('what is not registered is loaded in this thread, and by workers not at all', async () => {
    class Local extends Dataset<number> {
      readonly length = 3
      get(index: number): number {
        return index
      }
    }
    const loader = new DataLoader(new Local(), { batchSize: 3 })
    expect(await numbers(loader)).toEqual([[0, 1, 2]])
    await expect(all(new DataLoader(new Local(), { numWorkers: 2 }))).rejects.toThrow(/class Local.*this\.register\(import\.meta\)/s)
  })

  test.each([
    [() => 3, /not \[Function.*\]: write it as a getter/],
    [-1, /not -1/],
    [NaN, /not NaN/],
    [Infinity, /not Infinity/],
  ])('a length that is none is refused: %s', async (length, message) => {
    class Odd extends Dataset<number> {
      readonly length = length as number
      get = (): number => 0
    }
    await expect(all(new DataLoader(new Odd()))).rejects.toThrow(message)
  })

  test('anything with a length and a get will do in this thread', async () => {
    const ds = { length: 3, get: (index: number) => index * 2 } as unknown as Dataset<number>
    expect(await numbers(new DataLoader(ds, { batchSize: 2 }))).toEqual([[0, 2], [4]])
    expect(() => new DataLoader([1, 2] as never)).toThrow(/takes a Dataset/)
  })
})

describe('the same samples and random numbers, however many workers there are', () => {
  const epochs = async (numWorkers: number | undefined, seed = 7): Promise<unknown[]> => {
    const options = { batchSize: 4, shuffle: true, seed, ...(numWorkers !== undefined && { numWorkers }) }
    const loader = new DataLoader(new Noise(23), options)
    return [await all(loader), await all(loader)]
  }

  test('order and numbers follow from the seed and the epoch', async () => {
    const expected = await epochs(0)
    for (const numWorkers of [1, 2, 3, undefined]) expect(await epochs(numWorkers)).toEqual(expected)
    expect(await epochs(2, 8)).not.toEqual(expected)
    const [first, second] = expected as [any[], any[]]
    expect(first).not.toEqual(second)
    const indices = (batches: any[]): number[] => batches.flatMap(({ index }) => [...index.data])
    expect(indices(first)).not.toEqual(indices(second))
    expect(indices(first).sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i))
    expect(second[0].epoch.data[0]).toBe(1)
  })

  test('batch size and retries change nothing', async () => {
    const of = async (batchSize: number): Promise<number[]> =>
      (await all(new DataLoader(new Noise(20), { batchSize, shuffle: true, seed: 1 }))).flatMap(({ random }) => [...random.data])
    expect(await of(1)).toEqual(await of(7))
  })

  test('without a seed every loader has its own, and says it', async () => {
    const a = new DataLoader(new Integers(50), { shuffle: true, batchSize: 50 })
    const b = new DataLoader(new Integers(50), { shuffle: true, batchSize: 50, seed: a.seed })
    expect(new DataLoader(new Integers(1)).seed).not.toBe(new DataLoader(new Integers(1)).seed)
    expect(await numbers(b)).toEqual(await numbers(a))
  })

  test.each([0, 2])('not in order they are the same batches: %i workers', async (numWorkers) => {
    const loader = new DataLoader(new Noise(30), { batchSize: 3, inOrder: false, numWorkers, seed: 3 })
    const indices = (await all(loader)).map(({ index }) => index.data[0]!)
    expect(indices.sort((a, b) => a - b)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
  })
})

describe('a loader goes on where another stood', () => {
  const plain = (state: LoaderState): LoaderState => JSON.parse(JSON.stringify(state)) as LoaderState
  const makers = {
    'map-style, shuffled': (options: object) => new DataLoader(new Noise(11), { batchSize: 3, shuffle: true, seed: 5, ...options }),
    'a stream that says where it stands': (options: object) =>
      new DataLoader(new Counting(11, true).map(noisy), { batchSize: 3, seed: 5, ...options }),
    'a stream that is replayed': (options: object) => new DataLoader(new Counting(11).map(noisy), { batchSize: 3, seed: 5, ...options }),
    'a shuffled stream': (options: object) =>
      new DataLoader(new Counting(11, true).shuffle(5).map(noisy), { batchSize: 3, seed: 5, ...options }),
    'a sampler without a length': (options: object) =>
      new DataLoader(new Noise(11), {
        batchSize: 3,
        seed: 5,
        sampler: { indices: ({ epoch }) => new Set([3, 1, 4, 5, 9, 2, 6, 8, 7, epoch]) },
        ...options,
      }),
    'a batch sampler': (options: object) =>
      new DataLoader(new Noise(11), { batchSampler: new BatchSampler(new RandomSampler(new Noise(11)), 3, false), seed: 5, ...options }),
  }
  test.each(Object.entries(makers))('%s: from every position, with other workers before and after', async (_name, make) => {
    const quiet = make({ numWorkers: 0 })
    const expected = [...(await all<unknown>(quiet)), ...(await all<unknown>(quiet))]
    const before = make({ numWorkers: 2 })
    let position = 0
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const batch of before as AsyncIterable<unknown>) {
        expect(batch).toEqual(expected[position++])
        const state = plain(before.state())
        expect(JSON.stringify(state).length).toBeLessThan(600)
        const numWorkers = position % 3
        const next = make({ state, numWorkers })
        const rest = [...(await all<unknown>(next)), ...(epoch === 0 ? await all<unknown>(next) : [])]
        expect(rest).toEqual(expected.slice(position))
      }
    }
    expect(position).toBe(expected.length)
    expect(before.state()).toMatchObject({ epoch: 2, batches: 0 })
  })

  test('a stream that says where it stands is not read again', async () => {
    const loader = new DataLoader(new Counting(100, true), { batchSize: 10, numWorkers: 0 })
    const iterator = loader[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await iterator.next()
    const state = plain(loader.state())
    await iterator.return()
    const again = new Counting(100, true)
    expect((await numbers(new DataLoader(again, { batchSize: 10, numWorkers: 0, state })))[0]![0]).toBe(50)
    expect(again.given).toBe(50)
    const replayed = new Counting(100)
    const replay = plain({ ...state, stream: { samples: 50, position: { skip: 50 } } })
    expect((await numbers(new DataLoader(replayed, { batchSize: 10, numWorkers: 0, state: replay })))[0]![0]).toBe(50)
    expect(replayed.given).toBe(100)
  })

  test('not in order: no batch twice, none lost', async () => {
    const make = (options: object) => new DataLoader(new Noise(30), { batchSize: 3, inOrder: false, numWorkers: 2, seed: 5, ...options })
    const loader = make({})
    const seen: number[] = []
    for await (const { index } of loader) {
      seen.push(...index.data)
      if (seen.length === 12) break
    }
    for await (const { index } of make({ state: plain(loader.state()) })) seen.push(...index.data)
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })

  test('a state of another loader is refused', () => {
    const state = new DataLoader(new Integers(10), { batchSize: 2, seed: 1 }).state()
    expect(() => new DataLoader(new Integers(10), { batchSize: 3, state })).toThrow(/batchSize 2; this one has 3/)
    expect(() => new DataLoader(new Integers(11), { batchSize: 2, state })).toThrow(/dataset of 10; this one has 11/)
    expect(() => new DataLoader(new Integers(10), { batchSize: 2, seed: 2, state })).toThrow(/seed 1; this one has 2/)
    expect(() => new DataLoader(new Integers(10), { state: {} as never })).toThrow(/what loader.state\(\) gave/)
    expect(() => new DataLoader(new Integers(10), { batchSize: 2, state: { ...state, epoch: -1 } })).toThrow(/what loader.state\(\) gave/)
    expect(() => new DataLoader(new Integers(10), { batchSize: 2, shuffle: true, state })).toThrow(
      /sampler none; this one has RandomSampler/,
    )
  })
})

describe('samplers and datasets of datasets', () => {
  test.each([0, 2])('each gives the order it is for: %i workers', async (numWorkers) => {
    const ds = new Integers(6)
    const order = async (sampler: any): Promise<number[]> =>
      (await numbers(new DataLoader(ds, { batchSize: 4, sampler, numWorkers, seed: 1 }))).flat()
    expect(await order([5, 0, 5])).toEqual([5, 0, 5])
    expect(await order(new SequentialSampler(ds))).toEqual([0, 1, 2, 3, 4, 5])
    expect((await order(new RandomSampler(ds))).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    expect(await order(new RandomSampler(ds, { replacement: true, numSamples: 20 }))).toHaveLength(20)
    expect(await order(new WeightedRandomSampler([0, 1, 0], 5))).toEqual([1, 1, 1, 1, 1])
    expect(await order(new DistributedSampler(ds, { numReplicas: 4, rank: 3, shuffle: false }))).toEqual([3, 1])
    await expect(order([6])).rejects.toThrow(/samples 0 to 5, but the sampler asked for 6/)
    await expect(order([-1])).rejects.toThrow(/whole numbers from 0 on; number 0 is -1/)
  })

  test.each([0, 2])('subsets, concatenations, splits and arrays travel: %i workers', async (numWorkers) => {
    const get = async (ds: Dataset<number>): Promise<number[]> => (await numbers(new DataLoader(ds, { batchSize: 3, numWorkers }))).flat()
    expect(await get(new Subset(new Integers(9), [8, 2]))).toEqual([8, 2])
    expect(await get(new ConcatDataset([new Integers(2), new Subset(new Integers(9), [7])]))).toEqual([0, 1, 7])
    const [a, b] = randomSplit(new Integers(10), [0.7, 0.3], { seed: 1 })
    expect([...(await get(a!)), ...(await get(b!))].sort((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await get(fromArray([4, 5, 6]))).toEqual([4, 5, 6])
    const x = { data: Float32Array.from({ length: 6 }, (_, i) => i), dims: [3, 2], type: 'float32' as const }
    const y = { data: Int32Array.of(7, 8, 9), dims: [3], type: 'int32' as const }
    const [batch] = await all(new DataLoader(new TensorDataset(x, y), { batchSize: 3, numWorkers }))
    expect(batch).toEqual([x, y])
  })
})

describe('what a loader gives belongs to the consumer', () => {
  // Large arrays of a dataset lie in memory that all workers see.
  const large = { data: new Float32Array(1 << 18).fill(1), dims: [4, 1 << 16], type: 'float32' as const }

  test('a sample without a batch, and what a collateFn gives on, are copies', async () => {
    const firsts: number[] = []
    const options = { numWorkers: 2, sampler: [0, 0, 0, 0] }
    for await (const [x] of new DataLoader(new TensorDataset(large), { ...options, batchSize: null })) {
      firsts.push(x.data[0]!)
      x.data.fill(0)
      expect(x.data.buffer).toBeInstanceOf(ArrayBuffer)
    }
    for await (const x of new DataLoader(new TensorDataset(large), { ...options, collateFn: (samples) => samples[0]![0] })) {
      firsts.push(x.data[0]!)
      x.data.fill(0)
    }
    expect(firsts).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })
})

describe('streams', () => {
  test.each(workers)('maps at the end run where the batches are made: %i workers', async (numWorkers) => {
    const stream = new Counting(10)
      .filter((n) => n % 2 === 0)
      .map(tenfold)
      .map((n: number) => n + 1)
    expect(await numbers(new DataLoader(stream, { batchSize: 2, numWorkers }))).toEqual([[1, 21], [41, 61], [81]])
    expect(await numbers(new DataLoader(stream, { batchSize: 2, numWorkers, dropLast: true }))).toEqual([
      [1, 21],
      [41, 61],
    ])
  })

  test('without maps there is nothing for workers to do, and one reader whatever their number', async () => {
    const stream = new Counting(1000)
    const loader = new DataLoader(stream, { batchSize: 100 })
    expect((await numbers(loader)).flat()).toHaveLength(1000)
    expect(loader.stats().numWorkers).toBe(0)
    await numbers(new DataLoader(stream.map(tenfold), { batchSize: 100, numWorkers: 3 }))
    expect(stream.given).toBe(2000)
    expect(() => new DataLoader(stream).length).toThrow(/known only when it ends/)
  })

  test('an endless stream is read as far as it is wanted', async () => {
    const stream = new Counting(Infinity)
    const loader = new DataLoader(stream.map(tenfold), { batchSize: 2, numWorkers: 2, prefetchFactor: 2 })
    const seen: number[] = []
    for await (const { data } of loader) {
      seen.push(...data)
      if (seen.length === 6) break
    }
    expect(seen).toEqual([0, 10, 20, 30, 40, 50])
    expect(stream.given).toBeLessThan(40)
  })
})

describe('workers', () => {
  test('without workers a batch is made when it is asked for', async () => {
    const ds = new Counted()
    const iterator = new DataLoader(ds, { batchSize: 4, numWorkers: 0 })[Symbol.asyncIterator]()
    for (let i = 1; i <= 3; i++) {
      await iterator.next()
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(ds.made).toBe(4 * i)
    }
    await iterator.return()
  })

  test('two loops at once are two epochs, and the state is of the one that began last', async () => {
    const loader = new DataLoader(new Integers(40), { batchSize: 4, numWorkers: 2 })
    await Promise.all([all(loader), all(loader)])
    expect(loader.state()).toMatchObject({ epoch: 2, batches: 0 })
  })

  test('prefetchFactor bounds what is made ahead', async () => {
    const stream = new Counting(1000)
    const iterator = new DataLoader(stream.map(tenfold), { numWorkers: 2, prefetchFactor: 3 })[Symbol.asyncIterator]()
    await iterator.next()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stream.given).toBeLessThanOrEqual(12)
    expect(stream.given).toBeGreaterThanOrEqual(6)
    await iterator.return()
  })

  test('a dataset is unpacked once an epoch, or once in all; what is changed between is seen by the ones that are unpacked again', async () => {
    const copies = async (persistentWorkers: boolean): Promise<[number, string[]]> => {
      const ds = new Whoami()
      const loader = new DataLoader(ds, { batchSize: 4, numWorkers: 1, persistentWorkers })
      const first = await all(loader)
      ds.mark = 'changed'
      const batches = [...first, ...(await all(loader))]
      return [new Set(batches.flatMap(({ copy }) => [...copy.data])).size, [...new Set(batches.flatMap((batch) => batch.mark))]]
    }
    expect(await copies(false)).toEqual([2, ['none', 'changed']])
    expect(await copies(true)).toEqual([1, ['none']])
  })

  test('workerInitFn runs in each before its first sample', async () => {
    const batches = await all(new DataLoader(new Whoami(), { batchSize: 4, numWorkers: 2, workerInitFn: mark }))
    const marks = new Set(batches.flatMap((batch) => batch.mark))
    expect([...marks].every((name) => ['worker 0', 'worker 1'].includes(name))).toBe(true)
  })
})

describe('options that exclude each other say the rule and the repair', () => {
  const ds = new Integers(4)
  test.each([
    [{ numWorkers: -1 }, /numWorkers is a whole number of at least 0/],
    [{ numWorkers: 1.5 }, /numWorkers is a whole number/],
    [{ batchSize: 0 }, /batchSize is a whole number of at least 1/],
    [{ timeout: -1, numWorkers: 1 }, /timeout is a number of milliseconds above 0/],
    [{ numWorkers: 0, prefetchFactor: 2 }, /prefetchFactor .* numWorkers: 0 has none/],
    [{ numWorkers: 1, prefetchFactor: 0 }, /prefetchFactor is a whole number of at least 1/],
    [{ numWorkers: 0, persistentWorkers: true }, /persistentWorkers needs workers/],
    [{ numWorkers: 0, timeout: 5 }, /timeout can only end/],
    [{ sampler: [1], shuffle: true }, /sampler and shuffle exclude each other/],
    [{ batchSampler: { batches: () => [] }, batchSize: 2 }, /batchSampler excludes batchSize/],
    [{ batchSampler: { batches: () => [] }, dropLast: true }, /batchSampler excludes/],
    [{ batchSize: null, dropLast: true }, /batchSize: null makes no batches/],
    [{ onError: 'collect' }, /onError is 'throw' or 'skip'/],
    [{ bachSize: 3 }, /no option "bachSize"; it knows batchSize/],
    [32, /options as an object, as in new DataLoader\(dataset, \{ batchSize: 32 \}\), not 32/],
    [null, /options as an object/],
    [{ executor: 'gpu' }, /executor is 'threads', 'processes', 'inline' or an executor object, not 'gpu'/],
    [{ shuffle: 'yes' }, /shuffle is true or false, not 'yes'/],
    [{ collateFn: 5 }, /collateFn is a function or a task, not 5/],
    [{ signal: new AbortController() }, /signal is an AbortSignal \(of a controller, its .signal\)/],
    [{ sampler: 5 }, /sampler is a Sampler or a list of indices, not 5/],
    [{ batchSampler: {} }, /batchSampler is a BatchSampler or a list of lists/],
    [{ batchSize: NaN }, /batchSize is a whole number of at least 1, not NaN/],
  ])('%o', (options, message) => {
    expect(() => new DataLoader(ds, options as never)).toThrow(message)
  })
  test.each(['shuffle', 'sampler', 'batchSampler'])('a stream takes no %s', (name) => {
    const value = { shuffle: true, sampler: [1], batchSampler: { batches: () => [] } }[name]
    expect(() => new DataLoader(new Counting(3), { [name]: value })).toThrow(/its own order/)
  })
})
