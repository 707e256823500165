// No worker outlives the program, however it ends and whatever the worker is doing.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-parent-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/millrace'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const kinds = {
  busy: '() => { console.log(process.pid); for (;;); }',
  idle: '() => { console.log(process.pid) }',
  waiting: 'async () => { console.log(process.pid); setInterval(() => {}, 1000); await new Promise(() => {}) }',
}

/** Starts a program whose two worker processes do `kind`, and gives it with their pids once both run. */
async function start(kind: keyof typeof kinds): Promise<{ parent: ChildProcess; pids: number[]; stderr: () => string }> {
  const file = join(folder, `${kind}.mjs`)
  writeFileSync(
    file,
    `import { parallel } from 'millrace'
     const call = parallel(${kinds[kind]}, [0, 1], { executor: 'processes', numWorkers: 2, chunkSize: 1 })
     if ('${kind}' === 'idle') { await call; setInterval(() => {}, 1000) } else await call`,
  )
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  parent.stderr!.on('data', (data: Buffer) => (stderr += data.toString()))
  const pids: number[] = []
  await new Promise<void>((done, fail) => {
    parent.stdout!.on('data', (data: Buffer) => {
      pids.push(...(data.toString().match(/\d+/g) ?? []).map(Number))
      if (pids.length >= 2) done()
    })
    parent.on('exit', () => fail(new Error(`the program ended early: ${stderr}`)))
  })
  parent.removeAllListeners('exit')
  return { parent, pids, stderr: () => stderr }
}

/** A zombie is dead: where nobody reaps orphans (a container without init) it stays in the table. */
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc')
  }
}

async function gone(pids: number[], within: number): Promise<boolean> {
  const end = Date.now() + within
  while (Date.now() < end) {
    if (!pids.some(lives)) return true
    await new Promise((done) => setTimeout(done, 20))
  }
  return false
}

describe('a program that is killed leaves no worker behind', () => {
  for (const kind of ['busy', 'idle', 'waiting'] as const) {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      test(`${signal}, ${kind} workers`, async () => {
        const { parent, pids } = await start(kind)
        expect(pids.every(lives)).toBe(true)
        const ended = new Promise((done) => parent.on('exit', done))
        parent.kill(signal)
        await ended
        expect(await gone(pids, 2000), `workers ${pids.filter(lives).join(', ')} live on`).toBe(true)
      })
    }
  }
})

test('a program that throws at its top level leaves no worker behind', async () => {
  const file = join(folder, 'throws.mjs')
  writeFileSync(
    file,
    `import { parallel } from 'millrace'
     setTimeout(() => { throw new Error('top') }, 600)
     await parallel(() => { console.log(process.pid); for (;;); }, [0, 1], { executor: 'processes', numWorkers: 2, chunkSize: 1 })`,
  )
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  parent.stdout!.on('data', (data: Buffer) => (out += data.toString()))
  expect(await new Promise((done) => parent.on('exit', done))).toBe(1)
  expect(await gone((out.match(/\d+/g) ?? []).map(Number), 2000)).toBe(true)
})

test('a warm pool does not keep the program alive', async () => {
  const file = join(folder, 'ends.mjs')
  writeFileSync(
    file,
    `import { parallel } from 'millrace'
     for (const executor of ['threads', 'processes']) await parallel((n) => n, [1, 2, 3], { executor, numWorkers: 2 })
     for await (const n of parallel.stream((n) => n, [1, 2, 3, 4, 5], { executor: 'threads', numWorkers: 2, timeout: 60_000 })) if (n === 2) break
     console.log('done')`,
  )
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const timer = setTimeout(() => parent.kill('SIGKILL'), 20_000)
  const code = await new Promise((done) => parent.on('exit', done))
  clearTimeout(timer)
  expect(code).toBe(0)
})

test('a reader that goes away (| head) does no harm', async () => {
  const file = join(folder, 'prints.mjs')
  writeFileSync(
    file,
    `import { parallel } from 'millrace'
     import { writeFileSync } from 'node:fs'
     process.stdout.on('error', () => {})
     const out = await parallel((n) => { console.log('line', n, 'x'.repeat(200)); return n }, Array.from({ length: 3000 }, (_, i) => i), { executor: 'threads', numWorkers: 2 })
     writeFileSync(process.argv[2], String(out.length))`,
  )
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${file}" "${join(folder, 'count')}" | head -n 3`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((done) => shell.on('exit', done))
  const end = Date.now() + 10_000
  let count = ''
  while (count === '' && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 50))
    try {
      count = readFileSync(join(folder, 'count'), 'utf8')
    } catch {
      continue
    }
  }
  expect(count).toBe('3000')
})
