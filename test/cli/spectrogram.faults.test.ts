import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoSounds } from '../../src/recipes/demo-sounds.ts'
import { millrace, start } from './millrace.ts'
import { readPng } from './read-png.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
const inputs = join(root, 'sounds')
beforeAll(() => {
  const { files } = demoSounds(join(root, 'few'), { count: 20, broken: false })
  mkdirSync(inputs)
  for (let i = 0; i < 3000; i++) linkSync(join(root, 'few', files[i % files.length]!), join(inputs, `${i}.wav`))
})
afterAll(() => rmSync(root, { recursive: true }))

const outputs = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
const childrenOf = (pid: number): string =>
  spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .trim()

async function started(folder: string): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    try {
      if (outputs(folder).length > 100) return
    } catch {
      // Not made yet.
    }
  }
}

test.skipIf(process.platform === 'win32').each([
  ['SIGINT', 1, 130],
  ['SIGTERM', 1, 143],
  ['SIGINT', 2, 130],
] as const)('%s, %i times: what is done stays done, nothing else stays', async (signal, times, expected) => {
  const out = join(root, `out-${signal}-${times}`)
  const { child, finished } = start(['spectrogram', inputs, '--out', out, '--json'], root)
  await started(out)
  for (let i = 0; i < times; i++) child.kill(signal)
  const { code, stdout, stderr } = await finished
  expect(code).toBe(expected)
  const made = outputs(out)
  expect(made.length).toBeLessThan(3000)
  for (const file of made.filter((name) => name.endsWith('.png'))) readPng(readFileSync(file))
  expect(childrenOf(child.pid!)).toBe('')
  if (times > 1) return
  expect(made.filter((name) => !name.endsWith('.png'))).toEqual([])
  expect(JSON.parse(stdout)).toMatchObject({ stopped: 'signal', exitCode: expected, failed: 0, total: 3000 })
  expect(stderr).toContain('Ended early')
})

const small = join(root, 'small')
mkdirSync(small)
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0
if (!mounted) console.log('skipped: a full disk, which needs the right to mount a tmpfs')
afterAll(() => void (mounted && spawnSync('umount', [small])))

test.runIf(mounted)('a full disk ends the run with 3, names the file, and leaves what is done', async () => {
  const { code, stdout, stderr } = await millrace(['spectrogram', inputs, '--out', join(small, 'out'), '--json', '--workers', '2'], root)
  expect(code).toBe(3)
  expect(stderr).toMatch(/the disk takes no more: .*\.png: ENOSPC/)
  const { made, stopped, failures } = JSON.parse(stdout) as { made: number; stopped: string; failures: Record<string, string>[] }
  expect({ stopped, stage: failures[0]!['stage'], code: failures[0]!['code'] }).toEqual({ stopped: 'disk', stage: 'write', code: 'ENOSPC' })
  const files = outputs(join(small, 'out'))
  expect(files.filter((name) => name.includes('.tmp-'))).toEqual([])
  const pictures = files.filter((name) => name.endsWith('.png'))
  expect(pictures.length).toBeGreaterThanOrEqual(made)
  for (const file of pictures) readPng(readFileSync(file))
})
