// Prints how many milliseconds the first batch takes in a process that has done nothing else, from the dataset's making on; imports
// and the list of paths are there before.
//
//     first-batch.mjs class|fromArray WORKERS|automatic COUNT
import { DataLoader, fromArray } from 'millrace'
import { Paths } from './tasks/paths.mjs'

const [kind, workers, count] = process.argv.slice(2)
const made = Array.from({ length: Number(count) }, (_, i) => {
  const category = `n${String(i % 1000).padStart(8, '0')}`
  return `/data/train/${category}/${category}_${i}.JPEG`
})
// As if read from a file: what was put together of parts would be copied at its first use.
const paths = JSON.parse(JSON.stringify(made))
const start = performance.now()
const dataset = kind === 'class' ? new Paths(paths) : fromArray(paths)
const loader = new DataLoader(dataset, { batchSize: 32, ...(workers !== 'automatic' && { numWorkers: Number(workers) }) })
const { value } = await loader[Symbol.asyncIterator]().next()
const ms = performance.now() - start
if (JSON.stringify(value) !== JSON.stringify(paths.slice(0, 32))) throw new Error('wrong paths')
process.stdout.write(`${ms}\n`, () => process.exit())
