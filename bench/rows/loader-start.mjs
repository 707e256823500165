// From making a DataLoader to its first batch, each time in a process that has done nothing but import and make the list of paths.
import { join } from 'node:path'
import { alternate, line, median, output, pythonPath, root } from '../measure.mjs'

const [few, many] = [1000, 1_200_000]
const lists = { class: 'a string[] field of a Dataset', fromArray: 'fromArray' }
const counts = { [few]: '1,000 paths', [many]: '1.2 M paths' }

export default async function row({ quick }) {
  const ours = (kind, workers, count) => async () =>
    Number(await output(process.execPath, [join(root, 'bench/first-batch.mjs'), kind, workers, count]))
  const torch = (workers, count) => async () => Number(await output(pythonPath, [join(root, 'bench/peers/start.py'), workers, count]))
  const sides = {}
  for (const count of [few, many]) {
    for (const kind of Object.keys(lists)) {
      for (const workers of [2, 'automatic']) sides[`${kind} ${workers} ${count}`] = ours(kind, workers, count)
    }
    if (pythonPath) for (const workers of [2, 0]) sides[`torch ${workers} ${count}`] = torch(workers, count)
  }
  const figures = await alternate(sides, quick ? 1 : 5, 0)
  const result = (side, peer, texts, aim) =>
    line({
      ...texts,
      ours: median(figures[side]),
      peer: figures[peer] && median(figures[peer]),
      aim,
      note: 'cold: a fresh process each, imports and the list of paths apart',
      figures: { ours: figures[side], peer: figures[peer] },
    })
  const lines = []
  for (const [kind, list] of Object.entries(lists)) {
    for (const workers of [2, 'automatic']) {
      const side = (count) => `${kind} ${workers} ${count}`
      const work = (count) => `first batch of 32, ${counts[count]} (${list}), ${workers === 2 ? '2 workers' : 'automatic mode'}`
      for (const count of [few, many]) {
        const texts = { work: work(count), against: 'torch DataLoader, 2 workers' }
        lines.push(result(side(count), `torch 2 ${count}`, texts, 1))
        if (workers === 2) continue
        lines.push(result(side(count), `torch 0 ${count}`, { ...texts, against: 'torch DataLoader, num_workers=0' }))
      }
      const compared = result(side(many), side(few), { work: work(many), against: 'ours with 1,000 paths' })
      lines.push({ ...compared, aim: 'at most 1.1 x its time', met: compared.ours <= 1.1 * compared.peer })
    }
  }
  return lines
}
