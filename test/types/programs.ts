// The first programs of our users, as they write them: what they promise is inferred. Compiled, not run.
import { writeFile } from 'node:fs/promises'
import { bind, parallel, task, type ItemError, type Outcome } from 'millrace'
import { load, melspectrogram, powerToDb, specshow } from 'millrace/audio'
import { encodePng } from 'millrace/image'
import { same, type Is } from './same.ts'

declare const files: string[]
declare function save(row: { id: number; vector: Float32Array }): void
declare function jsonl<Row>(file: string): AsyncIterable<Row>
declare const Model: {
  load(file: string): Promise<{ run(text: string, options: { signal: AbortSignal }): Promise<Float32Array>; close(): void }>
}

// 1. the whole idea
const squares = await parallel((n: number) => n ** 2, [1, 2, 3, 4])
same<Is<typeof squares, number[]>>()

// 2. a task with parameters
export const genSpec = task(import.meta, {
  params: { src: 'wavs', dst: 'specs' },
  async run(file: string, index, { params }) {
    same<Is<typeof index, number>>()
    same<Is<typeof params, { src: string; dst: string }>>()
    const { y, sr } = await load(`${params.src}/${file}`)
    const S = melspectrogram(y, { sr, nFft: 1024, hopLength: 512, nMels: 128, power: 1, fmin: 20, fmax: 8000 })
    await writeFile(`${params.dst}/${file}.png`, encodePng(specshow(powerToDb(S, { ref: 'max' }), { size: 224 })))
  },
})
const outcomes = await parallel(bind(genSpec, { src: 'clips' }), files, { onError: 'collect' })
same<Is<typeof outcomes, Outcome<void>[]>>()
for (const { index, error } of outcomes) if (error) console.warn(files[index], error.message)

// 3. set-up once a worker; a tuple is one item; a lazy stream over an endless source
export const embed = task(import.meta, {
  params: { model: 'm.onnx' },
  setup: ({ params }) => Model.load(params.model),
  run: async ([id, text]: [number, string], index, { state, signal }) => ({ id, vector: await state.run(text, { signal }) }),
  teardown: ({ state }) => state.close(),
})
for await (const row of parallel.stream(embed, jsonl<[number, string]>('big.jsonl'), { numWorkers: 4, timeout: 30_000, retries: 2 })) {
  same<Is<typeof row, { id: number; vector: Float32Array }>>()
  save(row)
}

// An outcome is a value or an error; either check tells.
for await (const outcome of parallel.stream(embed, jsonl<[number, string]>('big.jsonl'), { onError: 'collect', ordered: false })) {
  if (outcome.error) same<Is<typeof outcome.error, ItemError>>()
  else save(outcome.value)
  if (outcome.error === undefined) same<Is<typeof outcome.value, { id: number; vector: Float32Array }>>()
  else same<Is<typeof outcome.value, undefined>>()
}
