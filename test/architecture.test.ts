import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-5.9'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What users import, and so what the outer rooms may. */
const entries = new Set(['src/index.ts', 'src/audio/index.ts', 'src/image/index.ts', 'src/testing/index.ts'])

/**
 * Who may import whom: a room may import itself and the rooms named here, types included; `entries` are the public doors. What is
 * not named is forbidden. Everything runs towards core.
 */
const allowed: Record<string, readonly string[]> = {
  core: [],
  kernels: ['core'],
  codec: ['core', 'kernels'],
  audio: ['core', 'kernels', 'codec'],
  image: ['core', 'kernels', 'codec', 'dataset', 'tasks'],
  tasks: ['core'],
  executors: ['core', 'tasks'],
  engine: ['core'],
  parallel: ['core', 'engine', 'executors', 'tasks'],
  dataset: ['core', 'tasks'],
  sources: ['core', 'kernels', 'codec', 'dataset', 'engine', 'parallel', 'tasks'],
  sinks: ['core', 'codec', 'sources'],
  loader: ['core', 'dataset', 'engine', 'executors', 'tasks'],
  jobs: ['core', 'dataset', 'engine', 'executors', 'parallel', 'sinks', 'tasks'],
  // The front door.
  '.': ['core', 'dataset', 'engine', 'executors', 'jobs', 'loader', 'parallel', 'sinks', 'sources', 'tasks'],
  // `tasks` for the modules that workers load, which take no more of the house than they need.
  recipes: ['core', 'entries', 'sources', 'tasks'],
  cli: ['core', 'entries', 'jobs', 'recipes', 'sources'],
  testing: ['core', 'entries'],
}

/** The packages we depend on, each with the one room that uses it, so that it can be replaced. */
const packages: Record<string, string> = {
  acorn: 'tasks',
  'oxc-transform': 'tasks',
  '@audio/decode-opus': 'audio',
  '@wasm-audio-decoders/ogg-vorbis': 'audio',
  'mpg123-decoder': 'audio',
  sharp: 'image',
  commander: 'cli',
  tinyglobby: 'sources',
  hyparquet: 'sources',
  'hyparquet-writer': 'sinks',
  zstddec: 'sources',
}

const typescript = [...list('src'), ...list('test')].filter((file) => file.endsWith('.ts') && !file.includes('/fixtures/'))
const sources = typescript.filter(
  (file) => file.startsWith('src/') && !file.endsWith('.test.ts') && !file.startsWith('src/kernels/assembly/'),
)
const rooms = [...new Set(sources.map(roomOf))].sort()

describe('who may import whom', () => {
  test('every room has its line in the table, and every line its room', () => {
    expect(rooms).toEqual(Object.keys(allowed).sort())
  })

  test.each(rooms)('%s', (room) => {
    const forbidden = sources
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !mayImport(room, target))
          .map((target) => `${file} imports ${target}`),
      )
    expect(forbidden).toEqual([])
  })

  test('the reader of imports sees every kind', () => {
    const code = `
      import a from './a.ts'
      import type { B } from './b.ts'
      import { type C, D } from 'c'
      import './d.ts'
      export { e } from './e.ts'
      export * from './f.ts'
      export type { G } from './g.ts'
      const h = await import('./h.ts')
      let i: import('./i.ts').I
      const url = new URL('./j.js', import.meta.url)
      // import './comment.ts'
      const text = "import './string.ts'"
      const k = require('k')
      const builtin = await import('node:fs')
      const more = import(\`./l.ts\`)
      type T = typeof import('./m.ts')`
    expect(specifiers(code).sort()).toEqual([
      './a.ts',
      './b.ts',
      './d.ts',
      './e.ts',
      './f.ts',
      './g.ts',
      './h.ts',
      './i.ts',
      './j.js',
      './l.ts',
      './m.ts',
      'c',
      'k',
      'node:fs',
    ])
  })
})

describe('the shape of the source', () => {
  test('every dependency of the package is in the table, and the other way round', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    expect(Object.keys(packages).sort()).toEqual(Object.keys(dependencies).sort())
  })

  test('a room explains itself', () => {
    expect(rooms.filter((room) => room !== '.' && !existsSync(join(root, 'src', room, 'README.md')))).toEqual([])
  })

  test('no file is longer than 600 lines', () => {
    const long = typescript.map((file) => [file, read(file).split('\n').length] as const).filter(([, lines]) => lines > 600)
    expect(long).toEqual([])
  })

  test('no test is left out without a reason', () => {
    // `skipIf` states its condition; `only` would leave out all others.
    const left = typescript
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .map((line, i, lines) => ({ line, before: lines[i - 1] ?? '', where: `${file}:${i + 1}` }))
          .filter(
            ({ line, before }) =>
              /\b(test|it|describe)\.(skip|only|todo)\b/.test(line) && !(/\.skip\b/.test(line) && before.includes('//')),
          ),
      )
    expect(left.map(({ where }) => where)).toEqual([])
  })

  test('the front door and the doors of the rooms hold only exports', () => {
    const statements = [...entries].map((file) => {
      const { statements } = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest)
      return [file, statements.filter((statement) => !ts.isExportDeclaration(statement)).length]
    })
    expect(statements).toEqual([...entries].map((file) => [file, 0]))
  })
})

function list(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** `src/audio/mel.ts` is in audio; `src/index.ts` in none, which is `.`. */
function roomOf(file: string): string {
  return dirname(file).split('/')[1] ?? '.'
}

/** Source files by their path from the root, packages by their name; what Node brings is left out. */
function importsOf(file: string): string[] {
  return specifiers(read(file))
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => (/^\.\.?\//.test(specifier) ? posix.join(dirname(file), specifier.replace(/\.js$/, '.ts')) : specifier))
}

/** Everything a module names: imports of values and of types, re-exports, `import()`, `require()` and files by `new URL`. */
function specifiers(code: string): string[] {
  const imported = ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName)
  const urls = [...code.matchAll(/new URL\('(\.[^']+\.[jt]s)', import\.meta\.url\)/g)].flatMap((match) => match[1] ?? [])
  return [...imported, ...urls]
}

function mayImport(room: string, target: string): boolean {
  if (!target.startsWith('src/')) return packages[packageOf(target)] === room
  const other = roomOf(target)
  const rules = allowed[room] ?? []
  return other === room || rules.includes(other) || (rules.includes('entries') && entries.has(target))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
