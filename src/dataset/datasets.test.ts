import fc from 'fast-check'
import { expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { fromArray } from './array.ts'
import { ChainDataset } from './chain.ts'
import { ConcatDataset } from './concat.ts'
import { contextInPlace, type SampleContext } from './context.ts'
import { Dataset } from './dataset.ts'
import { IterableDataset } from './iterable.ts'
import { StackDataset } from './stack.ts'
import { packStrings, StringDataset } from './strings.ts'
import { randomSplit, Subset } from './subset.ts'
import { TensorDataset } from './tensors.ts'

class Squares extends Dataset<number> {
  readonly length: number
  constructor(length: number) {
    super()
    this.length = length
  }
  get(index: number): number {
    return index ** 2
  }
}
class Rolls extends Dataset<number> {
  readonly length = 5
  async get(index: number, { random }: SampleContext): Promise<number> {
    return index + random()
  }
}
class Countdown extends IterableDataset<number> {
  override get length(): number {
    return 3
  }
  *iterate(): Generator<number> {
    yield* [3, 2, 1]
  }
}
const all = async <T>(dataset: AsyncIterable<T>): Promise<T[]> => {
  const samples: T[] = []
  for await (const sample of dataset) samples.push(sample)
  return samples
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('a dataset can be read in place, with the random numbers of epoch 0', async () => {
  expect(await all(new Squares(4))).toEqual([0, 1, 4, 9])
  const rolls = await all(new Rolls())
  expect(await all(new Rolls())).toEqual(rolls)
  expect(rolls[3]).toBe(3 + contextInPlace(0, 0, 3).random())
  expect(new Set(rolls.map((roll) => roll % 1)).size).toBe(5)
})

test('Subset: samples by the indices it was given, of datasets of datasets too', async () => {
  const subset = new Subset(new Squares(10), [7, 0, 7])
  expect(subset.length).toBe(3)
  expect(await all(subset)).toEqual([49, 0, 49])
  expect(await all(new Subset(subset, Uint32Array.of(2, 1)))).toEqual([49, 0])
  expect(await all(new Subset(new Squares(0), []))).toEqual([])
  expect(() => new Subset(new Squares(10), [1, 10])).toThrow(code('BAD_INDEX', /no sample 10: its samples are 0 to 9/))
  expect(() => new Subset(new Squares(10), [-1])).toThrow(code('BAD_INDEX', /-1.*length - 1/))
  expect(() => subset.get(3)).toThrow(code('BAD_INDEX', /0 to 2/))
})

test('ConcatDataset: one after another, empty ones too', async () => {
  const parts = [0, 3, 0, 1, 12, 0].map((length) => new Squares(length))
  const concat = new ConcatDataset(parts)
  expect(concat.length).toBe(16)
  expect(concat.cumulativeSizes).toEqual([0, 3, 3, 4, 16, 16])
  expect(await all(concat)).toEqual([...upTo(3), 0, ...upTo(12)].map((n) => n ** 2))
  expect(await all(new ConcatDataset([new Squares(2), new ConcatDataset([new Squares(3)])]))).toEqual([0, 1, 0, 1, 4])
  for (const bad of [-1, 16, 1.5, Number.NaN]) expect(() => concat.get(bad)).toThrow(code('BAD_INDEX', /0 to 15/))
  expect(() => new ConcatDataset([])).toThrow(code('BAD_ARGUMENT', /at least one/))
  expect(() => new ConcatDataset([new Squares(1), new Countdown() as never])).toThrow(code('BAD_ARGUMENT', /number 1 .* ChainDataset/))
})

test('ConcatDataset finds what a plain search finds', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }), (sizes) => {
      const concat = new ConcatDataset(sizes.map((size, part) => fromArray(upTo(size).map((i) => `${part}.${i}`))))
      const expected = sizes.flatMap((size, part) => upTo(size).map((i) => `${part}.${i}`))
      expect(expected.map((_, i) => concat.get(i))).toEqual(expected)
    }),
  )
})

test('ChainDataset: streams one after another', async () => {
  const chain = new ChainDataset([new Countdown(), new ChainDataset([]), new Countdown().map((n) => -n)])
  expect(chain.length).toBe(6)
  expect(await all(chain)).toEqual([3, 2, 1, -3, -2, -1])
  expect(new ChainDataset([new Countdown(), new Countdown().filter(() => true)]).length).toBeUndefined()
  expect(() => new ChainDataset([new Squares(1) as never])).toThrow(code('BAD_ARGUMENT', /number 0 .* ConcatDataset/))
})

test('torch: randomSplit makes parts of the same sizes from fractions', () => {
  const { splits } = goldenJson<{ splits: { length: number; lengths: number[]; counts: number[] }[] }>('dataset/cases.json')
  expect(splits.length).toBeGreaterThan(80)
  for (const { length, lengths, counts } of splits) {
    const parts = randomSplit(new Squares(length), lengths)
    expect(
      parts.map((part) => part.length),
      JSON.stringify({ length, lengths }),
    ).toEqual(counts)
  }
})

test('randomSplit: every sample in one part, at random, decided by the seed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }), fc.nat(), (lengths, seed) => {
      const total = lengths.reduce((a, b) => a + b)
      fc.pre(total !== 1)
      const split = (): number[][] => randomSplit(new Squares(total), lengths, { seed }).map(({ indices }) => [...indices])
      expect(split().map(({ length }) => length)).toEqual(lengths)
      expect(split()).toEqual(split())
      expect(
        split()
          .flat()
          .sort((a, b) => a - b),
      ).toEqual(upTo(total))
    }),
  )
  const [train, valid] = randomSplit(new Squares(100), [80, 20])
  expect([...train.indices]).not.toEqual([...train.indices].sort((a, b) => a - b))
  expect(randomSplit(new Squares(100), [80, 20], { seed: 1 })[1].indices).not.toEqual(valid.indices)
  expect(valid.get(0)).toBe(valid.indices[0]! ** 2)
})

test('randomSplit says what lengths may be', () => {
  const split = (length: number, lengths: number[]) => () => randomSplit(new Squares(length), lengths)
  expect(split(10, [5, 4])).toThrow(code('BAD_SPLIT', /add up to the dataset's length, 10, or fractions that add up to 1; 5 \+ 4 is 9/))
  expect(split(10, [0.5, 0.4])).toThrow(code('BAD_SPLIT', /is 0\.9/))
  expect(split(10, [12, -2])).toThrow(code('BAD_SPLIT', /number 1 is -2/))
  expect(split(10, [1.5, -0.5])).toThrow(code('BAD_SPLIT', /number 1 is -0\.5/))
  expect(split(10, [Number.NaN])).toThrow(code('BAD_SPLIT', /NaN/))
  expect(split(10, [9.5, 0.5])).toThrow(code('BAD_SPLIT', /whole numbers/))
  // Fractions whose sum is above 1 by a rounding; torch refuses these.
  const rounded = [0.8, 0.05, 0.05, 0.1]
  expect(rounded.reduce((a, b) => a + b)).toBeGreaterThan(1)
  expect(split(10, rounded)().map(({ length }) => length)).toEqual([9, 0, 0, 1])
})

test('TensorDataset: a tuple of views without the first dimension', () => {
  const pixels = { data: Float32Array.from(upTo(12)), dims: [3, 2, 2], type: 'float32' as const }
  const labels = { data: BigInt64Array.of(7n, 8n, 9n), dims: [3], type: 'int64' as const }
  const ds = new TensorDataset(pixels, labels)
  expect(ds.length).toBe(3)
  expect(ds.get(1)).toEqual([
    { data: Float32Array.of(4, 5, 6, 7), dims: [2, 2], type: 'float32' },
    { data: BigInt64Array.of(8n), dims: [], type: 'int64' },
  ])
  expect(ds.get(2)[0].data.buffer).toBe(pixels.data.buffer)
  expect(() => ds.get(3)).toThrow(code('BAD_INDEX', /0 to 2/))
  expect(() => ds.get(-1)).toThrow(code('BAD_INDEX', /-1/))
  expect(new TensorDataset({ ...labels, dims: [3, 1] }).get(0)).toEqual([{ data: BigInt64Array.of(7n), dims: [1], type: 'int64' }])
  const nothing = new TensorDataset({ data: new Uint8Array(0), dims: [2, 0], type: 'uint8' })
  expect([nothing.length, nothing.get(1)]).toEqual([2, [{ data: new Uint8Array(0), dims: [0], type: 'uint8' }]])
  expect(new TensorDataset({ data: new Uint8Array(0), dims: [0, 4], type: 'uint8' }).length).toBe(0)
})

test('TensorDataset refuses tensors that do not fit, with both shapes', () => {
  const tensor = (...dims: number[]) => ({ data: new Uint8Array(dims.reduce((a, b) => a * b, 1)), dims, type: 'uint8' as const })
  expect(() => new TensorDataset(tensor(3, 2), tensor(3), tensor(4, 2))).toThrow(
    code('BAD_TENSOR', /tensor 0 has dims \[3, 2\] and tensor 2 \[4, 2\]/),
  )
  expect(() => new TensorDataset(tensor())).toThrow(code('BAD_TENSOR', /no first dimension/))
  expect(() => new TensorDataset()).toThrow(code('BAD_TENSOR', /at least one/))
  expect(() => new TensorDataset({ ...tensor(4), dims: [5] })).toThrow(code('BAD_TENSOR', /must have 5 elements, but has 4/))
  expect(() => new TensorDataset({ ...tensor(4), type: 'float32' as never })).toThrow(
    code('BAD_TENSOR', /type is "float32", but its data are an object \(Uint8Array\)/),
  )
})

test('StackDataset: fields or places, waited for where one waits', async () => {
  const byField = new StackDataset({ square: new Squares(3), name: fromArray(['a', 'b', 'c']) })
  expect(byField.get(2)).toEqual({ square: 4, name: 'c' })
  expect(new StackDataset([new Squares(3), fromArray(['a', 'b', 'c'])]).get(1)).toEqual([1, 'b'])
  const withRolls = new StackDataset({ square: new Squares(5), roll: new Rolls() })
  expect((await all(withRolls))[4]).toEqual({ square: 16, roll: 4 + contextInPlace(0, 0, 4).random() })
  expect(() => byField.get(3)).toThrow(code('BAD_INDEX', /0 to 2/))
  expect(() => new StackDataset({ a: new Squares(3), b: new Squares(4) })).toThrow(code('BAD_ARGUMENT', /a has 3, b has 4/))
  expect(() => new StackDataset({})).toThrow(code('BAD_ARGUMENT', /at least one/))
})

test('fromArray: what an array holds, in the array itself', async () => {
  const records = [{ id: 1 }, { id: 2 }]
  expect(fromArray(records).get(1)).toBe(records[1])
  expect(await all(fromArray(Float32Array.of(1, 2)))).toEqual([1, 2])
  expect(await all(fromArray([]))).toEqual([])
  expect(fromArray([undefined]).get(0)).toBeUndefined()
  expect(() => fromArray([1]).get(1)).toThrow(code('BAD_INDEX', /0 to 0/))
})

test('packed strings come back as they were, whatever is in them and however long they are', () => {
  const long = 'é'.repeat(3 << 20)
  const strings = ['', 'a', 'ÿ', 'Ā', '\0', '日本語', '\ud800', 'x\udfff', long, `${long}→`, '😀']
  const packed = new StringDataset(packStrings(strings))
  expect(strings.map((_, i) => packed.get(i) === strings[i])).toEqual(strings.map(() => true))
  expect(() => packed.get(strings.length)).toThrow(code('BAD_INDEX', /0 to 10/))
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), (strings) => {
      const packed = new StringDataset(packStrings(strings))
      expect(strings.map((_, i) => packed.get(i))).toEqual(strings)
    }),
  )
})

test('datasets are their fields: a structured clone of them is the dataset again', async () => {
  const pixels = { data: Float32Array.from(upTo(4)), dims: [2, 2], type: 'float32' as const }
  const originals = [
    new TensorDataset(pixels),
    fromArray(['a', 'b']),
    new StringDataset(packStrings(['a', '日'])),
    new Subset(fromArray([5, 6, 7]), [2, 0]),
    new ConcatDataset([fromArray([1]), fromArray([2, 3])]),
    new StackDataset({ a: fromArray([1, 2]), b: fromArray(['x', 'y']) }),
  ]
  // Datasets in fields are the loader's to carry; here they stay what they are.
  for (const original of originals as Dataset[]) {
    const fields = Object.entries(original).map(([name, value]) => [name, name.startsWith('dataset') ? value : structuredClone(value)])
    const copy = Object.assign(Object.create(Object.getPrototypeOf(original) as object) as Dataset, Object.fromEntries(fields))
    expect(copy.length).toBe(original.length)
    expect(await all(copy)).toEqual(await all(original))
  }
})
