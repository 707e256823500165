import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chiSquareLimit, spread } from '../../test/statistics.ts'
import { parallel } from '../parallel/parallel.ts'
import { bind, task } from '../tasks/task.ts'
import { ChainDataset } from './chain.ts'
import { type EpochContext, IterableDataset, type MapIterable, peelMaps, depthOf, type Samples } from './iterable.ts'
import { Pass, type Position } from './position.ts'

/** Numbers from 0 on, which says where it stands or does not. */
class Numbers extends IterableDataset<number> {
  readonly n: number
  readonly remembers: boolean
  pulled = 0
  closed = 0
  constructor(n: number, remembers = false) {
    super()
    this.n = n
    this.remembers = remembers
  }
  override get length(): number | undefined {
    return Number.isFinite(this.n) ? this.n : undefined
  }
  iterate({ state = 0 }: Partial<EpochContext> = {}): Samples<number> {
    const at = { next: state as number }
    return this.remembers ? Object.assign(this.numbers(at), { state: () => at.next }) : this.numbers(at)
  }
  *numbers(at: { next: number }): Generator<number> {
    try {
      while (at.next < this.n) {
        this.pulled++
        yield at.next++
      }
    } finally {
      this.closed++
    }
  }
}
const all = async <T>(samples: AsyncIterable<T>, most = Infinity): Promise<T[]> => {
  const list: T[] = []
  if (most === 0) return list
  for await (const sample of samples) if (list.push(sample) >= most) break
  return list
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test('map, filter and batch, one after another', async () => {
  const even = new Numbers(10).filter((n) => n % 2 === 0)
  expect(await all(even)).toEqual([0, 2, 4, 6, 8])
  expect(await all(even.map((n, index) => `${index}:${n}`))).toEqual(['0:0', '1:2', '2:4', '3:6', '4:8'])
  expect(await all(even.batch(2))).toEqual([[0, 2], [4, 6], [8]])
  expect(await all(even.batch(2, { dropLast: true }).map(async (pair) => pair[1]))).toEqual([2, 6])
  expect(await all(new Numbers(3).filter(async (_, index) => index !== 1))).toEqual([0, 2])
  expect(await all(new Numbers(0).map((n) => n).batch(3))).toEqual([])
})

test('lengths are known as far as they can be', () => {
  const ten = new Numbers(10)
  expect(ten.map((n) => n).shuffle(3).length).toBe(10)
  expect([ten.batch(3).length, ten.batch(3, { dropLast: true }).length, ten.batch(5).length]).toEqual([4, 3, 2])
  expect(ten.filter(() => true).batch(3).length).toBeUndefined()
})

test('sources are pulled one by one, when wanted, and closed when left', async () => {
  const endless = new Numbers(Infinity)
  const stream = endless
    .filter((n) => n % 3 === 0)
    .map((n) => n)
    .batch(2)
  expect(await all(stream, 2)).toEqual([
    [0, 3],
    [6, 9],
  ])
  expect([endless.pulled, endless.closed]).toEqual([10, 1])
  expect(await all(endless.shuffle(5), 3)).toHaveLength(3)
  expect([endless.pulled - 10, endless.closed]).toEqual([7, 2])
  const failing = new Numbers(5).map((n) => {
    if (n === 2) throw new RangeError('two')
    return n
  })
  await expect(all(failing)).rejects.toThrow(RangeError)
  expect((failing.source as Numbers).closed).toBe(1)
})

test('tasks as maps: params, one setup and one teardown a pass', async () => {
  const log: string[] = []
  const scale = task(import.meta, {
    params: { by: 2 },
    setup({ params }) {
      log.push(`setup ${params.by}`)
      return { calls: 0 }
    },
    run: (n: number, index, { params, state }) => [n * params.by, index, ++state.calls] as const,
    teardown: ({ state }) => void log.push(`teardown after ${state.calls}`),
  })
  const scaled = new Numbers(3).map(bind(scale, { by: 10 })).map(([n]) => n)
  expect(await all(scaled)).toEqual([0, 10, 20])
  expect(await all(scaled, 1)).toEqual([0])
  expect(log).toEqual(['setup 10', 'teardown after 3', 'setup 10', 'teardown after 1'])
  const broken = new Numbers(3).map(scale).map(
    task(import.meta, {
      setup: (): number => {
        throw new Error('no model')
      },
      run: (n: unknown) => n,
    }),
  )
  await expect(all(broken)).rejects.toThrow('no model')
  expect(log.slice(4)).toEqual(['setup 2', 'teardown after 0'])
})

test('random numbers: the same for seed, epoch and sample; others for each stage and part', async () => {
  const rolled = new Numbers(4)
    .map((_, __, { random }) => [random(), random()])
    .filter((rolls, _, { random }) => rolls.push(random()) > 0)
    .map((rolls, _, { random }) => [...rolls, random()])
    .map((rolls, _, { random }) => [...rolls, random()])
  const pass = (seed: number, epoch: number): Promise<number[][]> => all(new Pass(rolled, { seed, epoch }))
  const rolls = await pass(0, 0)
  expect(await pass(0, 0)).toEqual(rolls)
  expect(await all(rolled)).toEqual(rolls)
  expect(new Set(rolls.flat()).size).toBe(20)
  expect(new Set([...rolls, ...(await pass(0, 1)), ...(await pass(1, 0))].flat()).size).toBe(60)
  const roll = new Numbers(3).map((_, __, { random }) => random())
  expect(new Set(await all(new ChainDataset([roll, roll]))).size).toBe(6)
  expect(
    await all(
      new Pass(
        new Numbers(2).map((_, __, { epoch }) => epoch),
        { seed: 0, epoch: 7 },
      ),
    ),
  ).toEqual([7, 7])
})

test('the maps at the end can be taken off', () => {
  const filtered = new Numbers(3).map((n) => n + 1).filter(() => true)
  const mapped = filtered.map((n) => n * 2).map(String)
  const { source, maps } = peelMaps(mapped)
  expect(source).toBe(filtered)
  expect(maps).toEqual([(mapped.source as MapIterable<number, number>).fn, mapped.fn])
  expect([depthOf(source), depthOf(mapped), depthOf(new Numbers(1))]).toEqual([2, 4, 0])
  expect(peelMaps(filtered)).toEqual({ source: filtered, maps: [] })
})

test('a stream is the items of parallel', async () => {
  const results = await parallel(
    (n) => n + 1,
    new Numbers(5).filter((n) => n !== 1),
    { numWorkers: 0 },
  )
  expect(results).toEqual([1, 3, 4, 5])
})

test('shuffle gives every sample once, none earlier than the buffer reaches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 50 }), fc.nat(), async (n, size, seed) => {
      const order = await all(new Pass(new Numbers(n).shuffle(size), { seed, epoch: 1 }))
      expect(sorted(order)).toEqual(upTo(n))
      for (const [place, sample] of order.entries()) expect(sample).toBeLessThan(place + size)
      expect(await all(new Pass(new Numbers(n).shuffle(size), { seed, epoch: 1 }))).toEqual(order)
      if (size === 1) expect(order).toEqual(upTo(n))
    }),
    { numRuns: 60 },
  )
})

test('shuffle: each choice in the buffer is equally likely, and epochs and stages differ', async () => {
  // With a buffer of 2 the first two choices among 0 1 | 2 | 3 give 2 x 2 x 2 orders.
  const counts = new Map<string, number>()
  for (let epoch = 0; epoch < 4000; epoch++) {
    const order = (await all(new Pass(new Numbers(4).shuffle(2), { seed: 2, epoch }))).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toEqual(['0123', '0132', '0213', '0231', '1023', '1032', '1203', '1230'])
  expect(
    spread(
      [...counts.values()],
      upTo(8).map(() => 500),
    ),
  ).toBeLessThan(chiSquareLimit(7))
  const full = new Map<string, number>()
  for (let epoch = 0; epoch < 4800; epoch++) {
    const order = (await all(new Pass(new Numbers(4).shuffle(9), { seed: 2, epoch }))).join('')
    full.set(order, (full.get(order) ?? 0) + 1)
  }
  expect(
    spread(
      [...full.values()],
      upTo(24).map(() => 200),
    ),
  ).toBeLessThan(chiSquareLimit(23))
  const twice = await all(new Numbers(50).shuffle(50).shuffle(50))
  const once = await all(new Numbers(50).shuffle(50))
  // Were the two the same, the second would choose the places that the first chose.
  expect(twice).not.toEqual(once.map((place) => once[place]))
})

const streams: [string, (source: IterableDataset<number>) => IterableDataset<unknown>][] = [
  ['the source', (source) => source],
  ['map', (source) => source.map((n, index, { random }) => [n, index, random()])],
  ['filter', (source) => source.filter((n, index, { random }) => n % 3 !== 0 && random() < 0.8).map((n, index) => [n, index])],
  ['batch', (source) => source.map((n) => -n).batch(3)],
  ['shuffle', (source) => source.shuffle(4)],
  ['a shuffle wider than the stream', (source) => source.shuffle(100)],
  [
    'shuffled twice',
    (source) =>
      source
        .shuffle(3)
        .map((n, index) => [n, index])
        .shuffle(5),
  ],
  ['chain', (source) => new ChainDataset<unknown>([source, source.shuffle(3), new ChainDataset<unknown>([]), source.batch(4)])],
  [
    'all',
    (source) =>
      new ChainDataset([source, source.filter((n) => n > 2)])
        .shuffle(6)
        .filter((n) => n !== 5)
        .batch(2)
        .map((pair, index, { random }) => [pair, index, random()]),
  ],
]
test.each(streams)('%s can be continued from every position, again and again, with a small state', async (_, make) => {
  for (const remembers of [false, true]) {
    const make1 = () => make(new Numbers(17, remembers))
    const at = { seed: 3, epoch: 2 }
    const whole = await all(new Pass(make1(), at))
    for (let taken = 0; taken <= whole.length + 1; taken++) {
      let rest = new Pass(make1(), at)
      // Stops twice on the way, at the position and one further.
      const seen = []
      for (const most of [taken, 1]) {
        for (let i = 0; i < most; i++) {
          const { done, value } = await rest.next()
          if (done !== true) seen.push(value)
        }
        const state = JSON.stringify(rest.position())
        expect(state.length).toBeLessThan(400)
        rest = new Pass(make1(), at, JSON.parse(state) as Position)
      }
      expect([...seen, ...(await all(rest))]).toEqual(whole)
    }
  }
})

test('a source that remembers is not read again, and a shuffle reads only what is still in its buffer', async () => {
  const read = async (make: (source: Numbers) => IterableDataset<unknown>): Promise<number> => {
    const pass = new Pass(make(new Numbers(Infinity, true)), { seed: 0, epoch: 0 })
    for (let i = 0; i < 5000; i++) await pass.next()
    const position = pass.position()
    await pass.return()
    const source = new Numbers(Infinity, true)
    await all(new Pass(make(source), { seed: 0, epoch: 0 }, position), 10)
    return source.pulled
  }
  expect(await read((source) => source.filter((n) => n % 2 === 0).map((n) => n))).toBe(20)
  expect(await read((source) => source.batch(3))).toBe(30)
  expect(await read((source) => source.shuffle(20))).toBeLessThan(300)
})

test('a state that cannot be of this stream is refused', async () => {
  const at = { seed: 0, epoch: 0 }
  expect(() => new Pass(new Numbers(3), at, { state: 2 })).toThrow(code('BAD_STATE', /Numbers/))
  await expect(all(new Pass(new Numbers(3), at, { skip: 5 }))).rejects.toEqual(code('BAD_STATE', /behind sample 5/))
  const shuffled = { state: { given: 5, taken: 9, source: { skip: 0 } } }
  await expect(all(new Pass(new Numbers(3).shuffle(4), at, shuffled))).rejects.toEqual(code('BAD_STATE', /fewer samples/))
})

test('sizes must be whole numbers', () => {
  const numbers = new Numbers(3)
  for (const bad of [0, -1, 1.5, Number.NaN, '2']) {
    expect(() => numbers.batch(bad as number)).toThrow(code('BAD_OPTION', /batch's size must be a whole number of at least 1/))
    expect(() => numbers.shuffle(bad as number)).toThrow(code('BAD_OPTION', /bufferSize/))
  }
  expect(() => numbers.batch(2, { dropLast: 'yes' as never })).toThrow(code('BAD_OPTION', /dropLast/))
  expect(() => numbers.map(5 as never)).toThrow(code('BAD_ARGUMENT', /map takes a function or a task/))
  expect(() => numbers.filter(undefined as never)).toThrow(code('BAD_ARGUMENT', /filter takes a function/))
})
