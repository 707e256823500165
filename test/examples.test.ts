// The examples are the programs of the README; they run here as a user runs them.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeJpeg } from '../src/image/encode.ts'
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

test('words: a dataset.csv through a Dataset and a DataLoader', async () => {
  const { stdout } = await run('examples/words/main.ts')
  const [simple, scaleable, preprocessing, pytorch] = [
    ['sim', 'imp', 'mpl', 'ple'],
    ['sca', 'cal', 'ale', 'lea', 'eab', 'abl', 'ble'],
    ['pre', 'rep', 'epr', 'pro', 'roc', 'oce', 'ces', 'ess', 'ssi', 'sin', 'ing'],
    ['pyt', 'yto', 'tor', 'orc', 'rch'],
  ]
  const lines = stdout.trimEnd().split('\n')
  const batches = lines.filter((line) => line.startsWith('  [')).map((line) => JSON.parse(line) as string[][])
  expect(batches).toEqual([
    [simple],
    [scaleable],
    [preprocessing],
    [pytorch],
    [simple, scaleable],
    [preprocessing, pytorch],
    [simple, scaleable, preprocessing, pytorch],
  ])
  expect(lines.filter((line) => line.includes('|'))).toEqual([
    `  ${simple!.join('|')}  ${scaleable!.join('|')}`,
    `  ${preprocessing!.join('|')}  ${pytorch!.join('|')}`,
  ])
  // The story's table: batch size against cores used.
  expect(lines.slice(-3).map((line) => line.trim().split(/ +/).map(Number))).toEqual([
    [1, 4, 4],
    [2, 2, 2],
    [4, 1, 1],
  ])
})

describe('pictures', () => {
  let photos: string
  beforeAll(async () => {
    photos = join(folder, 'photos')
    for (const [i, name] of ['red', 'green', 'blue'].entries()) {
      mkdirSync(join(photos, name), { recursive: true })
      const data = Uint8Array.from({ length: 300 * 400 * 3 }, (_, at) => (at % 3 === i ? 250 : 5))
      const jpeg = await encodeJpeg({ data, height: 300, width: 400, channels: 3 })
      for (let n = 0; n < 4; n++) writeFileSync(join(photos, name, `${n}.jpg`), jpeg)
    }
  })

  test('to tensors, and on from a checkpoint', async () => {
    const { stdout } = await run('examples/pictures/main.ts', photos)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.slice(0, 2).every((line) => line.startsWith('float32 4 x 3 x 224 x 224 '))).toBe(true)
    expect(lines[2]).toMatch(/^checkpoint \{.*"batches":2/)
    const names = [...lines.slice(0, 2), lines[3]!].join(' ').match(/red|green|blue/g)!
    expect(names.sort()).toEqual(['blue', 'green', 'red'].flatMap((name) => [name, name, name, name]))
  })

  test('into a model on ONNX Runtime', async () => {
    const { stdout } = await run('examples/onnx/main.mjs', photos)
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
    expect(rows).toHaveLength(12)
    for (const [name, ...scores] of rows) {
      const brightest = ['red', 'green', 'blue'][scores.map(Number).indexOf(Math.max(...scores.map(Number)))]
      expect(name).toContain(`/${brightest}/`)
    }
  })
})
