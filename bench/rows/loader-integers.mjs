// What a DataLoader itself costs: integers, which are no work at all. A run is an epoch, workers are kept and warm.
import { DataLoader } from 'millrace'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { Integers } from '../tasks/datasets.mjs'

const aims = { 1: 50, 32: 20, 256: 10 }
const note = 'ours become float64, those of torch int64; both sides only count, the sums were compared before'

export default async function row({ quick }) {
  const lengths = quick ? { 1: 1000, 32: 10_000, 256: 30_000 } : { 1: 2000, 32: 20_000, 256: 100_000 }
  const python = await pythonPeer('loaders.py', ...Object.values(lengths), 1)
  const lines = []
  try {
    for (const [size, length] of Object.entries(lengths)) {
      const batchSize = Number(size)
      const measure = async (options, run) => {
        const loader = new DataLoader(new Integers(length), { batchSize, ...options })
        await equal(loader, length, python && (() => python.run(`${run} sum`, (length * (length - 1)) / 2)))
        // Of epochs this short V8 needs some before all is compiled.
        for (let i = 0; i < 5; i++) await count(loader, length)
        const sides = { ours: () => timed(() => count(loader, length)), ...(python && { peer: () => python.run(run, length) }) }
        const figures = await alternate(sides, quick ? 3 : 9)
        return { ours: median(figures.ours), peer: python && median(figures.peer), figures }
      }
      const work = `${length.toLocaleString('en')} integers, batch ${size}`
      lines.push(
        line({
          work: `${work}, 2 workers`,
          against: 'torch DataLoader, 2 workers',
          ...(await measure({ numWorkers: 2, persistentWorkers: true }, `integers-${size}`)),
          aim: aims[batchSize],
          note,
        }),
      )
      if (batchSize === 1) continue
      lines.push(
        line({
          work: `${work}, automatic mode`,
          against: 'torch at its best: num_workers=0, __getitems__',
          ...(await measure({}, `best-${size}`)),
          aim: 1,
          note,
        }),
      )
    }
    return lines
  } finally {
    await python?.close()
  }
}

async function count(loader, length) {
  let samples = 0
  for await (const { data } of loader) samples += data.length
  if (samples !== length) throw new Error(`${samples} samples came of ${length}`)
}

async function equal(loader, length, peer) {
  let sum = 0
  for await (const { data } of loader) for (let i = 0; i < data.length; i++) sum += data[i]
  if (sum !== (length * (length - 1)) / 2) throw new Error('wrong integers')
  await peer?.()
}
