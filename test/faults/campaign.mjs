// Kills a run again and again at random moments, lets it end, and compares what it made with a run that was left alone, byte for byte.
// node test/faults/campaign.mjs [--kills 100] [--sink folder|zip|tar] [--items 4000] [--durability batch] [--seed 1] [--syscalls]
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    sink: { type: 'string', default: 'folder' },
    items: { type: 'string', default: '4000' },
    durability: { type: 'string', default: 'batch' },
    executor: { type: 'string', default: 'threads' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    syscalls: { type: 'boolean', default: false },
    faults: { type: 'boolean', default: false },
  },
})
const { sink, items, durability, executor } = values
const script = fileURLToPath(new URL('campaign-run.mjs', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'millrace-campaign-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
const target = (folder) => join(folder, { folder: 'out', zip: 'out.zip', tar: 'out.tar' }[sink])

let state = Number(values.seed) >>> 0
const random = () => {
  state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0
  return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
}

/** What others see: every file but the run's own, by its bytes. */
function outputsOf(folder) {
  const own = /(^|\/)[^/]*\.millrace(\/|$)/
  const files = readdirSync(folder, { recursive: true })
    .map((name) => String(name))
    .filter((name) => !own.test(name) && statSync(join(folder, name)).isFile())
  return new Map(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}

function compare(folder, expected, what) {
  const found = outputsOf(folder)
  const wrong = [...new Set([...expected.keys(), ...found.keys()])].filter((name) => expected.get(name) !== found.get(name))
  if (wrong.length === 0) return
  console.error(`${what}: ${wrong.length} files differ from the quiet run's: ${wrong.slice(0, 5).join(', ')} (seed ${values.seed})`)
  process.exit(1)
}

/** Starts a run; kills it after `ms` if that is given. */
async function run(folder, { killAfter, wrapper = [], timeout = 120_000 } = {}) {
  const [command, ...args] = [...wrapper, process.execPath, script, target(folder), items, durability, '0.4', executor]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfter ?? timeout)
  const { code, signal } = await new Promise((resolve) => child.on('close', (exit, by) => resolve({ code: exit, signal: by })))
  clearTimeout(timer)
  return { code, signal, stdout, stderr }
}

/** Lets the run end, and checks what it made. */
async function end(folder, expected, what) {
  const { code, signal, stdout, stderr } = await run(folder)
  if (code !== 0) {
    console.error(`${what}: the run that was to end it ended with ${code ?? signal} (seed ${values.seed})\n${stderr}`)
    process.exit(1)
  }
  compare(folder, expected, what)
  return JSON.parse(stdout)
}

const quiet = join(root, 'quiet')
mkdirSync(quiet)
const started = performance.now()
const first = await run(quiet)
if (first.code !== 0) throw new Error(`the quiet run failed: ${first.stderr}`)
const lasts = performance.now() - started
const expected = outputsOf(quiet)
console.log(
  `${sink}, ${items} items, ${durability}, ${executor}, seed ${values.seed}: a quiet run takes ${Math.round(lasts)} ms and makes ${expected.size} files`,
)

if (values.syscalls || values.faults) await atSystemCalls()
else await atRandom(Number(values.kills))

async function atRandom(kills) {
  let [count, rounds, redone] = [0, 0, 0]
  while (count < kills) {
    const folder = join(root, `round-${rounds++}`)
    mkdirSync(folder)
    let made = 0
    // Between 0 and 8 kills, then one run to the end.
    for (let left = Math.floor(random() * 9); left > 0 && count < kills; left--) {
      const { signal, stdout, stderr, code } = await run(folder, { killAfter: 60 + random() * lasts })
      if (signal === 'SIGKILL') count++
      else if (code === 0) {
        made = JSON.parse(stdout).done
        break
      } else {
        console.error(`a run ended with ${code}: ${stderr} (seed ${values.seed})`)
        process.exit(1)
      }
    }
    await end(folder, expected, `after ${count} kills`)
    rmSync(folder, { recursive: true, force: true })
    redone += made
    if (rounds % 10 === 0) console.log(`  ${count} kills in ${rounds} rounds, all as it should be`)
  }
  console.log(`${count} kills in ${rounds} rounds: every one ended with the bytes of the quiet run`)
}

/** At each of the first calls of a kind that changes a disk: a kill, or an error; then the run is to end as if nothing had been. */
async function atSystemCalls() {
  if (spawnSync('strace', ['-V']).status !== 0) return console.log('skipped: faults at system calls, which need strace')
  const kinds = values.faults ? ['error=ENOSPC', 'error=EIO'] : ['signal=SIGKILL']
  const calls = ['openat', 'write', 'pwrite64', 'rename', 'fsync', 'fdatasync', 'ftruncate', 'mkdir', 'unlink', 'link']
  let [count, unreached] = [0, 0]
  for (const kind of kinds) {
    for (const call of calls) {
      if (call === 'openat' && kind !== 'signal=SIGKILL') continue
      for (const when of call === 'openat' ? [200, 400, 600, 900, 1500, 2500] : [1, 2, 3, 5, 8, 20, 60, 200, 800]) {
        const folder = join(root, `${call}-${when}-${kind.replace('=', '-')}`)
        mkdirSync(folder)
        const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${kind}:when=${when}`]
        const { code, signal, stderr } = await run(folder, { wrapper })
        const hit = signal !== null || code !== 0
        if (!hit) unreached++
        else count++
        // An error in the pipes between Node's own threads ends it by SIGABRT: a kill like another.
        if (hit && kind !== 'signal=SIGKILL' && ![1, 3].includes(code) && signal !== 'SIGABRT')
          console.log(`  ${call} ${when} ${kind}: ended with ${code ?? signal} ${stderr.slice(0, 300)}`)
        await end(folder, expected, `${call} number ${when}, ${kind}`)
        rmSync(folder, { recursive: true, force: true })
      }
    }
  }
  console.log(`${count} runs ended at a system call (${unreached} never came to theirs): every one was completed by the next`)
}
