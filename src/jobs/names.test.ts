import fc from 'fast-check'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Claims, FOLDER, keyOf } from './claims.ts'
import { checkName, pathOf, stemOf } from './names.ts'

test.each<[unknown, string]>([
  ['a/b/word.txt', 'word'],
  ['word', 'word'],
  ['.hidden', '.hidden'],
  ['https://host/x/cat.jpg?size=2#top', 'cat'],
  [{ input: 'x/y.wav', id: 3 }, 'y'],
  [{ file: 'z.flac' }, 'z'],
  [{ id: 'Train_0', pixels: [1] }, 'Train_0'],
  [{ id: 0 }, '0'],
  [['a/tuple.txt', 5], 'tuple'],
  [{ input: 5 }, '00000042'],
  [7, '00000042'],
  [null, '00000042'],
])('the stem of %j is %j', (item, stem) => {
  expect(stemOf(item, 42)).toBe(stem)
})

test('below a root a path keeps its folders, outside it does not', () => {
  expect(stemOf(join('/data', 'cat', '1.jpg'), 0, '/data')).toBe('cat/1')
  expect(stemOf('/database/1.jpg', 0, '/data')).toBe('1')
  expect(pathOf({ path: '' })).toBeUndefined()
})

test('a name that passes stays below its folder, whatever is in it', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('..', '.', '', 'a', 'CON', 'C:', '\\', '\0', 'ü'))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const name = parts.join('/')
      try {
        checkName(name)
      } catch {
        return
      }
      expect(join('/root', name)).toBe(`/root/${name}`)
    }),
    { numRuns: 2000 },
  )
})

test('claims agree with a map of names', () => {
  const name = fc
    .array(fc.constantFrom('a', 'A', 'b', 'é', 'e\u0301', 'long name'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 60 }), (steps) => {
      const claims = new Claims()
      const files = new Map<string, number>()
      const folders = new Set<string>()
      const ownerOf = (text: string): number | undefined => {
        const key = keyOf(text)
        for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) {
          const above = files.get(key.slice(0, at))
          if (above !== undefined) return above
        }
        return files.get(key) ?? (folders.has(key) ? FOLDER : undefined)
      }
      steps.forEach(([text, removes], i) => {
        expect(claims.owner(text)).toBe(ownerOf(text))
        const key = keyOf(text)
        if (removes) {
          claims.remove(text)
          files.delete(key)
        } else if (ownerOf(text) === undefined) {
          const bytes = Buffer.from(text)
          if (bytes.length === text.length) claims.addAscii(bytes, 0, bytes.length, i)
          else claims.add(text, i)
          files.set(key, i)
          for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) folders.add(key.slice(0, at))
        }
      })
    }),
  )
})

test('200,000 names, each its own', () => {
  const claims = new Claims()
  for (let i = 0; i < 200_000; i++) claims.add(`item-${i}/0.txt`, i)
  for (let i = 0; i < 200_000; i += 7) expect(claims.owner(`ITEM-${i}/0.txt`)).toBe(i)
  expect(claims.owner('item-200000/0.txt')).toBeUndefined()
  expect(claims.owner('item-5')).toBe(FOLDER)
})
