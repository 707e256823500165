// Prints by how many bytes the program's resident memory grows, at the most, while a million items pass through a stream.
import { parallel, threads } from 'millrace'

async function pass(count, executor, look = () => {}) {
  const items = function* () {
    for (let i = 0; i < count; i++) yield i
  }
  let taken = 0
  for await (const value of parallel.stream((n) => ({ n, half: n / 2 }), items(), { executor })) {
    if (value.n !== taken || value.half !== taken / 2) throw new Error(`item ${taken} is ${JSON.stringify(value)}`)
    if (taken++ % 10_000 === 0) look()
  }
  return taken
}

const executor = threads({ numWorkers: 2 })
await pass(1_000_000, executor) // the heaps have grown to their size
const before = process.memoryUsage.rss()
let most = before
const count = await pass(1_000_000, executor, () => (most = Math.max(most, process.memoryUsage.rss())))
console.log(JSON.stringify({ count, grown: most - before }))
await executor.close()
