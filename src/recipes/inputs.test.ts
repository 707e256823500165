import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInputs, isInside } from './inputs.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-inputs-'))
const tree = [
  'wavs/b/2.WAV',
  'wavs/b/10.wav',
  'wavs/a/1.flac',
  'wavs/a/notes.txt',
  'wavs/.hidden/x.wav',
  'wavs/a/._1.flac',
  'wavs/top.wav',
  'more/c.wav',
  'odd/[x].wav',
  'odd/x.wav',
  'empty/readme.md',
]
beforeAll(() => {
  for (const file of tree) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
})
afterAll(() => rmSync(root, { recursive: true }))

const extensions = new Set(['wav', 'flac'])
const find = (names: string[], recursive?: boolean): string[] => {
  const options = recursive === undefined ? { extensions } : { extensions, recursive }
  const found = findInputs(
    names.map((name) => join(root, name)),
    options,
  )
  return found.map((input) => input.relative.replaceAll(sep, '/'))
}

test('a folder gives its sounds and those of its folders, sorted, without hidden and other files', () => {
  expect(find(['wavs'])).toEqual(['a/1.flac', 'b/10.wav', 'b/2.WAV', 'top.wav'])
  expect(find(['wavs'], false)).toEqual(['top.wav'])
})

test('folders are kept from the nearest one that all inputs have in common', () => {
  expect(find(['wavs/b', 'more'])).toEqual(['wavs/b/10.wav', 'wavs/b/2.WAV', 'more/c.wav'])
  expect(find(['wavs/b/2.WAV', 'wavs/a/1.flac'])).toEqual(['b/2.WAV', 'a/1.flac'])
  expect(find(['wavs/b/2.WAV'])).toEqual(['2.WAV'])
  expect(find(['wavs/top.wav', 'wavs'])).toEqual(['top.wav', 'a/1.flac', 'b/10.wav', 'b/2.WAV'])
})

test('a pattern means what the shell would have made of it', () => {
  expect(find(['wavs/*/*.wav'])).toEqual(find(['wavs/b/10.wav']))
  expect(find(['wavs/{a,b}/*'])).toEqual(['b/10.wav', 'a/1.flac', 'b/2.WAV', 'a/notes.txt'].sort())
  expect(find(['wavs/*'])).toEqual(['a/1.flac', 'b/10.wav', 'b/2.WAV', 'top.wav'])
})

test('a name that exists is no pattern, and a named file is taken whatever it is', () => {
  expect(find(['odd/[x].wav'])).toEqual(['[x].wav'])
  expect(find(['odd/[xy].wav'])).toEqual(['x.wav'])
  expect(find(['wavs/a/notes.txt'])).toEqual(['notes.txt'])
})

test('links are followed, but not in circles; one that leads nowhere is an input that will fail', () => {
  const folder = join(root, 'links')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  symlinkSync(join(root, 'more'), join(folder, 'linked'))
  symlinkSync(folder, join(folder, 'deep', 'back'))
  symlinkSync(join(root, 'nowhere.wav'), join(folder, 'lost.wav'))
  expect(find(['links'])).toEqual(['linked/c.wav', 'lost.wav'])
  expect(find(['links/lost.wav'])).toEqual(['lost.wav'])
  expect(find(['links/**/*.wav'])).toContain('linked/c.wav')
})

test('nothing to do is an error that says what was looked for', () => {
  expect(() => find(['empty'])).toThrow(
    expect.objectContaining({ code: 'NO_INPUT', message: expect.stringMatching(/empty.*wav, flac/) as string }) as Error,
  )
  expect(() => find(['gone'])).toThrow(
    expect.objectContaining({ code: 'NO_INPUT', message: expect.stringContaining('gone') as string }) as Error,
  )
  expect(() => find(['wavs', 'wavs/*.mp3'])).toThrow(expect.objectContaining({ code: 'NO_INPUT' }) as Error)
})

test('isInside: below or the same, not beside with a longer name', () => {
  expect(isInside('/a/b', '/a')).toBe(true)
  expect(isInside('/a', '/a')).toBe(true)
  expect(isInside('/a/..b', '/a')).toBe(true)
  expect(isInside('/ab', '/a')).toBe(false)
  expect(isInside('/', '/a')).toBe(false)
})
