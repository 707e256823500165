// The jobs among the examples, run as the README says.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeWav, encodeWav } from '../../src/audio/wav.ts'
import { millrace } from '../cli/millrace.ts'
import { lines } from './fixture.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-job-examples-'))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(resolve('.'), join(root, 'node_modules/millrace'))
  for (const file of ['split/split.ts', 'words/word-job.ts']) copyFileSync(join('examples', file), join(root, file.split('/')[1]!))
})
afterAll(() => rmSync(root, { recursive: true }))

test('recordings to clips', async () => {
  const sr = 8000
  const sound = Float32Array.from({ length: 5 * sr }, (_, i) => Math.round(20_000 * Math.sin(i / 20)) / 32_768)
  writeFileSync(join(root, 'song.wav'), encodeWav(sound, sr))
  writeFileSync(join(root, 'dataset.csv'), 'input,labels\nsong.wav,"birds, wind"\nmissing.wav,\n')
  const { code, stderr } = await millrace(['run', 'split.ts', '--input', 'dataset.csv', '--out', 'out', '--param', 'seconds=2'], root)
  expect(code, stderr).toBe(1)
  expect(lines(join(root, 'out/metadata.jsonl'))).toEqual([
    { source: join(root, 'song.wav'), clips: ['song/0.wav', 'song/1.wav', 'song/2.wav'], labels: 'birds, wind' },
  ])
  const clips = [0, 1, 2].map((i) => decodeWav(readFileSync(join(root, `out/song/${i}.wav`))))
  expect(clips.map(({ channels }) => channels[0]!.length)).toEqual([2 * sr, 2 * sr, sr])
  expect(Float32Array.from(clips.flatMap(({ channels }) => [...channels[0]!]))).toEqual(sound)
})

test('words to their parts', async () => {
  for (const word of ['simple', 'scaleable']) writeFileSync(join(root, `${word}.txt`), `${word}\n`)
  writeFileSync(join(root, 'words.csv'), 'input\nsimple.txt\nscaleable.txt\n')
  const flags = ['--input', 'words.csv', '--column', 'input', '--out', 'parts', '--param', 'numChars=3', '--param', 'overlap=2']
  const { code, stderr } = await millrace(['run', 'word-job.ts', ...flags], root)
  expect(code, stderr).toBe(0)
  expect(lines(join(root, 'parts/metadata.jsonl'))[0]).toEqual({ word: 'simple', parts: ['sim', 'imp', 'mpl', 'ple'] })
  const parts = (word: string): string[] =>
    readdirSync(join(root, 'parts', word)).map((_, i) => readFileSync(join(root, 'parts', word, `${i}.txt`), 'utf8'))
  expect(parts('scaleable')).toEqual(['sca', 'cal', 'ale', 'lea', 'eab', 'abl', 'ble'])
})
