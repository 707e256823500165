import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** What of a tsconfig.json changes how a module runs. */
export interface CompilerOptions {
  baseUrl?: string
  paths?: Record<string, string[]>
  /** The folder that `paths` are relative to when there is no `baseUrl`. */
  pathsBase?: string
  experimentalDecorators?: boolean
  emitDecoratorMetadata?: boolean
  useDefineForClassFields?: boolean
  verbatimModuleSyntax?: boolean
  jsx?: string
  jsxImportSource?: string
  jsxFactory?: string
  jsxFragmentFactory?: string
}

const found = new Map<string, CompilerOptions>()

/** The options of the tsconfig.json nearest to a folder, upwards; `extends` is followed. */
export function compilerOptions(folder: string): CompilerOptions {
  let options = found.get(folder)
  if (options === undefined) {
    const file = join(folder, 'tsconfig.json')
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) options = read(file)
    else options = dirname(folder) === folder ? {} : compilerOptions(dirname(folder))
    found.set(folder, options)
  }
  return options
}

/** The files that `paths` and `baseUrl` let a bare specifier mean, in the order to try; they may lack their extension. */
export function mappedPaths(specifier: string, { baseUrl, paths = {}, pathsBase }: CompilerOptions): string[] {
  const patterns = Object.keys(paths).flatMap((pattern) => {
    const [before = '', after] = pattern.split('*')
    if (after === undefined) return pattern === specifier ? [{ pattern, star: '', rank: Infinity }] : []
    const matches = specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after)
    return matches ? [{ pattern, star: specifier.slice(before.length, specifier.length - after.length), rank: before.length }] : []
  })
  const [best] = patterns.sort((a, b) => b.rank - a.rank)
  const base = baseUrl ?? pathsBase ?? ''
  if (best !== undefined)
    return (paths[best.pattern] ?? []).map((path) =>
      resolve(
        base,
        path.replace('*', () => best.star),
      ),
    )
  return baseUrl === undefined ? [] : [resolve(baseUrl, specifier)]
}

function read(file: string): CompilerOptions {
  const folder = dirname(file)
  const { extends: parents = [], compilerOptions: own = {} } = parse(file) as {
    extends?: string | string[]
    compilerOptions?: CompilerOptions
  }
  const inherited = [parents].flat().map((parent) => read(locate(parent, file)))
  const options: CompilerOptions = Object.assign({}, ...inherited, own)
  if (own.baseUrl !== undefined) options.baseUrl = resolve(folder, own.baseUrl)
  if (own.paths !== undefined) options.pathsBase = folder
  return options
}

/** `extends` names a file, with or without `.json`, or one in a package. */
function locate(parent: string, from: string): string {
  if (!/^(\.|\/|[A-Za-z]:)/.test(parent)) {
    const { resolve } = createRequire(from)
    try {
      return resolve(
        parent.endsWith('.json') || parent.split('/').length > (parent.startsWith('@') ? 2 : 1) ? parent : `${parent}/tsconfig.json`,
      )
    } catch {
      return resolve(`${parent}.json`)
    }
  }
  const path = resolve(dirname(from), parent)
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : `${path}.json`
}

/** JSON with comments and trailing commas. */
function parse(file: string): unknown {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  const bare = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? ' ')
  try {
    return JSON.parse(bare.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? ''))
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`, { cause: error })
  }
}
