import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeDigests, version } from './code-digest.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-code-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a module and what it imports by a relative path, once each, in circles too', () => {
  mkdirSync(join(folder, 'lib'))
  const files = {
    'main.ts': `import { a } from './lib/a.js'\nexport { b } from "./b"\nconst c = await import('./c.mjs')\nimport fs from 'node:fs'\nimport x from 'package'`,
    'lib/a.ts': `import '../main.ts'`,
    'b.ts': `const d = require('./d.json')`,
    'c.mjs': '',
    'd.json': '{}',
    'other.ts': '',
  }
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code)
  const url = pathToFileURL(join(folder, 'main.ts')).href
  const before = codeDigests(url)
  expect(Object.keys(before)).toEqual(['b.ts', 'c.mjs', 'd.json', 'lib/a.ts', 'main.ts'])
  writeFileSync(join(folder, 'd.json'), '[]')
  const after = codeDigests(url)
  expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual(['d.json'])
})

test('of what is part of Millrace the version is enough', () => {
  expect(codeDigests(new URL('./job.ts', import.meta.url).href)).toEqual({ millrace: version })
})
