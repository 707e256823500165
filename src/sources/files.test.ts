import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parallel } from '../parallel/parallel.ts'
import { files, type FilesOptions } from './files.ts'
import { locate } from './locate.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-files-'))
const tree = [
  'b/2.WAV',
  'b/10.wav',
  'a/1.flac',
  'a/notes.txt',
  '.hidden/x.wav',
  'a/._1.flac',
  'top.wav',
  '日本/ü 1.wav',
  'odd/[x].wav',
  'odd/x.wav',
]
beforeAll(() => {
  for (const file of tree) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  mkdirSync(join(root, 'empty'))
})
afterAll(() => rmSync(root, { recursive: true }))

const listed = (dataset: { length: number; get(index: number): string }): string[] =>
  Array.from({ length: dataset.length }, (_, i) => dataset.get(i))
const find = (names: string | string[], options?: FilesOptions): string[] => {
  const inRoot = [names].flat().map((name) => join(root, name))
  return listed(files(Array.isArray(names) ? inRoot : inRoot[0]!, options)).map((path) => relative(root, path).replaceAll(sep, '/'))
}
const noInput = (message: RegExp): Error =>
  expect.objectContaining({ code: 'NO_INPUT', message: expect.stringMatching(message) as string }) as Error

test('a folder: its files and those of its folders, sorted, without hidden ones', () => {
  expect(find('.')).toEqual(['a/1.flac', 'a/notes.txt', 'b/10.wav', 'b/2.WAV', 'odd/[x].wav', 'odd/x.wav', 'top.wav', '日本/ü 1.wav'])
  expect(find('.', { recursive: false })).toEqual(['top.wav'])
})

test('extensions in any form', () => {
  const sounds = ['a/1.flac', 'b/10.wav', 'b/2.WAV', 'odd/[x].wav', 'odd/x.wav', 'top.wav', '日本/ü 1.wav']
  expect(find('.', { extensions: ['wav', 'flac'] })).toEqual(sounds)
  expect(find('.', { extensions: ['.WAV', '.Flac'] })).toEqual(sounds)
  expect(find('a', { extensions: 'txt' })).toEqual(['a/notes.txt'])
})

test('patterns, names and folders together, each file once', () => {
  expect(find(['b/*.wav', 'a'])).toEqual(['b/10.wav', 'a/1.flac', 'a/notes.txt'])
  expect(find('{a,b}', { extensions: 'wav' })).toEqual(['b/10.wav', 'b/2.WAV'])
  expect(find(['top.wav', '.', 'b'])).toHaveLength(8)
  expect(find('**/*.wav')).toEqual(['b/10.wav', 'odd/[x].wav', 'odd/x.wav', 'top.wav', '日本/ü 1.wav'])
  expect(find('odd/[x].wav')).toEqual(['odd/[x].wav'])
  expect(find('a/notes.txt', { extensions: 'wav' })).toEqual(['a/notes.txt'])
})

test('paths are relative where the name is', () => {
  const here = relative(process.cwd(), root)
  for (const name of [here, join(here, 'b')]) for (const path of listed(files(name))) expect(path.startsWith(here)).toBe(true)
  expect(listed(files(join(here, 'b', '*')))).toEqual([join(here, 'b', '10.wav'), join(here, 'b', '2.WAV')])
  expect(listed(files(join(root, 'b', '*')))).toEqual([join(root, 'b', '10.wav'), join(root, 'b', '2.WAV')])
})

test('links are followed, but not in circles', () => {
  const folder = mkdtempSync(join(root, 'links-'))
  symlinkSync(join(root, 'b'), join(folder, 'b'))
  symlinkSync(folder, join(folder, 'self'))
  symlinkSync(join(root, 'nowhere'), join(folder, 'lost'))
  expect(find(basename(folder))).toEqual(['b/10.wav', 'b/2.WAV', 'lost'].map((name) => `${basename(folder)}/${name}`))
})

test('nothing there is an error that says what was looked for', () => {
  expect(() => find('gone')).toThrow(noInput(/no file or folder .*gone/))
  expect(() => find('*.mp3')).toThrow(noInput(/no file that it matches/))
  expect(() => find('empty')).toThrow(noInput(/no files in .*empty: names that begin with a dot/))
  expect(() => find('a', { extensions: ['mp3', '.ogg'] })).toThrow(noInput(/mp3, ogg are taken/))
  expect(() => files([])).toThrow(noInput(/an empty list/))
})

test('a place tells the folder that its files were looked for in', () => {
  const roots = (name: string): string[] => locate(join(root, name)).map((place) => relative(root, place.root))
  expect(roots('b')).toEqual(['b'])
  expect(roots('b/*')).toEqual(['b', 'b'])
  expect(roots('{a,b}')).toEqual(['a', 'b'])
})

test('the files are the items of parallel', async () => {
  expect(await parallel((path) => path.length, files(join(root, 'b')), { numWorkers: 0 })).toEqual([
    join(root, 'b', '10.wav').length,
    join(root, 'b', '2.WAV').length,
  ])
})
