// npm run bench [-- --quick] [-- --only row]: every row in a process of its own, one after the other; the table is printed and, after
// a full run, kept in docs/benchmarks.md. A missed aim is news, not a failure; a row that can't run is one.
import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine, versions } from './environment.mjs'
import { pythonPath, root } from './measure.mjs'
import { page, table } from './report.mjs'

const all = [
  'trivial-automatic',
  'trivial-workers',
  'arrays',
  'loader-integers',
  'loader-arrays',
  'loader-start',
  'jpeg-decode',
  'resize',
  'jpeg-loader',
  'spectrograms',
  'story',
  'scaling',
  'profile',
]
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } } })
const { quick, only = all } = values
const unknown = only.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`bench: there is no row ${unknown.join(', ')}; the rows are ${all.join(', ')}`)
  process.exit(2)
}

const report = { date: new Date().toISOString().slice(0, 10), quick, machine: machine(), versions: versions(), rows: {}, failed: {} }
if (pythonPath === undefined) console.error('bench: no .venv, so the Python peers are absent; bash golden/setup.sh makes it')
for (const name of only) {
  const start = performance.now()
  try {
    report.rows[name] = await run(name)
  } catch (error) {
    report.failed[name] = error.message
  }
  console.error(`bench: ${name}, ${((performance.now() - start) / 1000).toFixed(0)} s`)
}

console.log(table(report))
const results = join(root, 'bench/results')
mkdirSync(results, { recursive: true })
const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
writeFileSync(join(results, `${stamp}.json`), `${JSON.stringify(report, undefined, 1)}\n`)
const complete = !quick && only.length === all.length && Object.keys(report.failed).length === 0 && pythonPath !== undefined
if (complete) writeFileSync(join(root, 'docs/benchmarks.md'), page(report))
else console.error('bench: docs/benchmarks.md stays as it is; a full run with Python refreshes it')
for (const [name, message] of Object.entries(report.failed)) console.error(`bench: ${name} could not run: ${message}`)
console.error(`bench: raw figures in bench/results/${stamp}.json`)
process.exitCode = Object.keys(report.failed).length > 0 ? 1 : 0

function run(name) {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, 'bench/row.mjs'), [name, quick ? 'quick' : 'full'], { cwd: root })
    let lines
    child.on('message', (message) => (lines = message))
    child.once('error', reject)
    child.once('exit', (code, signal) => (lines ? resolve(lines) : reject(new Error(`it ended with ${signal ?? code} and gave nothing`))))
  })
}
