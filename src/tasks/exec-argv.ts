import type { Boot } from '../core/executor.ts'

/** A worker is a thread of this process, or a process of its own. */
export type WorkerKind = 'thread' | 'process'

/**
 * The Node options a worker is started with: those of this process, less what would load TypeScript a second time, run another
 * program or open another debugger. A thread takes over only the options that belong to a thread; the others, such as
 * `--max-old-space-size`, hold for the whole process anyway.
 */
export function workerExecArgv(kind: WorkerKind, execArgv: readonly string[] = process.execArgv): string[] {
  return options(execArgv)
    .filter((option) => isKept(kind, option))
    .flatMap(({ words }) => words)
}

/** The environment a worker is started with: `env` with `NODE_OPTIONS` treated as `workerExecArgv` treats options. */
export function workerEnv(kind: WorkerKind, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: nodeOptions, ...rest } = env
  const kept = workerExecArgv(kind, words(nodeOptions ?? ''))
  return kept.length > 0 ? { ...rest, NODE_OPTIONS: kept.map(quote).join(' ') } : rest
}

/**
 * Whether this program was started with a loader of TypeScript, so that even its JavaScript modules may import TypeScript. (Node's
 * own type stripping needs no help in workers.)
 */
export function startedWithTypeScript(execArgv: readonly string[] = process.execArgv, env: NodeJS.ProcessEnv = process.env): boolean {
  return [...options(execArgv), ...options(words(env['NODE_OPTIONS'] ?? ''))].some(
    ({ name, value }) => preloads.has(name) && loadsTypeScript.test(value.replaceAll('\\', '/')),
  )
}

/** One option: its words as given, its name in Node's spelling, and its value. */
interface Option {
  words: string[]
  name: string
  value: string
}

/** The script is not in `execArgv`, so a word that doesn't begin with a dash is the value of the option before it. */
function options(execArgv: readonly string[]): Option[] {
  const found: Option[] = []
  for (const word of execArgv) {
    const last = found.at(-1)
    if (!word.startsWith('-') && last !== undefined) {
      last.words.push(word)
      last.value = word
      continue
    }
    const [, name = word, value = ''] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    found.push({ words: [word], name: name.startsWith('--') ? name.replaceAll('_', '-') : name, value })
  }
  return found
}

// What makes Node run something else than a worker's file, wait, or open a port; and what a worker has already, by our own loader
// or by inheriting `process.env`.
const unwanted = new RegExp(
  '^(-e|--eval|-p|--print|-pe|-i|--interactive|-c|--check|--input-type|--entry-url|--run|--prof-process' +
    '|--(test|experimental-test|bench|watch|inspect|debug|env-file|build)(-.+)?|--(experimental-)?(strip|transform)-types)$',
)

const preloads = new Set(['--import', '--require', '-r', '--loader', '--experimental-loader'])

const typeScriptLoader =
  '(tsx|ts-node|ts-node-dev|tsimp|ts-blank-space|jiti|amaro|sucrase|esbuild-register|esbuild-runner|@swc/register|@(swc-node|esbuild-kit|oxc-node)/[^/]+)'
// tsx, tsx/esm, /x/node_modules/tsx/dist/loader.mjs, file:///..., and data:text/javascript,... register("ts-node/esm", ...)
const loadsTypeScript = new RegExp(
  String.raw`^${typeScriptLoader}(/|$)|node_modules[/\\]${typeScriptLoader}[/\\]|^data:.*["'\`]${typeScriptLoader}["'\`/]`,
  's',
)

// The options that belong to a thread and matter to a user's module; `new Worker` throws at those of the process.
const threadOptions = new RegExp(
  '^(-C|--conditions|--enable-source-maps|--disable-warning|--trace-(warnings|deprecation|uncaught|exit)|--throw-deprecation|--pending-deprecation' +
    '|--preserve-symlinks|--frozen-intrinsics|--dns-result-order|--insecure-http-parser|--max-http-header-size|--use-env-proxy' +
    '|--no-(warnings|deprecation|addons|global-search-paths|experimental-.+)' +
    '|--experimental-(vm-modules|wasm-modules|import-meta-resolve|require-module|websocket|eventsource|import-text|addon-modules))$',
)

function isKept(kind: WorkerKind, { name, value }: Option): boolean {
  if (unwanted.test(name)) return false
  if (preloads.has(name)) return !loadsTypeScript.test(value.replaceAll('\\', '/'))
  return kind === 'process' || threadOptions.test(name)
}

/** Splits NODE_OPTIONS as Node does: at spaces, outside double quotes; a backslash inside quotes takes the next character as it is. */
function words(nodeOptions: string): string[] {
  const parts = nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []
  return parts.map((part) => part.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')))
}

const quote = (word: string): string => (/[\s"]/.test(word) ? `"${word.replace(/["\\]/g, String.raw`\$&`)}"` : word)

/** What workers load for a module of the user's, or for inline functions. */
export function bootOf(module?: string): Boot {
  const typescript = /\.[cm]?[jt]sx$|\.[cm]?ts$/.test(module ?? '') || startedWithTypeScript()
  return module === undefined ? { typescript } : { module, typescript }
}
