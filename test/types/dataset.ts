/* eslint-disable no-new, no-unused-expressions -- types only */
// What is inferred of datasets, streams and sources. Compiled, not run.
import {
  BatchSampler,
  ChainDataset,
  ConcatDataset,
  CsvDataset,
  Dataset,
  files,
  fromArray,
  IterableDataset,
  jsonl,
  parallel,
  RandomSampler,
  randomSplit,
  StackDataset,
  Subset,
  task,
  TensorDataset,
  type SampleContext,
  type Sampler,
  type Tensor,
} from 'millrace'
import { same, type Is } from './same.ts'

class Words extends Dataset<string[]> {
  static {
    this.register(import.meta)
  }
  readonly length = 3
  async get(index: number, { random, epoch, signal, warn, time }: SampleContext) {
    same<Is<typeof random, () => number>>()
    same<Is<typeof epoch, number>>()
    same<Is<typeof signal, AbortSignal>>()
    warn('rare')
    return time('split', () => ['a', String(index)])
  }
}
const words = new Words()
for await (const parts of words) same<Is<typeof parts, string[]>>()
const counts = await parallel((parts) => parts.length, words)
same<Is<typeof counts, number[]>>()

// Of datasets of datasets.
const some = new Subset(words, [0, 2])
same<Is<typeof some, Subset<string[]>>>()
const both = new ConcatDataset([words, some])
same<Is<typeof both, ConcatDataset<string[]>>>()
const [train, valid] = randomSplit(words, [0.8, 0.2], { seed: 1 })
same<Is<typeof train, Subset<string[]>>>()
same<Is<typeof valid, Subset<string[]>>>()
// @ts-expect-error there are two parts
randomSplit(words, [0.8, 0.2])[2]

// Arrays, tensors, side by side.
const labels = fromArray(['cat', 'dog'])
same<Is<ReturnType<typeof labels.get>, string>>()
const numbers: Dataset<number> = fromArray(new Float32Array(3))
declare const pixels: Tensor<'uint8'>
declare const digits: Tensor<'int64'>
const tensors = new TensorDataset(pixels, digits)
same<Is<ReturnType<typeof tensors.get>, [Tensor<'uint8'>, Tensor<'int64'>]>>()
const inline = new TensorDataset({ data: new Float32Array(4), dims: [2, 2], type: 'float32' })
same<Is<ReturnType<typeof inline.get>, [Tensor<'float32'>]>>()
const stacked = new StackDataset({ text: words, label: labels })
for await (const sample of stacked) same<Is<typeof sample, { text: string[]; label: string }>>()
const pairs = new StackDataset([labels, numbers])
for await (const pair of pairs) same<Is<typeof pair, [string, number]>>()

// Streams.
class Lines extends IterableDataset<string> {
  async *iterate() {
    yield 'a'
  }
}
const lengths = new Lines().map((line, index, { random, params, state, epoch }) => {
  same<Is<typeof line, string>>()
  same<Is<typeof index, number>>()
  same<Is<typeof random, () => number>>()
  same<Is<typeof params, {}>>()
  same<Is<typeof state, undefined>>()
  same<Is<typeof epoch, number>>()
  return Promise.resolve(line.length)
})
for await (const length of lengths) same<Is<typeof length, number>>()
for await (const batch of lengths.shuffle(10).batch(2)) same<Is<typeof batch, number[]>>()
const embed = task(import.meta, { setup: () => 5, run: async (text: string, _, { state }) => ({ text, by: state }) })
for await (const row of new Lines().map(embed)) same<Is<typeof row, { text: string; by: number }>>()
declare const mixed: IterableDataset<string | undefined>
for await (const text of mixed.filter((text) => text !== undefined)) same<Is<typeof text, string>>()
for await (const text of mixed.filter(() => true)) same<Is<typeof text, string | undefined>>()
const chain: IterableDataset<string> = new ChainDataset([new Lines(), new Lines()])
const anything: IterableDataset = chain
// @ts-expect-error the function takes numbers, the lines are texts
new Lines().map((n: number) => n + 1)
// @ts-expect-error a promise is no size
new Lines().batch(Promise.resolve(3))
// @ts-expect-error map-style datasets are concatenated
new ChainDataset([words])

// Sources.
for await (const path of files('wavs', { extensions: ['wav', 'flac'] })) same<Is<typeof path, string>>()
const rows = new CsvDataset('dataset.csv')
same<Is<ReturnType<typeof rows.get>, Record<string, string>>>()
const typed = new CsvDataset<{ input: string; labels: string }>('dataset.csv', { paths: 'input' })
same<Is<ReturnType<typeof typed.get>, { input: string; labels: string }>>()
const column = new CsvDataset('dataset.csv', { column: 'input' })
same<Is<ReturnType<typeof column.get>, string>>()
// @ts-expect-error it is separator
new CsvDataset('dataset.csv', { delimiter: ';' })
const values = jsonl('big.jsonl')
for await (const value of values) same<Is<typeof value, unknown>>()
for await (const [id, text] of jsonl<[number, string]>('big.jsonl')) same<Is<typeof id | typeof text, number | string>>()

// Samplers are whatever has indices.
const evens: Sampler = { length: 2, indices: ({ seed, epoch }) => [seed, epoch] }
new BatchSampler(evens, 2)
new BatchSampler(new RandomSampler(words, { replacement: true, numSamples: 9 }), 2, true)
// @ts-expect-error a dataset is no sampler
new BatchSampler(words, 2)
void [anything, values]
