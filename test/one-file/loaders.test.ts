// A task keeps its identity, the line it is made at, whatever loads the main thread's code.
import { readFileSync } from 'node:fs'
import { parallel } from 'millrace'
import ts from 'typescript-5.9'
import { describe, expect, test } from 'vitest'
import { minus, plus, times } from './fixture/tasks.ts'
import { folderOf, runNode } from './program.ts'

const source = readFileSync(new URL('./fixture/tasks.ts', import.meta.url), 'utf8')
const lines = source.split('\n').flatMap((line, i) => (line.includes('= task(') ? [i + 1] : []))

describe('vitest', () => {
  test.each(['threads', 'processes'] as const)('%s', async (executor) => {
    const options = { executor, numWorkers: 1 }
    // The last one's import.meta stands too far below for its line to be trusted.
    expect([plus, times, minus].map(({ reference }) => reference.line)).toEqual([lines[0], lines[1], undefined])
    expect(await parallel(plus, [1, 2], options)).toEqual([2, 3])
    expect(await parallel(times, [1, 2], options)).toEqual([2, 4])
    expect(await parallel(minus, [1, 2], options)).toEqual([0, 1])
  })
})

const main = `import { parallel } from 'millrace'
import { minus, plus, times } from './tasks.js'
const options = { executor: process.argv[2], numWorkers: 1 }
console.log(await parallel(plus, [1, 2], options), await parallel(times, [1, 2], options), await parallel(minus, [1, 2], options))
`
const prints = '[ 2, 3 ] [ 2, 4 ] [ 0, 1 ]\n'
const { outputText, sourceMapText } = ts.transpileModule(source, {
  fileName: 'tasks.ts',
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2018, sourceMap: true, removeComments: true },
})
const compiled = { 'main.mjs': main, 'tasks.js': outputText, 'tasks.js.map': sourceMapText! }

// As a coverage tool does: main's code has other lines, and no source map says so. Workers are left alone.
const shift = `import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'
if (isMainThread && process.send === undefined) register('./shift-hooks.mjs', import.meta.url)
`
const shiftHooks = `export async function load(url, context, next) {
  const loaded = await next(url, context)
  return url.endsWith('/tasks.js') ? { ...loaded, source: '\\n\\n\\n' + loaded.source } : loaded
}
`

describe('node', () => {
  const ways: [string, string[]][] = [
    ['compiled, with source maps on disk', []],
    ['compiled, with source maps used', ['--enable-source-maps']],
    // The loader's own module.register() is deprecated since Node 26.
    ['changed by a loader that says nothing', ['--no-deprecation', '--import', './shift.mjs']],
  ]
  for (const [name, args] of ways) {
    test.each(['threads', 'processes'])(`${name}: %s`, async (executor) => {
      const folder = folderOf({ ...compiled, 'shift.mjs': shift, 'shift-hooks.mjs': shiftHooks })
      expect(await runNode(process.execPath, [...args, 'main.mjs', executor], folder)).toEqual({ stdout: prints, stderr: '', code: 0 })
    })
  }
})
