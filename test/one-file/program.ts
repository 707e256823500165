import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const tsx = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))

/** How a user starts a script: its extension, and what stands between `node` and the script. */
export interface Start {
  name: string
  extension: 'mjs' | 'ts'
  args: string[]
}

export const starts: Record<'js' | 'strip' | 'importTsx' | 'npxTsx', Start> = {
  js: { name: 'node main.mjs', extension: 'mjs', args: [] },
  strip: { name: 'node main.ts', extension: 'ts', args: [] },
  importTsx: { name: 'node --import tsx main.ts', extension: 'ts', args: ['--import', 'tsx'] },
  npxTsx: { name: 'npx tsx main.ts', extension: 'ts', args: [join(tsx, 'dist/cli.mjs')] },
}

/** Whether this Node runs a .ts file by itself, without a warning on stderr. */
export const strips = (major: number): boolean => major >= 24

export interface Ended {
  stdout: string
  stderr: string
  /** Exit code, or the signal's name. */
  code: number | string | null
}

/** Writes the files into a folder of their own, where `millrace` is the build of this repository; removed after the test. */
export function folderOf(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-one-file-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(repository, join(folder, 'node_modules/millrace'), 'junction')
  symlinkSync(tsx, join(folder, 'node_modules/tsx'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** Runs a Node program to its end; one that hangs is killed, which shows as its code. */
export async function runNode(node: string, args: string[], cwd: string): Promise<Ended> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(node, args, { cwd, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const ended: Ended = { stdout: '', stderr: '', code: null }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text))
  ended.code = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)))
  clearTimeout(timer)
  return ended
}

/**
 * A script that is JavaScript, with types in comments, as the start wants it: `(n/*: number *\/) => n` becomes TypeScript, below an
 * interface that shifts its lines, and `./x.EXT` names files by their extension.
 */
export function written(source: string, { extension }: Start): string {
  const text = source.trimStart().replaceAll('.EXT', `.${extension}`)
  return extension === 'mjs' ? text : `interface Unused {\n  lines: number\n}\n${text.replaceAll(/\/\*(:[^*]*?) ?\*\//g, '$1')}`
}

/** Starts `files.main` the given way, with `args` behind it. */
export async function runProgram(files: Record<string, string>, start: Start, node: string, args: string[]): Promise<Ended> {
  const named = Object.entries(files).map(([name, text]) => [`${name}.${start.extension}`, written(text, start)] as const)
  return runNode(node, [...start.args, `main.${start.extension}`, ...args], folderOf(Object.fromEntries(named)))
}
