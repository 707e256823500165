// 10,000 trivial items sent to 2 warm workers all the same: what travelling costs.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parallel, threads } from 'millrace'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'

const work = '10,000 trivial items, 2 warm workers forced'
const numbers = Array.from({ length: 10_000 }, (_, i) => i)
const square = (n) => n * n
const sum = numbers.reduce((total, n) => total + n * n, 0)

export default async function row({ quick }) {
  const python = await pythonPeer('trivial.py')
  const executor = threads({ numWorkers: 2 })
  const ours = () =>
    timed(async () => {
      const squares = await parallel(square, numbers, { executor })
      if (squares.reduce((total, n) => total + n) !== sum) throw new Error('wrong squares')
    })
  const start = await timed(() => parallel(square, [1, 2], { executor }))
  try {
    const pool = python && (await alternate({ ours, pool: () => python.run('pool', sum) }, quick ? 15 : 51, 10))
    const piscina = await againstPiscina(ours, quick)
    const fastcore =
      python &&
      (await alternate({ ours, fastcore: () => python.run('fastcore', sum), start: () => python.run('fastcore-start', 1) }, quick ? 3 : 7))
    const result = (against, figures, peer, aim, note) =>
      line({ work, against, ours: median((figures ?? piscina ?? { ours: [NaN] }).ours), peer, aim, note, figures })
    return [
      result(
        'multiprocessing.Pool(2).map, warm',
        pool,
        pool && median(pool.pool),
        1,
        `start of our 2 workers, apart: ${start.toFixed(0)} ms`,
      ),
      result('piscina, 2 threads, a task an item', piscina, piscina && median(piscina.piscina), 100, piscina?.note),
      result(
        'fastcore.parallel, n_workers=2',
        fastcore,
        fastcore && median(fastcore.fastcore) - median(fastcore.start),
        400,
        'its start-up, measured by a call with 2 items, is taken off',
      ),
    ]
  } finally {
    await executor.close()
    await python?.close()
  }
}

/** At the best of its settings, found by trying them. */
async function againstPiscina(ours, quick) {
  const folder = fileURLToPath(new URL('../peers/', import.meta.url))
  const require = createRequire(new URL('../peers/', import.meta.url))
  try {
    require.resolve('piscina')
  } catch {
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (npm.status !== 0) return undefined
  }
  const { Piscina } = require('piscina')
  const settings = [{}, { concurrentTasksPerWorker: 8 }, { concurrentTasksPerWorker: 64 }].flatMap((setting) => [
    { ...setting },
    { ...setting, atomics: 'disabled' },
  ])
  let best
  for (const setting of settings) {
    const pool = new Piscina({ filename: `${folder}square.mjs`, minThreads: 2, maxThreads: 2, ...setting })
    const run = () =>
      timed(async () => {
        const squares = await Promise.all(numbers.map((n) => pool.run(n)))
        if (squares.reduce((total, n) => total + n) !== sum) throw new Error('wrong squares')
      })
    await run()
    const ms = median([await run(), await run(), await run()])
    if (best === undefined || ms < best.ms) {
      await best?.pool.destroy()
      best = { ms, setting, pool, run }
    } else await pool.destroy()
  }
  const figures = await alternate({ ours, piscina: best.run }, quick ? 5 : 15)
  await best.pool.destroy()
  const chosen = JSON.stringify(best.setting)
  return {
    ...figures,
    note: `piscina ${JSON.parse(readFileSync(`${folder}node_modules/piscina/package.json`, 'utf8')).version}, the best of 6 settings: ${chosen === '{}' ? 'its defaults' : chosen}`,
  }
}
