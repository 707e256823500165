// 10,000 trivial items in automatic mode against the loop everybody would write.
import { parallel } from 'millrace'
import { alternate, line, median, output, timed } from '../measure.mjs'

const numbers = Array.from({ length: 10_000 }, (_, i) => i)
const square = (n) => n * n

async function loop(fn, items) {
  const results = []
  for (const item of items) results.push(await fn(item))
  return results
}

export default async function row({ quick }) {
  const sides = { ours: () => timed(() => parallel(square, numbers)), loop: () => timed(() => loop(square, numbers)) }
  const figures = await alternate(sides, quick ? 25 : 75, 10)
  const [ours, peer] = [median(figures.ours), median(figures.loop)]
  const cold = { ours: [], loop: [] }
  for (let round = 0; round < (quick ? 3 : 9); round++) {
    for (const side of ['ours', 'loop']) cold[side].push(await firstCall(side))
  }
  return [
    {
      ...line({ work: '10,000 trivial items, automatic mode', against: 'the loop `for ... await fn(x)`', ours, peer, figures }),
      aim: 'at most 1.1 x its time + 1 ms',
      met: ours <= 1.1 * peer + 1,
      note: 'both warm, in one process',
    },
    line({
      work: 'the same, the first call of a fresh process',
      against: 'the same loop',
      ours: median(cold.ours),
      peer: median(cold.loop),
      note: 'code not yet compiled; modules loaded before',
      figures: cold,
    }),
  ]
}

/** Milliseconds of the call alone, in a process that has done nothing else. */
async function firstCall(side) {
  const program = `
    import { parallel } from 'millrace'
    const numbers = Array.from({ length: 10_000 }, (_, i) => i)
    const square = (n) => n * n
    ${loop.toString()}
    const start = performance.now()
    await ${side === 'ours' ? 'parallel' : 'loop'}(square, numbers)
    console.log(performance.now() - start)`
  return Number(await output(process.execPath, ['--input-type=module', '-e', program]))
}
