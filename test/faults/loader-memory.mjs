// Prints by how many bytes resident memory grows, at the most, while a million samples (or so many) pass through a loader.
// node loader-memory.mjs COUNT FLOATS BATCH '{"reuse":true}'
import { DataLoader } from 'millrace'
import { Blobs } from './loader-datasets.mjs'

const [count, floats, batchSize] = process.argv.slice(2, 5).map(Number)
const loader = new DataLoader(new Blobs(count, floats), {
  batchSize,
  numWorkers: 2,
  shuffle: true,
  seed: 1,
  ...JSON.parse(process.argv[5]),
})

async function pass(look = () => {}) {
  let taken = 0
  let batches = 0
  for await (const { index, data } of loader) {
    for (let i = 0; i < index.data.length; i++) {
      if (data.data[i * floats] !== index.data[i] % 1000) throw new Error(`sample ${index.data[i]} is ${data.data[i * floats]}`)
    }
    taken += index.data.length
    if (batches++ % 64 === 0) look()
  }
  return taken
}

await pass() // the heaps have grown to their size
const before = process.memoryUsage.rss()
let most = before
const taken = await pass(() => (most = Math.max(most, process.memoryUsage.rss())))
console.log(JSON.stringify({ taken, grown: most - before }))
