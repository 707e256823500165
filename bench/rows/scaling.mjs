// A job for the processor alone: two warm workers against one.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parallel, threads } from 'millrace'
import { alternate, line, median, sounds, timed } from '../measure.mjs'
import { picture } from '../tasks/picture.mjs'

export default async function row({ quick }) {
  const count = quick ? 300 : 2000
  const folder = sounds(count)
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.wav'))
    .map((name) => join(folder, name))
  const pools = [threads({ numWorkers: 1 }), threads({ numWorkers: 2 })]
  const [one, two] = pools.map((executor) => () => timed(() => parallel(picture, files, { executor })))
  try {
    const figures = await alternate({ one, two }, quick ? 5 : 9)
    const [ours, peer] = [median(figures.two), median(figures.one)]
    return [
      line({
        work: `${count.toLocaleString('en')} wavs to PNG bytes, 2 warm workers`,
        against: '1 warm worker (ideal 2.0)',
        ours,
        peer,
        aim: 1.9,
        figures,
      }),
    ]
  } finally {
    await Promise.all(pools.map((pool) => pool.close()))
  }
}
