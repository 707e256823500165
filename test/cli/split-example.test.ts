// The audio-splitting story as its user runs it: from code, and by the command line.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { millrace } from './millrace.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-audio-split-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('from code: clips and labels, a lost file named, nothing done twice', async () => {
  const run = (): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/audio-split/main.ts', folder])
  const lines = (await run()).stdout.trimEnd().split('\n')
  expect(lines.at(-1)).toBe('2 done, 1 failed, 0 settled before')
  expect(lines.slice(0, -1).sort((a, b) => (a < b ? -1 : 1))).toEqual([
    '0 hum: low/0.wav low/1.wav low/2.wav',
    '1 whistle: high/0.wav high/1.wav high/2.wav',
    expect.stringMatching(/^2 failed: /),
  ])
  const metadata = readFileSync(join(folder, 'out', 'metadata.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(metadata.map((line) => JSON.parse(line) as unknown)).toEqual([
    { source: join(folder, 'low.wav'), clips: ['low/0.wav', 'low/1.wav', 'low/2.wav'], labels: 'hum' },
    { source: join(folder, 'high.wav'), clips: ['high/0.wav', 'high/1.wav', 'high/2.wav'], labels: 'whistle' },
  ])
})

test('by the command line', async () => {
  const job = resolve('examples/audio-split/split.ts')
  const { code, stderr } = await millrace(['run', job, '--input', 'dataset.csv', '--out', 'two', '--param', 'seconds=2'], folder)
  expect(stderr).toMatch(/2 done, 1 failed/)
  expect(code).toBe(1)
  const rows = readFileSync(join(folder, 'two', 'metadata.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(rows.map((line) => (JSON.parse(line) as { clips: string[] }).clips)).toEqual([
    ['low/0.wav', 'low/1.wav'],
    ['high/0.wav', 'high/1.wav'],
  ])
})
