import fc from 'fast-check'
import { expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { randomOf } from '../core/random.ts'
import { DistributedSampler } from './distributed-sampler.ts'
import { permutation } from './permutation.ts'
import { BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler } from './samplers.ts'
import { chiSquareLimit, spread } from '../../test/statistics.ts'
import { WeightedRandomSampler } from './weighted-sampler.ts'

interface Cases {
  distributed: { length: number; numReplicas: number; dropLast: boolean; ranks: number[][] }[]
  batches: { length: number; batchSize: number; dropLast: boolean; batches: number[][]; count: number }[]
  random: { length: number; replacement: boolean; numSamples: number | null; given: number }[]
}
const cases = goldenJson<Cases>('dataset/cases.json')
const first = { seed: 7, epoch: 0 }
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b)
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('torch: DistributedSampler gives each rank what it does there', () => {
  expect(cases.distributed.length).toBeGreaterThan(80)
  for (const { length, numReplicas, dropLast, ranks } of cases.distributed) {
    for (const [rank, expected] of ranks.entries()) {
      const sampler = new DistributedSampler({ length }, { numReplicas, rank, shuffle: false, dropLast })
      expect([...sampler.indices({ epoch: 3 })], JSON.stringify({ length, numReplicas, dropLast, rank })).toEqual(expected)
      expect(sampler.length).toBe(expected.length)
    }
  }
})

test('torch: BatchSampler makes the same batches', () => {
  for (const { length, batchSize, dropLast, batches, count } of cases.batches) {
    const sampler = new BatchSampler(new SequentialSampler({ length }), batchSize, dropLast)
    expect([...sampler.batches(first)]).toEqual(batches)
    expect(sampler.length).toBe(count)
    expect([...new BatchSampler(upTo(length), batchSize, dropLast).batches(first)]).toEqual(batches)
  }
})

test('torch: RandomSampler gives as many samples, without replacement whole orders and a part of one', () => {
  for (const { length, replacement, numSamples, given } of cases.random) {
    const options = numSamples === null ? { replacement } : { replacement, numSamples }
    const sampler = new RandomSampler({ length }, options)
    const indices = [...sampler.indices(first)]
    expect([sampler.length, indices.length]).toEqual([given, given])
    expect(indices.every((index) => index >= 0 && index < length)).toBe(true)
    for (let i = 0; !replacement && i < given; i += length) {
      const order = indices.slice(i, i + length)
      expect(new Set(order).size).toBe(order.length)
    }
  }
})

test('the order follows from seed and epoch alone, and each pair has its own', () => {
  const make = [
    () => new RandomSampler({ length: 100 }),
    () => new RandomSampler({ length: 100 }, { replacement: true }),
    () => new SubsetRandomSampler(upTo(100)),
    () => new WeightedRandomSampler(upTo(100), 50),
    () => new WeightedRandomSampler(upTo(100), 50, { replacement: false }),
  ]
  for (const sampler of make) {
    const orders = [first, { seed: 7, epoch: 1 }, { seed: 8, epoch: 0 }, { seed: -7, epoch: 0 }].map((epoch) => {
      expect([...sampler().indices(epoch)]).toEqual([...sampler().indices(epoch)])
      return [...sampler().indices(epoch)].join()
    })
    expect(new Set(orders).size).toBe(4)
  }
})

test('a permutation has every index once; the beginning of one is the same when the rest is left out', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (n, seed, part) => {
      const whole = permutation(n, randomOf(seed))
      expect(sorted(whole)).toEqual(upTo(n))
      const count = Math.floor(part * n)
      expect(permutation(n, randomOf(seed), count)).toEqual(whole.slice(0, count))
    }),
  )
})

test.each([3, 4])('all orders of %i are equally likely, over epochs and over seeds', (n) => {
  const draws = 24_000
  for (const at of [(i: number) => ({ seed: 1, epoch: i }), (i: number) => ({ seed: i, epoch: 0 })]) {
    const counts = new Map<string, number>()
    for (let i = 0; i < draws; i++) {
      const order = new RandomSampler({ length: n }).indices(at(i)).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    const orders = n === 3 ? 6 : 24
    expect(counts.size).toBe(orders)
    expect(
      spread(
        [...counts.values()],
        upTo(orders).map(() => draws / orders),
      ),
    ).toBeLessThan(chiSquareLimit(orders - 1))
  }
})

test('every index comes equally often to every tenth of a long order', () => {
  const n = 20_000
  const counts = Array.from({ length: 100 }, () => 0)
  const order = new RandomSampler({ length: n }).indices({ seed: 3, epoch: 0 })
  order.forEach((index, place) => counts[10 * Math.floor((10 * index) / n) + Math.floor((10 * place) / n)]!++)
  // Rows and columns are fixed, which leaves 81 that may vary.
  expect(
    spread(
      counts,
      counts.map(() => n / 100),
    ),
  ).toBeLessThan(chiSquareLimit(81))
})

test('with replacement every index is equally likely, and some come again', () => {
  const indices = new RandomSampler({ length: 20 }, { replacement: true, numSamples: 40_000 }).indices(first)
  const counts = upTo(20).map((index) => indices.filter((other) => other === index).length)
  expect(
    spread(
      counts,
      counts.map(() => 2000),
    ),
  ).toBeLessThan(chiSquareLimit(19))
  expect(new Set(new RandomSampler({ length: 1000 }, { replacement: true }).indices(first)).size).toBeLessThan(700)
})

test('a subset is given in random order, whatever indices it has', () => {
  const sampler = new SubsetRandomSampler([3, 1000, 5])
  expect(sampler.length).toBe(3)
  expect(sorted(sampler.indices(first))).toEqual([3, 5, 1000])
  expect(new Set(upTo(60).map((epoch) => sampler.indices({ seed: 0, epoch }).join())).size).toBe(6)
})

const weights = [0, 1, 2, 0.5, 0, 6.5, 1e-12, 30]
const total = weights.reduce((a, b) => a + b)

test('with replacement samples come in proportion to their weights, and never with weight 0', () => {
  const draws = 100_000
  const indices = new WeightedRandomSampler(weights, draws).indices(first)
  const likely = [1, 2, 3, 5, 7]
  const counts = likely.map((index) => indices.filter((other) => other === index).length)
  expect(counts.reduce((a, b) => a + b)).toBe(draws)
  expect(
    spread(
      counts,
      likely.map((index) => (draws * weights[index]!) / total),
    ),
  ).toBeLessThan(chiSquareLimit(4))
})

test('without replacement each place is drawn in proportion from what is left', () => {
  const counts = new Map<string, number>()
  const draws = 30_000
  const three = [1, 2, 5]
  for (let epoch = 0; epoch < draws; epoch++) {
    const order = new WeightedRandomSampler(three, 3, { replacement: false }).indices({ seed: 1, epoch }).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  const orders = ['012', '021', '102', '120', '201', '210']
  const expected = orders.map((order) => {
    const [a, b] = order.split('').map((index) => three[Number(index)]!)
    return (((draws * a!) / 8) * b!) / (8 - a!)
  })
  expect(
    spread(
      orders.map((order) => counts.get(order) ?? 0),
      expected,
    ),
  ).toBeLessThan(chiSquareLimit(5))
})

test('weights of every size and number keep their proportions', () => {
  expect([...new WeightedRandomSampler([5], 3).indices(first)]).toEqual([0, 0, 0])
  expect(sorted(new WeightedRandomSampler([1e308, 0, 1e308, 1e308], 3, { replacement: false }).indices(first))).toEqual([0, 2, 3])
  const huge = new WeightedRandomSampler([1e308, 1e308, 1e308], 3000).indices(first)
  expect(
    spread(
      [0, 1, 2].map((index) => huge.filter((other) => other === index).length),
      [1000, 1000, 1000],
    ),
  ).toBeLessThan(chiSquareLimit(2))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })), { minLength: 1, maxLength: 200 }),
      fc.nat(),
      (weights, seed) => {
        const positive = weights.filter((weight) => weight > 0).length
        fc.pre(positive > 0)
        const again = new WeightedRandomSampler(weights, 100).indices({ seed, epoch: 0 })
        const once = new WeightedRandomSampler(weights, positive, { replacement: false }).indices({ seed, epoch: 0 })
        expect([...again, ...once].every((index) => weights[index]! > 0)).toBe(true)
        expect(new Set(once).size).toBe(positive)
      },
    ),
  )
})

test('the ranks together have every sample, and agree on a shuffled order that follows the epoch, not the loader', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), fc.nat(20), (length, numReplicas, epoch) => {
      const share = (rank: number, dropLast: boolean, seed = 5): number[] => [
        ...new DistributedSampler({ length }, { numReplicas, rank, seed, dropLast }).indices({ epoch }),
      ]
      const padded = upTo(numReplicas).map((rank) => share(rank, false))
      expect(new Set(padded.map(({ length }) => length)).size).toBe(1)
      expect(sorted(new Set(padded.flat()))).toEqual(upTo(length))
      const cut = upTo(numReplicas).flatMap((rank) => share(rank, true))
      expect(new Set(cut).size).toBe(numReplicas * Math.floor(length / numReplicas))
    }),
  )
  const at = (seed: number, epoch: number): string =>
    new DistributedSampler({ length: 50 }, { numReplicas: 2, rank: 0, seed }).indices({ epoch }).join()
  expect(new Set([at(0, 0), at(0, 1), at(1, 0)]).size).toBe(3)
})

test('an empty dataset has an empty order', () => {
  expect([...new RandomSampler({ length: 0 }).indices(first)]).toEqual([])
  expect([...new SequentialSampler({ length: 0 }).indices()]).toEqual([])
  expect([...new SubsetRandomSampler([]).indices(first)]).toEqual([])
  expect([...new DistributedSampler({ length: 0 }, { numReplicas: 2, rank: 1 }).indices({ epoch: 0 })]).toEqual([])
})

test('what torch refuses is refused, with the rule', () => {
  const refused = (make: () => unknown, message: RegExp): void =>
    expect(make).toThrow(expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) as string }) as Error)
  for (const bad of [0, -1, 1.5, Number.NaN, '3', true, null]) {
    refused(() => new RandomSampler({ length: 3 }, { numSamples: bad as number }), /numSamples must be a whole number of at least 1/)
    refused(() => new WeightedRandomSampler([1], bad as number), /numSamples/)
    refused(() => new BatchSampler([1], bad as number), /batchSize/)
  }
  refused(() => new RandomSampler({ length: 3 }, { replacement: 'false' as never }), /replacement must be true or false, but is "false"/)
  refused(() => new BatchSampler([1], 1, 0 as never), /dropLast/)
  refused(() => new RandomSampler({ length: 0 }, { numSamples: 2 }), /without any/)
  refused(() => new WeightedRandomSampler([1, -1], 1), /weight 1 is -1/)
  refused(() => new WeightedRandomSampler([Number.NaN], 1), /weight 0 is NaN/)
  refused(() => new WeightedRandomSampler([Infinity], 1), /weight 0 is Infinity/)
  refused(() => new WeightedRandomSampler([0, 0], 1), /above 0/)
  refused(() => new WeightedRandomSampler([], 1), /above 0/)
  refused(() => new WeightedRandomSampler([1, 0, 1], 3, { replacement: false }), /can draw 2 samples/)
  refused(() => new DistributedSampler({ length: 3 }, { numReplicas: 2, rank: 2 }), /the last is 1, but rank is 2/)
  refused(() => new DistributedSampler({ length: 3 }, { numReplicas: 2, rank: -1 }), /rank/)
  refused(() => new DistributedSampler({ length: 3 }, { numReplicas: 0, rank: 0 }), /numReplicas/)
  refused(() => new DistributedSampler({ length: 3 }, { numReplicas: 1, rank: 0, seed: 0.5 }), /seed/)
  expect(new BatchSampler({ indices: () => [1] }, 2).length).toBeUndefined()
})
