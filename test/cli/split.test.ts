import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeWav, encodeWav } from '../../src/audio/index.ts'
import type { ClipRow } from '../../src/recipes/split-clips.ts'
import { type Finished, millrace } from './millrace.ts'

const sounds = fileURLToPath(new URL('../../golden/load/files/', import.meta.url))
const SR = 8000
let root: string

/** 10.5 s in which every sample says where it stands. */
const counting = Float32Array.from({ length: 10.5 * SR }, (_, i) => ((i % 60_000) - 30_000) / 32768)

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-split-'))
  put('rec/day1/long.wav', encodeWav([counting, counting.map((x) => 0 - x)], SR))
  put('rec/day2/long.wav', encodeWav(counting.subarray(0, 4 * SR), SR, { subtype: 'PCM_24' }))
  mkdirSync(join(root, 'rec/other'))
  copyFileSync(join(sounds, '16k.flac'), join(root, 'rec/other/tone.flac'))
  put('rec/labels.csv', [
    'file,start,end,label,by',
    'day1/long.wav,1,3,dog,ann',
    'day1/long.wav,3.5,6,"cat, meowing",bob',
    'day2/long.wav,2,2.5,dog,ann',
  ].join('\n')) // prettier-ignore
})
afterAll(() => rmSync(root, { recursive: true }))

function put(name: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), content)
}

const run = (...args: string[]): Promise<Finished> => millrace(['split', ...args], root)
const jsonLines = <T>(name: string): T[] =>
  readFileSync(join(root, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
const rows = (out: string): ClipRow[] => jsonLines(`${out}/metadata.jsonl`)
const wavs = (out: string): string[] =>
  readdirSync(join(root, out), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.wav'))
    .sort()
const clip = (out: string, name: string): ReturnType<typeof decodeWav> => decodeWav(readFileSync(join(root, out, name)))

test('clips of a folder, with labels, overlap and all that is said about them', async () => {
  const { code, stdout, stderr } = await run('rec', '--seconds', '4', '--overlap', '1', '--out', 'clips', '--labels', 'rec/labels.csv')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/3 done, 0 failed/)
  expect(wavs('clips')).toEqual([
    'day1/long/long-0000.wav',
    'day1/long/long-0001.wav',
    'day1/long/long-0002.wav',
    'day1/long/long-0003.wav',
    'day2/long/long-0000.wav',
    'other/tone/tone-0000.wav',
  ])
  const all = rows('clips')
  expect(all.map(({ destination }) => destination)).toEqual(wavs('clips'))
  const source = join(root, 'rec/day1/long.wav')
  const same = { source, sr: SR, channels: 2, subtype: 'PCM_16', padSamples: 0 }
  const dog = { label: 'dog', by: 'ann' }
  const cat = { label: 'cat, meowing', by: 'bob' }
  expect(all.slice(0, 4)).toEqual([
    { ...same, destination: 'day1/long/long-0000.wav', index: 0, start: 0, end: 4, startSample: 0, endSample: 32_000,
      labels: [{ ...dog, start: 1, end: 3, truncated: false }, { ...cat, start: 3.5, end: 4, truncated: true }] },
    { ...same, destination: 'day1/long/long-0001.wav', index: 1, start: 3, end: 7, startSample: 24_000, endSample: 56_000,
      labels: [{ ...cat, start: 0.5, end: 3, truncated: false }] },
    { ...same, destination: 'day1/long/long-0002.wav', index: 2, start: 6, end: 10, startSample: 48_000, endSample: 80_000, labels: [] },
    { ...same, destination: 'day1/long/long-0003.wav', index: 3, start: 9, end: 10.5, startSample: 72_000, endSample: 84_000, labels: [] },
  ]) // prettier-ignore
  expect(all[4]).toMatchObject({ start: 0, end: 4, subtype: 'PCM_24', labels: [{ ...dog, start: 2, end: 2.5, truncated: false }] })
  expect(all[5]).toMatchObject({ subtype: 'FLOAT', sr: 16_000, labels: [] })
  for (const { destination, startSample, endSample } of all.slice(0, 4)) {
    const { channels } = clip('clips', destination)
    expect(channels[0]).toEqual(counting.slice(startSample, endSample))
    expect(channels[1]).toEqual(counting.slice(startSample, endSample).map((x) => 0 - x))
  }
})

test('clips without overlap are the recording again, byte for byte', async () => {
  await run('rec/day1', 'rec/day2', '--seconds', '0.7773', '--out', 'whole', '--quiet')
  for (const day of ['day1', 'day2']) {
    const parts = wavs('whole').filter((name) => name.startsWith(day))
    expect(parts.length).toBe(day === 'day1' ? 14 : 6)
    const data = Buffer.concat(parts.map((name) => readFileSync(join(root, 'whole', name)).subarray(44)))
    expect(data.equals(readFileSync(join(root, 'rec', day, 'long.wav')).subarray(44))).toBe(true)
  }
})

test.each([
  ['drop', [4, 4]],
  ['keep', [4, 4, 2.5]],
  ['pad', [4, 4, 4]],
  ['shift', [4, 4, 4]],
])('--last %s', async (rule, lengths) => {
  const out = `last-${rule}`
  await run('rec/day1/long.wav', '--seconds', '4', '--last', rule, '--out', out, '--quiet')
  expect(wavs(out).map((name) => clip(out, name).frames / SR)).toEqual(lengths)
  const last = rows(out).at(-1)!
  if (rule === 'pad') {
    expect(last).toMatchObject({ start: 8, end: 10.5, padSamples: 1.5 * SR })
    expect(
      clip(out, last.destination)
        .channels[0]!.subarray(2.5 * SR)
        .every((x) => x === 0),
    ).toBe(true)
  }
  if (rule === 'shift') expect(last).toMatchObject({ start: 6.5, end: 10.5, padSamples: 0 })
})

test('--dry-run prints the clips and makes nothing; --json as data', async () => {
  const args = ['rec/day1', '--seconds', '4', '--last', 'drop', '--labels', 'rec/labels.csv', '--out', 'dry', '--dry-run']
  const { code, stdout } = await run(...args)
  expect(code).toBe(0)
  expect(stdout).toBe(
    [
      `${join('rec', 'day1', 'long.wav')} 0.000-4.000 s -> long/long-0000.wav [dog, cat, meowing]`,
      `${join('rec', 'day1', 'long.wav')} 4.000-8.000 s -> long/long-0001.wav [cat, meowing]`,
      '',
    ].join('\n'),
  )
  const { settings, clips, failures } = JSON.parse((await run(...args, '--json')).stdout) as Record<string, unknown>
  expect(settings).toMatchObject({ seconds: 4, overlap: 0, last: 'drop', silence: null })
  expect(clips).toMatchObject([{ index: 0, endSample: 32_000 }, { index: 1, endSample: 64_000 }]) // prettier-ignore
  expect(failures).toEqual([])
  expect(existsSync(join(root, 'dry'))).toBe(false)
})

describe('what cannot be split', () => {
  beforeAll(() => {
    put('mixed/good.wav', encodeWav(counting.subarray(0, SR), SR))
    put('mixed/cut.wav', readFileSync(join(root, 'rec/day1/long.wav')).subarray(0, 5000))
    put('mixed/text.wav', 'no sound')
    put('mixed/labels.csv', 'file,start,end,label\ngood.wav,0,1,yes\ntext.wav,0,x,no\n,0,1,nobody\n')
  })

  test('is named, costs no other, and is said again by whoever asks later', async () => {
    const { code, stdout, stderr } = await run('mixed', '--seconds', '0.5', '--out', 'partly', '--labels', 'mixed/labels.csv', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ done: 1, failed: 3, exitCode: 1 })
    const failures = jsonLines<{ item: string; code: string }>('partly/failures.jsonl')
    const told = failures.map(({ item, code }) => [item.replaceAll('\\', '/').split('/').at(-1), code].join(' ')).sort()
    expect(told).toEqual(['cut.wav AUDIO_TRUNCATED', 'labels.csv line 4 BAD_LABEL', 'text.wav BAD_LABEL']) // prettier-ignore
    expect(stderr).toMatch(/line 3: end is a number of seconds from 0 on, not "x"/)
    expect(wavs('partly')).toEqual(['good/good-0000.wav', 'good/good-0001.wav'])
    // The same again does nothing, and still says that not all is there.
    const again = await run('mixed', '--seconds', '0.5', '--out', 'partly', '--labels', 'mixed/labels.csv')
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/0 done, 0 failed, 4 settled before/)
    // What is mended is done when that is asked for.
    put('mixed/cut.wav', encodeWav(counting.subarray(0, SR), SR))
    const retried = await run('mixed', '--seconds', '0.5', '--out', 'partly', '--labels', 'mixed/labels.csv', '--retry')
    expect(retried.stderr).toMatch(/1 done, 2 failed, 1 settled before/)
    expect(wavs('partly')).toHaveLength(4)
  })

  test('--truncated keep takes what is there', async () => {
    put('mixed/cut.wav', readFileSync(join(root, 'rec/day1/long.wav')).subarray(0, 5000))
    const { code } = await run('mixed/cut.wav', '--seconds', '10', '--out', 'kept', '--truncated', 'keep')
    expect(code).toBe(0)
    expect(rows('kept')).toMatchObject([{ startSample: 0, endSample: (5000 - 44) / 4 }])
  })

  test.each<[string[], RegExp]>([
    [['rec', '--out', 'x'], /seconds says how long a clip is/],
    [['rec', '--seconds', '1', '--overlap', '1', '--out', 'x'], /overlap and snap together must be below/],
    [['rec', '--seconds', 'ten', '--out', 'x'], /It is a number/],
    [['rec', '--seconds', '1', '--out', './rec'], /would be taken for recordings the next time/],
    [['rec', '--seconds', '1'], /required option '-o, --out <path>'/],
    [['nothing', '--seconds', '1', '--out', 'x'], /There is no file or folder nothing/],
    [['rec', '--seconds', '1', '--out', 'x', '--name', '{stem}.wav'], /must hold \{index\} or \{start\}/],
    [['rec', '--seconds', '1', '--out', 'x', '--labels', 'none.csv'], /none\.csv can't be read/],
    [['rec', '--seconds', '1', '--out', 'x', '--labels', 'rec/labels.csv', '--label-columns', 'file=wav'], /no column "wav"/],
    [['rec', '--seconds', '1', '--out', 'x', '--label-columns', 'sound=wav'], /as in file=filename/],
    [
      ['rec', '--seconds', '1', '--out', 'x', '--labels', 'rec/labels.csv', '--label-folder', '/away'],
      /about any of the recordings.*--label-folder/,
    ],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(existsSync(join(root, 'x'))).toBe(false)
  })

  test('recordings whose clips would have one name', async () => {
    put('twins/a.wav', encodeWav(counting.subarray(0, SR), SR))
    copyFileSync(join(sounds, '16k.flac'), join(root, 'twins/A.flac'))
    const { code, stderr } = await run('twins', '--seconds', '1', '--out', 'x')
    expect(code).toBe(2)
    expect(stderr).toMatch(/would have the same names/)
    expect((await run('twins', '--seconds', '1', '--out', 'twins-out', '--name', '{name}-{start}.wav')).code).toBe(0)
    expect(wavs('twins-out')).toEqual(['A.flac-0.000.wav', 'a.wav-0.000.wav'])
  })
})

test('other settings for the same output are refused with the difference, or done on request', async () => {
  await run('rec/day1', '--seconds', '5', '--out', 'again', '--quiet')
  const refused = await run('rec/day1', '--seconds', '3', '--out', 'again')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/seconds: 5 -> 3/)
  expect(wavs('again')).toHaveLength(3)
  expect((await run('rec/day1', '--seconds', '3', '--out', 'again', '--redo-changed')).code).toBe(0)
  expect(wavs('again')).toHaveLength(4)
  expect((await run('rec/day1', '--seconds', '6', '--out', 'again', '--restart')).code).toBe(0)
  expect(wavs('again')).toHaveLength(2)
})

describe('silence', () => {
  beforeAll(() => {
    const y = Float32Array.from({ length: 6 * SR }, (_, i) => {
      const t = i / SR
      return (t >= 1 && t < 1.5) || (t >= 3 && t < 4.75) ? 0.5 * Math.sin(2 * Math.PI * 500 * t) : 0.001 * Math.sin(i)
    })
    put('words/two.wav', encodeWav(y, SR))
    put('words/none.wav', encodeWav(new Float32Array(SR), SR))
  })

  test('a clip for each sound', async () => {
    const { code, stderr } = await run('words', '--silence', '-40dB', '--min-silence', '0.3', '--out', 'sounds')
    expect(code).toBe(0)
    expect(rows('sounds').map(({ start, end }) => [start, end])).toEqual([[0.9, 1.6], [2.9, 4.85]]) // prettier-ignore
    expect(stderr).toMatch(/none\.wav has no clip/)
  })

  test('cuts moved to where it is quiet', async () => {
    await run('words/two.wav', '--seconds', '3.5', '--snap', '1.5', '--out', 'snapped', '--quiet')
    const [first, second] = rows('snapped')
    expect(first!.end).toBeGreaterThan(2)
    expect(first!.end).toBeLessThan(3)
    expect(second).toMatchObject({ start: first!.end })
  })
})

test('clips below the recordings are not taken for recordings', async () => {
  put('in/a.wav', encodeWav(counting.subarray(0, SR), SR))
  for (const settled of [0, 1]) {
    const { code, stderr } = await run('in', '--seconds', '0.5', '--out', 'in/clips')
    expect(code).toBe(0)
    expect(stderr).toMatch(settled === 0 ? /1 done, 0 failed,/ : /0 done, 0 failed, 1 settled before/)
  }
  expect(wavs('in')).toEqual(['a.wav', 'clips/a/a-0000.wav', 'clips/a/a-0001.wav'])
  // Into the folder above them.
  expect((await run('in/a.wav', '--seconds', '0.5', '--out', '.', '--quiet')).code).toBe(0)
  expect(existsSync(join(root, 'a/a-0001.wav'))).toBe(true)
})

test('into a zip, and the encoding that is asked for', async () => {
  const { code } = await run('rec/other', '--seconds', '0.1', '--out', 'clips.zip', '--subtype', 'PCM_16', '--quiet')
  expect(code).toBe(0)
  const bytes = readFileSync(join(root, 'clips.zip'))
  expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
  expect(bytes.includes('tone/tone-0001.wav')).toBe(true)
})
