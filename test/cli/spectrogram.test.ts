import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadNpy } from '../../src/codec/npy.ts'
import { demoSounds } from '../../src/recipes/demo-sounds.ts'
import { main, millrace } from './millrace.ts'
import { readPng } from './read-png.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
beforeAll(() => {
  demoSounds(join(root, 'good'), { count: 12, broken: false })
  demoSounds(join(root, 'mixed'), { count: 10 })
})
afterAll(() => rmSync(root, { recursive: true }))

const run = (...args: string[]): ReturnType<typeof millrace> => millrace(['spectrogram', ...args], root)
const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(join(root, folder).length + 1)
        .replaceAll(sep, '/'),
    )
    .sort()

test('a folder of sounds becomes a folder of RGB pictures with the same folders; nothing on stdout', async () => {
  const { code, stdout, stderr } = await run('good', '--out', 'specs')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(files('specs')).toEqual(files('good').map((name) => name.replace('.wav', '.png')))
  for (const name of files('specs'))
    expect(readPng(readFileSync(join(root, 'specs', name)))).toMatchObject({ height: 224, width: 224, type: 2 })
  expect(stderr).toMatch(/12 of 12 made, 0 failed.*Outputs: specs/)
})

test('on workers the same bytes come out', async () => {
  await run('good', '--out', 'in-place', '--quiet')
  const many = join(root, 'many')
  for (let copy = 0; copy < 4; copy++) {
    for (const name of files('good')) {
      mkdirSync(join(many, String(copy), name, '..'), { recursive: true })
      copyFileSync(join(root, 'good', name), join(many, String(copy), name))
    }
  }
  const { code, stderr } = await run('many', '--out', 'threaded', '--workers', '2')
  expect(code).toBe(0)
  expect(stderr).toContain('48 of 48 made, 0 failed')
  expect(stderr).toContain('on 2 workers')
  for (const name of files('threaded')) {
    const alone = readFileSync(join(root, 'in-place', name.replace(/^\d\//, '')))
    expect(readFileSync(join(root, 'threaded', name)).equals(alone)).toBe(true)
  }
})

test('broken files are listed and cost no other; the list goes when there are none', async () => {
  const { code, stderr } = await run('mixed', '--out', 'partly')
  expect(code).toBe(1)
  expect(stderr).toContain('10 of 12 made, 2 failed')
  expect(stderr).toMatch(/truncated\.wav \(decode, AUDIO_TRUNCATED\)/)
  expect(stderr).toMatch(/not-a-sound\.wav \(decode, AUDIO_FORMAT\)/)
  const lines = readFileSync(join(root, 'partly/failures.jsonl'), 'utf8').trimEnd().split('\n')
  const failures = lines.map((line) => JSON.parse(line) as Record<string, string>)
  expect(failures.map(({ input, stage }) => [input, stage])).toEqual([
    [join(root, 'mixed/stop/truncated.wav'), 'decode'],
    [join(root, 'mixed/up/not-a-sound.wav'), 'decode'],
  ])
  expect(files('partly')).toHaveLength(11)
  expect((await run('mixed/yes', '--out', 'partly')).code).toBe(0)
  expect(files('partly')).not.toContain('failures.jsonl')
})

test('--on-error stop', async () => {
  const { code, stderr } = await run('mixed/stop', 'mixed/yes', '--out', 'stopped', '--on-error', 'stop', '--name', '{stem}.png')
  expect(code).toBe(1)
  expect(stderr).toContain('Stopped at a failure: 1 of 3 made, 1 failed')
})

test('--json: one object on stdout, with every failure', async () => {
  const { code, stdout } = await run('mixed', '--out', 'as-json', '--json', '--limit', '10')
  expect(code).toBe(1)
  const result = JSON.parse(stdout) as { failures: unknown[] }
  expect(result).toMatchObject({
    made: 9,
    failed: 1,
    total: 10,
    exitCode: 1,
    out: join(root, 'as-json'),
    settings: { preset: 'story', png: 'rgb' },
  })
  expect(result.failures).toEqual([expect.objectContaining({ input: join(root, 'mixed/stop/truncated.wav'), stage: 'decode' })])
})

test('--quiet says nothing when all is well', async () => {
  expect(await run('good/yes', '--out', 'quiet', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('--dry-run prints the plan and makes nothing', async () => {
  const plain = await run('good', '--out', 'dry', '--dry-run', '--limit', '2')
  expect(plain.stdout).toBe(
    ['down', 'go'].map((word) => `${join(root, `good/${word}/0001.wav`)} -> ${join(root, `dry/${word}/0001.png`)}\n`).join(''),
  )
  const json = JSON.parse((await run('good', '--out', 'dry', '--dry-run', '--json', '--preset', 'ast')).stdout) as { items: unknown[] }
  expect(json).toMatchObject({ out: join(root, 'dry'), settings: { preset: 'ast', format: 'npy' } })
  expect(json.items).toHaveLength(12)
  expect(readdirSync(root)).not.toContain('dry')
})

test('kinds of pictures, sizes and names', async () => {
  const one = 'good/yes/0001.wav'
  for (const [png, type] of Object.entries({ rgb: 2, palette: 3, rgba: 6 })) {
    expect((await run(one, '--out', 'kinds', '--png', png, '--size', '100x300', '--name', `{parent}-{stem}.${png}.png`)).code).toBe(0)
    expect(readPng(readFileSync(join(root, `kinds/yes-0001.${png}.png`)))).toMatchObject({ height: 100, width: 300, type })
  }
})

test('numbers for NumPy, of other presets too', async () => {
  const one = 'good/yes/0001.wav'
  expect((await run(one, '--out', 'npy', '--format', 'npy', '--n-mels', '64', '--hop-length', '256', '--sr', 'native')).code).toBe(0)
  expect(loadNpy(readFileSync(join(root, 'npy/0001.npy')))).toMatchObject({ dims: [64, 63], type: 'float32' })
  expect((await run(one, '--out', 'npy', '--preset', 'kaldi', '--name', '{stem}-{index}.npy')).code).toBe(0)
  expect(loadNpy(readFileSync(join(root, 'npy/0001-0.npy'))).dims).toEqual([98, 23])
})

test.each<[string, string[], RegExp]>([
  ['an unknown option', ['good', '--out', 'no', '--n-ftt', '3'], /Did you mean --n-fft\?/],
  ['a misspelt --out', ['good', '--ot', 'no'], /Did you mean --out\?/],
  ['no output folder', ['good'], /--out <folder>' not specified/],
  ['an input that is not there', ['bad', '--out', 'no'], /no file or folder bad/],
  ['a folder without sounds', ['empty', '--out', 'no'], /There is no sound in empty/],
  ['no input', ['--out', 'no'], /missing required argument 'inputs'/],
  ['a wrong number', ['good', '--out', 'no', '--n-mels', '3x'], /--n-mels.*It is a number/],
  ['a wrong value', ['good', '--out', 'no', '--hop-length', '0'], /--hop-length is a positive integer, not 0/],
  ['a wrong choice', ['good', '--out', 'no', '--preset', 'story2'], /Allowed choices are story/],
  ['a name that leads out', ['good', '--out', 'no', '--name', '../{stem}.png'], /leads out of its folder/],
  ['names that clash', ['twice', '--out', 'no'], /a\.flac and .*a\.wav would both be written to/],
  ['an output folder that is a file', ['good', '--out', 'good/yes/0001.wav'], /can't be written to/],
])('refused before work: %s', async (_, args, message) => {
  mkdirSync(join(root, 'empty'), { recursive: true })
  mkdirSync(join(root, 'twice'), { recursive: true })
  for (const name of ['a.wav', 'a.flac']) writeFileSync(join(root, 'twice', name), '')
  const { code, stdout, stderr } = await run(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(readdirSync(root)).not.toContain('no')
})

test.skipIf(process.platform === 'win32')('control characters in names reach no terminal', async () => {
  mkdirSync(join(root, 'evil'), { recursive: true })
  writeFileSync(join(root, 'evil', 'a\x1b[31m\nb.wav'), 'no sound')
  const { code, stderr, stdout } = await run('evil', '--out', 'evil-out')
  expect(code).toBe(1)
  expect(stderr).toContain('a\\x1b[31m\\x0ab.wav')
  expect(stderr + stdout).not.toContain('\x1b[31m')
})

test('stdout closed early does no harm', async () => {
  const child = spawn(process.execPath, [main, 'spectrogram', 'mixed', '--out', 'closed', '--json'], { cwd: root })
  child.stdout.destroy()
  child.stderr.resume()
  expect(await once(child, 'close')).toEqual([1, null])
  expect(files('closed')).toHaveLength(11)
})

test('the program itself: version, help, a wrong command', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  expect(await millrace(['--version'], root)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  const help = await millrace(['spectrogram', '--help'], root)
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toMatch(/Examples:\n {2}millrace spectrogram/)
  expect(await millrace(['spectogram'], root)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean spectrogram?') as string,
  })
  expect(await millrace([], root)).toMatchObject({ code: 2, stdout: '' })
})
