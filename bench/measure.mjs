// What the rows of the bench share: alternating runs, medians, Python peers that stay warm, whole processes timed, sounds.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { demoSounds } from '../dist/recipes/demo-sounds.js'

export const root = fileURLToPath(new URL('..', import.meta.url))
const venv = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
/** The Python with the pinned peers, or undefined: then its rows say "absent". */
export const pythonPath = existsSync(venv) ? venv : undefined

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/**
 * Runs the sides in turn, A B C A B C ..., after one turn that is not counted: each gives its milliseconds. Returns every figure.
 * @param {Record<string, () => Promise<number>>} sides
 * @returns {Promise<Record<string, number[]>>}
 */
export async function alternate(sides, rounds, warmUps = 1) {
  const figures = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, run] of Object.entries(sides)) {
      const ms = await run()
      if (round >= 0) figures[name].push(ms)
    }
  }
  return figures
}

/** A Python peer of bench/peers that stays warm: `run(name)` gives its milliseconds. Undefined where Python is absent. */
export async function pythonPeer(script, ...args) {
  if (pythonPath === undefined) return undefined
  const child = spawn(pythonPath, ['-W', 'ignore', join(root, 'bench/peers', script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${script} ended without an answer`)
    return JSON.parse(value)
  }
  const { versions } = await answer()
  return {
    versions,
    /** @param {number | string} [check] What the run must give back, so that both sides did the same. */
    async run(name, check) {
      child.stdin.write(`${name}\n`)
      const result = await answer()
      if (check !== undefined && result.check !== check) throw new Error(`${script} ${name} gave ${result.check}, not ${check}`)
      return result.ms
    },
    async close() {
      const closed = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await closed
    },
  }
}

/** Milliseconds of a whole process, its start included; an exit code other than 0 is an error with its last words. */
export function timedProcess(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], ...options })
    let words = ''
    child.stderr.on('data', (data) => (words = (words + data).slice(-2000)))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      const ms = performance.now() - start
      if (code === 0) resolve(ms)
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${words}`))
    })
  })
}

/** What a process prints. */
export function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (data) => (text += data))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}`))))
  })
}

/** A folder of `count` demo sounds (one second, 16 kHz), kept for the next bench. */
export function sounds(count) {
  const folder = join(root, 'bench/results', `sounds-${count}`)
  const complete = `${folder}.complete`
  if (!existsSync(complete)) {
    mkdirSync(folder, { recursive: true })
    demoSounds(folder, { count, broken: false })
    writeFileSync(complete, '')
  }
  return folder
}

/** Calls `use` with a new empty folder (in `base`) and removes it afterwards, whatever happens. */
export async function inTempFolder(use, base = tmpdir()) {
  const folder = mkdtempSync(join(base, 'millrace-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A line of the table. `ratio` is how many times as fast as the peer ours is, of medians; `aim` is the ratio wanted, absent for
 * a line that only informs. Without figures of the peer the line says "absent".
 */
export function line({ work, against, ours, peer, aim, note, figures }) {
  const ratio = peer === undefined ? undefined : peer / ours
  return { work, against, ours, peer, aim, ratio, met: aim === undefined || ratio === undefined ? undefined : ratio >= aim, note, figures }
}
