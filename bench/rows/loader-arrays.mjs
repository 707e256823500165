// Samples of many numbers through a DataLoader in batches of 32, 2 workers on each side, which are kept and warm. A run is an epoch;
// the consumer reads a number of each 4 KB page.
import { DataLoader } from 'millrace'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { Filled, FilledInPlace } from '../tasks/datasets.mjs'

const length = 1000
const kinds = [
  { type: 'float32', size: 16_384, page: 1024, name: '64 KB (float32)' },
  { type: 'uint8', size: 150_000, page: 4096, name: '150 KB (uint8)', joblib: true },
]
// torch's batches are the consumer's own, as ours are without `reuse`.
const ways = {
  own: { says: 'batches to keep', of: Filled },
  ownInPlace: { says: 'batches to keep, written in place (`ctx.allocate`)', of: FilledInPlace },
  reuse: { says: '`reuse`', of: Filled, options: { reuse: true } },
  reuseInPlace: { says: '`reuse`, written in place', of: FilledInPlace, options: { reuse: true } },
}

export default async function row({ quick }) {
  const python = await pythonPeer('loaders.py', 1, 1, 1, length)
  const lines = []
  try {
    for (const { type, size, page, name, joblib } of kinds) {
      const sum = Array.from({ length }, (_, i) => (i & 255) * Math.ceil(size / page)).reduce((a, b) => a + b)
      const sides = {}
      for (const [way, { of, options }] of Object.entries(ways)) {
        const loader = new DataLoader(new of(length, type, size), { batchSize: 32, numWorkers: 2, persistentWorkers: true, ...options })
        sides[way] = () => timed(() => touch(loader, size, page, sum))
      }
      if (python) sides.torch = () => python.run(type, sum)
      if (python && joblib) sides.joblib = () => python.run('joblib', sum)
      const figures = await alternate(sides, quick ? 3 : 9, 2)
      const against = (way, peer, whose, note) =>
        line({
          work: `${length.toLocaleString('en')} samples of ${name}, batch 32, ${ways[way].says}`,
          against: whose,
          ours: median(figures[way]),
          peer: python && median(figures[peer]),
          aim: 5,
          note,
          figures: { ours: figures[way], peer: figures[peer] },
        })
      lines.push(...Object.keys(ways).map((way) => against(way, 'torch', 'torch DataLoader')))
      if (joblib)
        lines.push(against('own', 'joblib', 'joblib (loky)', 'a sample a task, in chunks of its own choice; a batch a task is slower'))
    }
    return lines
  } finally {
    await python?.close()
  }
}

async function touch(loader, size, page, sum) {
  let total = 0
  for await (const { data } of loader) {
    for (let row = 0; row < data.length; row += size) for (let i = 0; i < size; i += page) total += data[row + i]
  }
  if (total !== sum) throw new Error('wrong arrays')
}
