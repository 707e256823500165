// What a loader gives is inferred from the dataset, through collate, to the loop's variable. Compiled, not run.
import {
  type collate,
  DataLoader,
  type Dataset,
  type IterableDataset,
  task,
  toOrt,
  type Image,
  type LoaderState,
  type LoaderStats,
  type Tensor,
} from 'millrace'
import { same, type Is } from './same.ts'

declare class Of<T> extends Dataset<T> {
  readonly length: number
  get(index: number): T
}
declare function of<T>(): Dataset<T>
declare class Stream extends IterableDataset<{ text: string; n: number }> {
  iterate(): Iterable<{ text: string; n: number }>
}

// The default collate: numbers, arrays, tensors, images.
for await (const batch of new DataLoader(of<number>(), { batchSize: 2 })) same<Is<typeof batch, Tensor<'float64'>>>()
for await (const batch of new DataLoader(of<bigint>())) same<Is<typeof batch, Tensor<'int64'>>>()
for await (const batch of new DataLoader(of<boolean>())) same<Is<typeof batch, Tensor<'bool'>>>()
for await (const batch of new DataLoader(of<Float32Array>())) same<Is<typeof batch, Tensor<'float32'>>>()
for await (const batch of new DataLoader(of<Uint8Array>())) same<Is<typeof batch, Tensor<'uint8'>>>()
for await (const batch of new DataLoader(of<Tensor<'int32'>>())) same<Is<typeof batch, Tensor<'int32'>>>()
for await (const batch of new DataLoader(of<Image>())) same<Is<typeof batch, Tensor<'uint8' | 'uint16'>>>()

// Structures: objects by field, tuples by place, lists as they are.
for await (const { image, label, name } of new DataLoader(of<{ image: Tensor<'float32'>; label: number; name: string }>())) {
  same<Is<typeof image, Tensor<'float32'>>>()
  same<Is<typeof label, Tensor<'float64'>>>()
  same<Is<typeof name, string[]>>()
  toOrt(image)
}
for await (const [x, y] of new DataLoader(of<[Float32Array, number]>())) {
  same<Is<typeof x, Tensor<'float32'>>>()
  same<Is<typeof y, Tensor<'float64'>>>()
}
for await (const batch of new DataLoader(of<string>())) same<Is<typeof batch, string[]>>()
for await (const batch of new DataLoader(of<string[]>())) same<Is<typeof batch, string[][]>>()
for await (const batch of new DataLoader(of<number[]>())) same<Is<typeof batch, number[][]>>()
for await (const batch of new DataLoader(of<[number, number]>())) same<Is<typeof batch, [number, number][]>>()
for await (const batch of new DataLoader(of<{ box: number[] }[]>())) same<Is<typeof batch, { box: number[] }[][]>>()
for await (const batch of new DataLoader(of<Date>())) same<Is<typeof batch, Date[]>>()

// No batches, and a collateFn of one's own: a function, a task, an async one.
for await (const sample of new DataLoader(of<{ n: number }>(), { batchSize: null })) same<Is<typeof sample, { n: number }>>()
for await (const batch of new DataLoader(of<number>(), { collateFn: (samples) => samples.length })) same<Is<typeof batch, number>>()
for await (const batch of new DataLoader(of<number>(), { collateFn: async (samples) => samples.map(String) })) {
  same<Is<typeof batch, string[]>>()
}
const joined = task(import.meta, (samples: string[]) => samples.join())
for await (const batch of new DataLoader(of<string>(), { collateFn: joined, batchSize: 3 })) same<Is<typeof batch, string>>()

// Streams, through their maps.
const numbers = new Stream().filter(({ n }) => n > 0).map(({ n }) => n)
for await (const batch of new DataLoader(numbers, { batchSize: 4 })) same<Is<typeof batch, Tensor<'float64'>>>()
for await (const batch of new DataLoader(new Stream())) same<Is<typeof batch.text, string[]>>()

// The loader itself.
const loader = new DataLoader(new Of<number>(), { batchSize: 2, state: JSON.parse('{}') as LoaderState })
same<Is<ReturnType<typeof loader.state>, LoaderState>>()
same<Is<ReturnType<typeof loader.stats>, LoaderStats>>()
same<Is<typeof loader.length, number>>()
same<Is<ReturnType<typeof collate<[Float32Array, string]>>, [Tensor<'float32'>, string[]]>>()

// @ts-expect-error -- a task of other samples
export const wrongTask = new DataLoader(of<number>(), { collateFn: joined })
// @ts-expect-error -- a word of PyTorch that is spelt otherwise here
export const wrongOption = new DataLoader(of<number>(), { batch_size: 2 })
// @ts-expect-error -- not a dataset
export const wrongDataset = new DataLoader([1, 2, 3])
