import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodes } from '../../test/nodes.ts'

const dist = new URL('../../dist/tasks/typescript.js', import.meta.url).href
const tsx = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))

// Starts a thread and a process as the executors do; each imports the module it is told and sends its `answer`.
const main = (typed: string): string => `
import { Worker } from 'node:worker_threads'
import { fork } from 'node:child_process'
import { workerEnv, workerExecArgv } from '${dist}'
const boot${typed} = new URL('./boot.mjs', import.meta.url)
const modules = process.argv.slice(2)
const thread = new Worker(boot, { argv: modules, execArgv: workerExecArgv('thread'), env: workerEnv('thread') })
const answers = [await new Promise((resolve, reject) => thread.on('message', resolve).on('error', reject))]
const child = fork(boot, modules, { execArgv: workerExecArgv('process'), env: workerEnv('process') })
answers.push(await new Promise((resolve, reject) => child.on('message', resolve).on('exit', reject)))
child.disconnect()
console.log(JSON.stringify(answers))
`
const boot = `
import { parentPort } from 'node:worker_threads'
import { registerTypeScript } from '${dist}'
registerTypeScript()
const answers = []
for (const name of process.argv.slice(2)) {
  try {
    answers.push(await (await import(name)).answer())
  } catch (error) {
    answers.push(error.stack)
  }
}
parentPort ? parentPort.postMessage(answers) : process.send(answers)
`

const files: Record<string, string> = {
  'main.mjs': main(''),
  'main.mts': main(': URL'),
  'boot.mjs': boot,
  'package.json': '{ "type": "module" }',
  'tsconfig.json': `{
    // comments, and a comma too many
    "extends": "./config/base",
    "compilerOptions": { "experimentalDecorators": true, "paths": { "#lib/*": ["./*"], "@exact": ["./deep/index.ts"] }, },
  }`,
  'config/base.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", /* no "paths" here */ "baseUrl": "../lib" } }',
  'lib/colour.ts': 'export enum Colour { Red = 1, Green }\nexport namespace Inner { export const two = 2 }\n',
  'lib/deep/index.ts': 'export const deep: string = "deep"\n',
  'lib/plain.js': 'export const plain = "plain"\n',
  'lib/view.tsx': 'const h = (name: string, props: object) => ({ name, ...props })\nexport const view = <b size={2} />\n',
  'module.ts': `
import { Colour, Inner } from './lib/colour.js'
import { deep } from './lib/deep'
import { plain } from './lib/plain'
import { view } from '#lib/view'
import { deep as exact } from '@exact'
import { plain as based } from 'plain'
import type { Nothing } from './nothing.ts'
const seen: string[] = []
const note = (target: object, key: string) => void seen.push(key)
class Point {
  @note label = 'p'
  constructor(readonly x: number, private y: number = 2) {}
  sum(): number { return this.x + this.y }
}
let closed = 0
{
  using resource = { [Symbol.dispose]() { closed++ } }
}
export const answer = async () => [Colour[2], Inner.two, deep, exact, plain, based, view, new Point(1).sum(), seen, closed, (await import('./lib/deep/index')).deep]
`,
  'fails.ts': `
interface Wide {
  a: number
}
enum Kind { A }

export function answer(input: Wide = { a: Kind.A }): never {
  throw new TypeError('from line 8')
}
`,
  'syntax.ts': 'export const answer = () => {\n  const a: = 1\n}\n',
  'missing.ts': "import './not-there.js'\nexport const answer = () => 1\n",
  'common/package.json': '{ "type": "commonjs" }',
  'common/mixed.ts':
    "import { other } from './other'\nexport const answer = () => [other.n, typeof require('node:fs').statSync, __filename.endsWith('mixed.ts')]\n",
  'common/other.ts': 'const path: string = __dirname\nexports.other = { n: path.length > 0 ? 7 : 0 }\n',
  'common/required.cts':
    "const { other } = require('./other')\nimport fs = require('node:fs')\nexports.answer = (): unknown => [other.n, typeof fs.statSync]\n",
  'common/plain.cjs': "const { other } = require('./typed')\nexports.answer = () => other + require('./exporting.js').five\n",
  'common/exporting.ts': 'export const five: number = 5\n',
  'common/typed.cts': 'exports.other = (5 as number)\n',
  'bare/package.json': '{}',
  'bare/index.ts':
    "#!/usr/bin/env node\nimport { sep } from 'node:path'\nconst __dirname = import.meta.dirname\nexport const answer = () => [sep.length, __dirname.endsWith('bare')]\n",
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-typescript-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const parents: [name: string, argv: string[]][] = [
  ['node main.mjs', ['main.mjs']],
  ['node --import tsx main.mts', ['--import', pathToFileURL(join(tsx, 'dist/loader.mjs')).href, 'main.mts']],
  ['npx tsx main.mts', [join(tsx, 'dist/cli.mjs'), 'main.mts']],
]

describe.each(nodes)('Node $major', ({ node, version }) => {
  test.skipIf(node === undefined).each(parents)(`${version}: %s`, (_, argv) => {
    const modules = [
      './module.ts',
      './fails.js',
      './syntax.ts',
      './missing.ts',
      './common/mixed.ts',
      './common/required.cts',
      './common/plain.cjs',
      './bare/index.ts',
    ]
    const { stdout, stderr } = spawnSync(node!, [...argv, ...modules], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    const answers = JSON.parse(stdout) as unknown[][]
    expect(answers).toHaveLength(2)
    for (const [module, fails, syntax, missing, ...rest] of answers) {
      expect(module).toEqual(['Green', 2, 'deep', 'deep', 'plain', 'plain', { name: 'b', size: 2 }, 3, ['label'], 1, 'deep'])
      expect(fails).toMatch(/TypeError: from line 8\n    at (Module\.)?answer \((file:\/\/)?\/.*fails\.ts:8:9\)/)
      expect(syntax).toMatch(/SyntaxError: .*syntax\.ts: Unexpected token.*syntax\.ts:2:12/s)
      expect(missing).toMatch(/Cannot find module '.*not-there\.js' imported from .*missing\.ts/)
      expect(rest).toEqual([[7, 'function', true], [7, 'function'], 10, [1, true]])
    }
  })
})

test.each(nodes.filter(({ node }) => node !== undefined))('without oxc-transform, Node $major', ({ major, node }) => {
  const bare = join(folder, 'no-packages')
  for (const room of ['core', 'tasks']) cpSync(new URL(`../../dist/${room}`, import.meta.url), join(bare, room), { recursive: true })
  writeFileSync(join(bare, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(bare, 'typed.ts'), 'interface Box { n: number }\nexport const box: Box = { n: 5 }\n')
  writeFileSync(
    join(bare, 'main.mjs'),
    `import { registerTypeScript } from './tasks/typescript.js'
    registerTypeScript()
    console.log(await import('./typed.ts').then(({ box }) => box.n, ({ code, message }) => code + message))`,
  )
  const { stdout } = spawnSync(node!, ['main.mjs'], { cwd: bare, encoding: 'utf8' })
  if (major === 20) expect(stdout).toMatch(/^TYPESCRIPT_UNAVAILABLE.*typed\.ts needs it.*--include=optional/)
  else expect(stdout).toBe('5\n')
})

test('a module from node_modules is left alone unless it is TypeScript', async () => {
  const { isTypeScript } = await import('./typescript-modules.ts')
  const url = (path: string): string => pathToFileURL(fileURLToPath(new URL(path, import.meta.url))).href
  const yes = ['a.ts', 'a.mts', 'a.cts', 'a.tsx', 'a.jsx', 'node_modules/x/a.ts']
  const no = ['a.js', 'a.mjs', 'a.json', 'a.ts.js', 'node_modules/x/a.jsx', 'ts']
  expect(yes.filter((path) => !isTypeScript(url(path)))).toEqual([])
  expect(no.filter((path) => isTypeScript(url(path)))).toEqual([])
  expect(isTypeScript(`${url('a.ts')}?v=1`)).toBe(true)
  expect(isTypeScript('data:text/javascript,a.ts')).toBe(false)
})
