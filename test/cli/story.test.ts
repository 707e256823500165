import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { colormap } from '../../src/audio/colormaps.ts'
import { loadNpy } from '../../src/codec/npy.ts'
import { millrace } from './millrace.ts'
import { readPng } from './read-png.ts'

// Made by the story's own code with the real librosa and matplotlib: golden/story/make.py.
const golden = fileURLToPath(new URL('../../golden/story', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'millrace-story-'))
afterAll(() => rmSync(out, { recursive: true }))
const magma = Buffer.from(colormap('magma'))
const entries = new Map(Array.from({ length: 256 }, (_, i) => [magma.readUIntBE(3 * i, 3), i]))
const entry = (rgb: number): number => entries.get(rgb) ?? Number.NaN
const names = readdirSync(join(golden, 'sounds')).map((file) => file.replace('.wav', ''))

test('the pictures are those of librosa and matplotlib: never more than one colour off, over 99.9% of the pixels equal', async () => {
  expect(names.length).toBeGreaterThan(5)
  expect((await millrace(['spectrogram', join(golden, 'sounds'), '--out', out], out)).code).toBe(0)
  let unequal = 0
  for (const name of names) {
    const { pixels } = readPng(readFileSync(join(out, `${name}.png`)))
    const expected = inflateSync(readFileSync(join(golden, `${name}.rgb.z`)))
    expect(pixels.length).toBe(expected.length)
    for (let at = 0; at < pixels.length; at += 3) {
      const [ours, theirs] = [pixels.readUIntBE(at, 3), expected.readUIntBE(at, 3)]
      if (ours === theirs) continue
      unequal++
      // Tick marks in column 0 are of no colour of the map, and must be equal.
      expect(Math.abs(entry(ours) - entry(theirs)), `${name}, pixel ${at / 3}`).toBe(1)
    }
  }
  expect(unequal / (names.length * 224 * 224)).toBeLessThan(0.001)
})

test('and so are the decibels, where they are not the rounding of a resampler', async () => {
  expect((await millrace(['spectrogram', join(golden, 'sounds'), '--out', out, '--format', 'npy'], out)).code).toBe(0)
  for (const name of names) {
    const [ours, theirs] = [loadNpy(readFileSync(join(out, `${name}.npy`))), loadNpy(readFileSync(join(golden, `${name}.db.npy`)))]
    expect(ours.dims).toEqual(theirs.dims)
    const error = Array.from(theirs.data as Float32Array, (db, i) => (db > -40 ? Math.abs((ours.data[i] as number) - db) : 0))
    expect(Math.max(...error), name).toBeLessThan(1e-3)
  }
})
