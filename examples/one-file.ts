// One file is enough, and needs no main guard: each worker loads it up to the first call of parallel and runs the task.
// Set-up runs once a worker; a tuple is one item; a stream is lazy, so its source may be endless.
import { parallel, task } from 'millrace'

const embed = task(import.meta, {
  params: { dims: 4 },
  setup: ({ params }) => ({ weights: Float32Array.from({ length: params.dims }, (_, i) => 1 / (i + 1)) }),
  run: ([id, text]: [number, string], _index, { state }) => ({ id, vector: state.weights.map((w) => w * text.length) }),
})

function* lines(): Generator<[number, string]> {
  for (let id = 0; ; id++) yield [id, 'word '.repeat((id % 7) + 1)]
}

let count = 0
for await (const { id, vector } of parallel.stream(embed, lines(), { numWorkers: 2, timeout: 30_000, retries: 2 })) {
  if (id !== count) throw new Error(`expected row ${count}, got ${id}`)
  if (++count === 100) {
    console.log(`${count} rows in order, the last one`, vector)
    break
  }
}
