import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Runs a program of this folder to its natural end, and gives what it printed. */
function run(file: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, file), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 90_000)
    child.on('close', (code) => (clearTimeout(timer), done({ code, output })))
  })
}

test('whatever items, inputs, options and consumers do, a call keeps its promises, and the program ends', async () => {
  const { code, output } = await run('fuzz.mjs', '25', '1')
  expect(output).toMatch(/^\d+ calls, none wrong\n$/)
  expect(code).toBe(0)
})

test('a million items through a stream need no more memory than a few', async () => {
  const { code, output } = await run('memory.mjs')
  expect(code, output).toBe(0)
  const { grown, count } = JSON.parse(output) as { grown: number; count: number }
  expect(count).toBe(1_000_000)
  expect(grown).toBeLessThan(50 * 2 ** 20)
})
