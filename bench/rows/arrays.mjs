// 1,000 fresh arrays of 150 KB made by 2 workers; the consumer reads a byte of each 4 KB page.
import { parallel, threads } from 'millrace'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { filled } from '../tasks/filled.mjs'

const work = '1,000 results of 150 KB, 2 workers'
const numbers = Array.from({ length: 1000 }, (_, i) => i)
const pages = Math.ceil(150_000 / 4096)
const sum = numbers.reduce((total, i) => total + (i & 255) * pages, 0)

const peers = [
  { side: 'torch-1', against: 'torch DataLoader, batch 1', aim: 1 },
  { side: 'torch-32', against: 'torch DataLoader, batch 32 (its best)', aim: 1 },
  { side: 'joblib-loky', against: 'joblib, processes (loky)', aim: 5, pickles: true },
  { side: 'joblib-threads', against: 'joblib, threads', aim: 1 },
  { side: 'fastcore', against: 'fastcore.parallel', aim: 5, pickles: true, start: 'fastcore-start' },
  { side: 'shared-memory', against: 'multiprocessing.shared_memory by hand, a block a run', aim: 1 },
  {
    side: 'shared-memory-kept',
    against: 'the same, one block for all runs',
    remark: 'its results are overwritten by the next run, ours stay',
  },
]

export default async function row({ quick }) {
  const python = await pythonPeer('arrays.py')
  const executor = threads({ numWorkers: 2 })
  const ours = () =>
    timed(async () => {
      let total = 0
      for await (const array of parallel.stream(filled, numbers, { executor })) {
        for (let i = 0; i < array.length; i += 4096) total += array[i]
      }
      if (total !== sum) throw new Error('wrong arrays')
    })
  try {
    const lines = []
    for (const { side, against, aim, pickles, start, remark } of peers) {
      const run = python && { peer: () => python.run(side, sum), ...(start && { start: () => python.run(start) }) }
      const figures = await alternate({ ours, ...run }, quick ? 3 : 7, 2)
      const peer = python && median(figures.peer) - (start ? median(figures.start) : 0)
      const notes = [remark, pickles && 'pickles its results', start && 'its start-up, measured by a call with 2 items, is taken off']
      lines.push(line({ work, against, ours: median(figures.ours), peer, aim, note: notes.filter(Boolean).join('; '), figures }))
    }
    return lines
  } finally {
    await executor.close()
    await python?.close()
  }
}
