import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoSounds } from './demo-sounds.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const read = (name: string): Buffer => readFileSync(join(folder, name))
const samples = (name: string): number[] => [...new Int16Array(new Uint8Array(read(name).subarray(44)).buffer)].map((v) => v / 32768)
const digest = (files: string[]): string => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(read(file))
  return hash.digest('hex')
}

/** The power of `y` at `hz`, by Goertzel's recurrence. */
function power(y: number[], hz: number): number {
  const twice = 2 * Math.cos((2 * Math.PI * hz) / 16_000)
  let [last, before] = [0, 0]
  for (const value of y) [last, before] = [value + twice * last - before, last]
  return last * last + before * before - twice * last * before
}
const band = (y: number[], low: number, high: number): number => {
  let sum = 0
  for (let hz = low; hz < high; hz += 10) sum += power(y, hz)
  return sum
}

test('writes ten words in folders, one second each, with right headers', () => {
  const { files, broken, words } = demoSounds(folder, { count: 25 })
  expect(words).toHaveLength(10)
  expect(files).toHaveLength(27)
  expect(files).toEqual([...files].sort())
  expect(files).toContain('yes/0003.wav')
  expect(files).not.toContain('stop/0003.wav')
  expect(readdirSync(folder, { recursive: true }).length).toBe(27 + 10)
  for (const file of files.filter((name) => !broken.includes(name))) {
    const bytes = read(file)
    expect(bytes.length).toBe(44 + 32_000)
    expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ')
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
    expect([bytes.readUInt16LE(20), bytes.readUInt16LE(22), bytes.readUInt32LE(24), bytes.readUInt32LE(28)]).toEqual([1, 1, 16_000, 32_000])
    expect([bytes.readUInt16LE(32), bytes.readUInt16LE(34), bytes.readUInt32LE(40)]).toEqual([2, 16, 32_000])
    const peak = Math.max(...samples(file).map(Math.abs))
    expect(peak).toBeGreaterThan(0.2)
    expect(peak).toBeLessThan(1)
  }
})

test('the words sound different: yes hisses, no does not', () => {
  demoSounds(folder, { count: 20, broken: false })
  for (const take of ['0001', '0002']) {
    const high = (word: string): number =>
      band(samples(`${word}/${take}.wav`), 5000, 7000) / band(samples(`${word}/${take}.wav`), 100, 3000)
    expect(high('yes')).toBeGreaterThan(4 * high('no'))
  }
})

test('the same seed gives the same bytes, and another seed others', () => {
  const first = digest(demoSounds(folder, { count: 12, seed: 3 }).files)
  expect(digest(demoSounds(folder, { count: 12, seed: 3 }).files)).toBe(first)
  expect(digest(demoSounds(folder, { count: 12, seed: 4 }).files)).not.toBe(first)
})

test('leaves files alone that are right, and repairs the others', () => {
  demoSounds(folder, { count: 2 })
  const before = statSync(join(folder, 'yes/0001.wav')).ino
  writeFileSync(join(folder, 'no/0001.wav'), 'half')
  demoSounds(folder, { count: 2 })
  expect(statSync(join(folder, 'yes/0001.wav')).ino).toBe(before)
  expect(read('no/0001.wav').length).toBe(32_044)
})

test('the broken files are a wav without its data and a text', () => {
  const { broken } = demoSounds(folder, { count: 0 })
  expect(broken.map((name) => read(name).toString('latin1', 0, 4))).toEqual(['RIFF', 'This'])
  expect(broken.map((name) => read(name).length)).toEqual([30, 44])
  expect(demoSounds(folder, { count: 0, broken: false })).toMatchObject({ files: [], broken: [] })
})

test('refuses counts and seeds that are not whole numbers', () => {
  expect(() => demoSounds(folder, { count: 1.5 })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  expect(() => demoSounds(folder, { seed: -1 })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})
