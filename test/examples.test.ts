// The examples are the programs of the README; they run here as a user runs them.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoSounds } from '../src/recipes/demo-sounds.ts'

const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', ...args])
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-examples-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('squares', async () => {
  expect((await run('examples/squares.ts')).stdout).toBe('[ 1, 4, 9, 16 ]\n')
})

test('one file', async () => {
  expect((await run('examples/one-file.ts')).stdout).toMatch(/^100 rows in order/)
})

test('spectrograms', async () => {
  demoSounds(join(folder, 'wavs'), { count: 20 })
  const { stdout, stderr } = await run('examples/spectrograms/main.ts', join(folder, 'wavs'), join(folder, 'specs'))
  expect(stdout).toMatch(/^20 of 22 pictures/)
  expect(stderr).toMatch(/truncated\.wav/)
  expect(readdirSync(join(folder, 'specs'), { recursive: true }).filter((name) => String(name).endsWith('.png'))).toHaveLength(20)
})
