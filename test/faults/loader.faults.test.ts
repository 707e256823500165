import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Runs a program of this folder to its natural end, and gives what it printed. */
function run(file: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, file), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    // What was left out is told there; that is no part of the answer, unless the program fails.
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 100_000)
    child.on('close', (code) => (clearTimeout(timer), done({ code, output: code === 0 ? output : output + errors })))
  })
}

test('whatever the loader, its failures, and where it is left and gone on with: the samples of the plain loop, each once', async () => {
  const { code, output } = await run('loader-fuzz.mjs', '25', '1')
  expect(output).toMatch(/^\d+ loaders, none wrong\n$/)
  expect(code).toBe(0)
})

test.each([
  ['small ones', '1000000', '4', '256', '{}'],
  ['in recycled memory', '1000000', '4', '256', '{"reuse":true}'],
  ['of 64 KB', '20000', '16384', '32', '{}'],
  ['of 64 KB, in recycled memory', '20000', '16384', '32', '{"reuse":true}'],
])('memory is flat over a million samples: %s', async (_name, ...args) => {
  const { code, output } = await run('loader-memory.mjs', ...args)
  expect(code, output).toBe(0)
  const { taken, grown } = JSON.parse(output) as { taken: number; grown: number }
  expect(taken).toBe(Number(args[0]))
  expect(grown).toBeLessThan(100 * 2 ** 20)
})
