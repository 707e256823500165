import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Committed } from '../core/sink.ts'
import { tarMembers } from '../sources/tar.ts'
import { tarSink } from './tar.ts'
import { entryName, entryNames } from './tar-names.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-tar-sink-'))
afterAll(() => rmSync(root, { recursive: true }))
let made = 0
const folder = (): string => {
  const path = join(root, String(made++))
  mkdirSync(path)
  return path
}
const item = (stem: string, files: Record<string, number>, ordinal = 0): Committed => ({
  ordinal,
  stem,
  outputs: Object.entries(files).map(([name, size]) => {
    const bytes = new Uint8Array(size)
    return { name: `${stem}/${name}`, size, crc: crc32(bytes), bytes }
  }),
})
/** How WebDataset's reader splits a name into key and field (`base_plus_ext`). */
const webDataset = (name: string): string[] => /^((?:.*\/|)[^.]+)[.]([^/]*)$/.exec(name)?.slice(1) ?? []

test('an item is one sample of WebDataset', () => {
  const cases: [stem: string | undefined, name: string, entry: string, key: string, field: string][] = [
    ['rec01', 'rec01/0.wav', 'rec01.0.wav', 'rec01', '0.wav'],
    ['yes/rec01', 'yes/rec01/clip.wav', 'yes/rec01.clip.wav', 'yes/rec01', 'clip.wav'],
    ['v1.2/a.b', 'v1.2/a.b/0.png', 'v1.2/a%2Eb.0.png', 'v1.2/a%2Eb', '0.png'],
    ['a', 'a/masks/0.png', 'a.masks%2F0.png', 'a', 'masks%2F0.png'],
    ['50%', '50%/1%.png', '50%25.1%25.png', '50%25', '1%25.png'],
    ['.hidden', '.hidden/x', '%2Ehidden.x', '%2Ehidden', 'x'],
    [undefined, 'yes/rec01.png', 'yes/rec01.png', 'yes/rec01', 'png'],
    [undefined, 'a.b.png', 'a%2Eb.png', 'a%2Eb', 'png'],
  ]
  for (const [stem, name, entry, key, field] of cases) {
    expect(entryName(name, stem)).toBe(entry)
    expect(webDataset(entry)).toEqual([key, field])
    expect(entryNames(name)).toContain(entry)
  }
  expect(entryName('.gitignore', undefined)).toBe('%2Egitignore')
  expect(entryName('LICENSE', undefined)).toBe('LICENSE')
})

test('two outputs never fall together', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '.', '%', '2', 'E', 'F'), minLength: 1, maxLength: 4 })
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(path, path, path, path, (stem, name, otherStem, other) => {
      const [first, second] = [`${stem}/${name}`, `${otherStem}/${other}`]
      if (first === second) return
      expect(entryName(first, stem)).not.toBe(entryName(second, otherStem))
      expect(webDataset(entryName(first, stem))[0]).toBe(
        entryName(first, stem).slice(0, -1 - name.replaceAll('%', '%25').replaceAll('/', '%2F').length),
      )
    }),
    { numRuns: 2000 },
  )
})

test('shards by count and by size; an item is never split', async () => {
  const path = folder()
  const sink = tarSink(join(path, 'train-%03d.tar'), { maxCount: 3, maxBytes: 10_000 })
  await sink.open()
  await sink.commit([item('a', { x: 100, y: 100 }), item('b', { x: 100 }), item('none', {}), item('c', { x: 1 }), item('d', { x: 1 })])
  await sink.commit([item('e', { x: 5000 }), item('f', { x: 20_000 }), item('g', { x: 1 })])
  await sink.finish()
  const shards = readdirSync(path)
    .filter((name) => name.endsWith('.tar'))
    .sort()
  const keys = await Promise.all(
    shards.map(async (shard) => {
      const names: string[] = []
      for await (const { name } of tarMembers(join(path, shard))) names.push(name)
      return [shard, ...names]
    }),
  )
  expect(keys).toEqual([
    ['train-000.tar', 'a.x', 'a.y', 'b.x', 'c.x'],
    ['train-001.tar', 'd.x', 'e.x'],
    ['train-002.tar', 'f.x'],
    ['train-003.tar', 'g.x'],
  ])
  expect(readFileSync(join(path, 'train-001.tar')).length).toBeLessThanOrEqual(10_000)
})

test('what is not a shard of its own is left alone, whatever it is called', async () => {
  const path = folder()
  const others = [
    'shard-1.tar',
    'shard-0000000.tar',
    'shard-000000.tar.bak',
    'xshard-000000.tar',
    'shard-00000a.tar',
    'shard-.tar',
    'shard-1e3.tar',
  ]
  for (const name of [...others, 'shard-000007.tar', 'shard-1234567.tar']) writeFileSync(join(path, name), 'x')
  const sink = tarSink(path)
  await sink.open()
  await sink.commit([item('a', { x: 1 })])
  await sink.finish()
  await sink.close()
  expect(readdirSync(path).sort()).toEqual(['.millrace', ...others, 'shard-000000.tar'].sort())
})

test('where a target keeps its state, and what is wrong with one', () => {
  const of = (target: string): string[] => [tarSink(target).state, tarSink(target).beside('metadata.jsonl')]
  expect(of('/x/out')).toEqual(['/x/out/.millrace', '/x/out/metadata.jsonl'])
  expect(of('/x/out.tar')).toEqual(['/x/out.tar.millrace', '/x/out.tar.metadata.jsonl'])
  expect(of('/x/out-%06d.tar')).toEqual(['/x/out.tar.millrace', '/x/out.tar.metadata.jsonl'])
  expect(of('/x/%06d.tar')).toEqual(['/x/shards.tar.millrace', '/x/shards.tar.metadata.jsonl'])
  expect(() => tarSink('a.tar', { maxCount: 5 })).toThrow(/need a pattern/)
  expect(() => tarSink('a', { maxCount: 0 })).toThrow(/maxCount must be at least 1, but is 0/)
  expect(() => tarSink('a', { maxBytes: NaN })).toThrow(/maxBytes must be at least 1, but is NaN/)
})
