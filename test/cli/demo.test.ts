import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { millrace } from './millrace.ts'
import { readPng } from './read-png.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
afterAll(() => rmSync(root, { recursive: true }))

test('the demo says what was made, what failed and where to look, and is a success', async () => {
  const { code, stdout, stderr } = await millrace(['demo', '--count', '40'], root)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/40 of 42 made, 2 failed, in .* \(\d+\/s\) (on \d+ workers|in place)\. Outputs: demo.spectrograms/)
  expect(stderr).toContain('truncated.wav')
  expect(stderr).toContain('not-a-sound.wav')
  expect(stderr).toContain('failures are meant')
  const picture = /Look at (\S+) first/.exec(stderr)![1]!
  expect(readPng(readFileSync(join(root, picture))).height).toBe(224)
  expect(readdirSync(join(root, 'demo/spectrograms'))).toContain('failures.jsonl')
})
