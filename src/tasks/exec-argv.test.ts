import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { startedWithTypeScript, workerEnv, workerExecArgv } from './exec-argv.ts'

const dropped: string[][] = [
  ['--import', 'tsx'],
  ['--import=tsx'],
  ['--import', 'tsx/esm'],
  ['--require', '/a/node_modules/tsx/dist/preflight.cjs', '--import', 'file:///a/node_modules/tsx/dist/loader.mjs'],
  ['--import', 'file:///a/node_modules/.pnpm/tsx@4.23.15/node_modules/tsx/dist/loader.mjs'],
  ['--require', String.raw`C:\a\node_modules\tsx\dist\preflight.cjs`],
  ['-r', 'ts-node/register'],
  ['--require=ts-node/register/transpile-only'],
  ['--loader', 'ts-node/esm'],
  ['--experimental-loader=ts-node/esm'],
  ['--experimental_loader=ts-node/esm'],
  ['--import', 'data:text/javascript,import { register } from "node:module"; register("ts-node/esm", "file:///a/")'],
  ['--import', '@swc-node/register/esm-register'],
  ['-r', '@swc-node/register'],
  ['--import', 'jiti/register'],
  ['-r', 'esbuild-register'],
  ['--import', '@oxc-node/core/register'],
  ['-e', 'x'],
  ['--eval', 'x'],
  ['-p', 'x'],
  ['-pe', 'x'],
  ['--print', 'x'],
  ['--input-type=module', '-e', 'x'],
  ['--input-type', 'module'],
  ['-i'],
  ['--check'],
  ['--test', '--test-reporter', 'spec', '--experimental-test-coverage'],
  ['--watch', '--watch-path', 'src', '--watch-preserve-output'],
  ['--inspect'],
  ['--inspect-brk=0.0.0.0:9229'],
  ['--inspect_brk'],
  ['--inspect-port=1'],
  ['--debug-port=1'],
  ['--env-file=.env'],
  ['--env-file', '.env'],
  ['--experimental-strip-types'],
  ['--experimental-transform-types'],
]
const kept: string[][] = [
  ['--conditions', 'development'],
  ['-C', 'development'],
  ['--conditions=development'],
  ['--no-warnings'],
  ['--disable-warning=ExperimentalWarning'],
  ['--enable-source-maps'],
  ['--import', './instrument.mjs'],
  ['--import', 'file:///a/tsx-setup.mjs'],
  ['--import', 'tsx-utils'],
  ['--require', './tsx.cjs'],
  ['-r', 'dotenv/config'],
  ['--no-experimental-require-module'],
  ['--trace-warnings'],
]
const keptByProcesses: string[][] = [
  ['--max-old-space-size=4096'],
  ['--max-old-space-size', '4096'],
  ['--expose-gc'],
  ['--openssl-legacy-provider'],
  ['--title=x'],
  ['--unhandled-rejections=strict'],
]

describe('workerExecArgv', () => {
  test.each(dropped)('drops %s %s', (...argv) => {
    expect(workerExecArgv('process', ['--no-warnings', ...argv, '--no-deprecation'])).toEqual(['--no-warnings', '--no-deprecation'])
    expect(workerExecArgv('thread', ['--no-warnings', ...argv, '--no-deprecation'])).toEqual(['--no-warnings', '--no-deprecation'])
  })
  test.each(kept)('keeps %s %s', (...argv) => {
    expect(workerExecArgv('process', ['--import', 'tsx', ...argv])).toEqual(argv)
    expect(workerExecArgv('thread', ['--import', 'tsx', ...argv])).toEqual(argv)
  })
  test.each(keptByProcesses)('keeps %s %s for processes only', (...argv) => {
    expect(workerExecArgv('process', argv)).toEqual(argv)
    expect(workerExecArgv('thread', argv)).toEqual([])
  })

  test('new Worker accepts what a thread keeps', async () => {
    const loads = new Set(['--import', '--require', '-r'])
    const flags = kept.filter(
      ([name = '']) => !loads.has(name) && (process.allowedNodeEnvironmentFlags.has(name.split('=')[0] ?? '') || name === '-C'),
    )
    const worker = new Worker('', { eval: true, execArgv: workerExecArgv('thread', [...flags, ...keptByProcesses].flat()) })
    expect(await once(worker, 'exit')).toEqual([0])
  })
})

describe('workerEnv', () => {
  test.each([
    ['--import tsx', undefined],
    ['--import=tsx --max-old-space-size=4096 --inspect', '--max-old-space-size=4096'],
    ['  --require "./a b/\\"c\\".cjs"   --import "./tsx"', '--require "./a b/\\"c\\".cjs" --import ./tsx'],
    ['--require="/a b/node_modules/tsx/dist/preflight.cjs" --no-warnings', '--no-warnings'],
    ['', undefined],
  ])('%s', (before, after) => {
    const env = workerEnv('process', { A: '1', NODE_OPTIONS: before })
    expect(env['NODE_OPTIONS']).toBe(after)
    expect(env['A']).toBe('1')
  })

  test('a thread takes no option of the process, which new Worker would refuse', async () => {
    const env = workerEnv('thread', { ...process.env, NODE_OPTIONS: '--title=x --no-warnings --openssl-legacy-provider' })
    expect(env['NODE_OPTIONS']).toBe('--no-warnings')
    expect(await once(new Worker('', { eval: true, execArgv: [], env }), 'exit')).toEqual([0])
  })
})

test('a program started with a TypeScript loader is known by its options or by NODE_OPTIONS', () => {
  for (const words of dropped.filter(([name]) => /^(--import|--require|-r|--loader|--experimental-loader)/.test(name!))) {
    expect(startedWithTypeScript(words, {}), words.join(' ')).toBe(true)
  }
  expect(startedWithTypeScript([], { NODE_OPTIONS: '--import tsx' })).toBe(true)
  expect(startedWithTypeScript(['--import', './tracing.mjs', '--inspect'], { NODE_OPTIONS: '--max-old-space-size=100' })).toBe(false)
})
