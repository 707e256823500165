import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compilerOptions, mappedPaths } from './tsconfig.ts'
import { isTypeScript } from './typescript-modules.ts'

/** What TypeScript's own resolver finds by the `paths` and `baseUrl` of the importing file's tsconfig.json, before packages. */
export function resolveMapped(specifier: string, parentURL: string | undefined): string | undefined {
  if (parentURL === undefined || !isTypeScript(parentURL) || isPath(specifier) || specifier.startsWith('node:')) return undefined
  const options = compilerOptions(dirname(fileURLToPath(parentURL)))
  for (const path of mappedPaths(specifier, options)) {
    const file = isFile(path) ? path : sourceFor(path)
    if (file !== undefined) return toURL(file)
  }
  return undefined
}

/** The TypeScript file meant by a path that Node did not find: `./x.js` for x.ts, `./x` for x.ts, `./x` for x/index.ts. */
export function resolveSource(specifier: string, parentURL: string | undefined, error: unknown): string | undefined {
  const { code } = error as { code?: string }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND' && code !== 'ERR_UNSUPPORTED_DIR_IMPORT') return undefined
  if (!isPath(specifier) || (parentURL?.includes('/node_modules/') && !isTypeScript(parentURL))) return undefined
  const url = /^([A-Za-z]:)?[\\/]/.test(specifier) ? pathToFileURL(specifier) : parseURL(specifier, parentURL)
  if (url?.protocol !== 'file:') return undefined
  const file = sourceFor(fileURLToPath(url))
  return file === undefined ? undefined : toURL(file) + url.search + url.hash
}

const isPath = (specifier: string): boolean => /^(\.{1,2}($|[\\/])|[\\/]|[A-Za-z]:[\\/]|file:)/.test(specifier)

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

function sourceFor(path: string): string | undefined {
  const written = /\.([mc]?)js(x?)$/.exec(path)
  if (written) {
    const base = path.slice(0, written.index)
    const source = [`.${written[1]}ts`, '.tsx'].map((extension) => base + extension).find(isFile)
    if (source !== undefined) return source
  }
  return [path, `${path}/index`].flatMap((base) => extensions.map((extension) => base + extension)).find(isFile)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const toURL = (file: string): string => pathToFileURL(realpathSync(file)).href

function parseURL(specifier: string, base: string | undefined): URL | undefined {
  return URL.canParse(specifier, base) ? new URL(specifier, base) : undefined
}
