import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Millrace's own folder, `src` or `dist`. */
const OWN = fileURLToPath(new URL('..', import.meta.url))
const SPECIFIER = /\b(?:from|import|require)\s*\(?\s*(['"`])(\.{1,2}\/[^'"`$]*)\1/g
/** What a specifier may lack, and what stands on the disk for a name that only exists once it is compiled. */
const ENDINGS = ['', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json', '/index.ts', '/index.js']

export const version: string = (createRequire(import.meta.url)('../../package.json') as { version: string }).version

/**
 * Digests of a job's module and of the local modules that it imports by a relative path, directly and through each other, by their
 * paths from the module's folder. Packages, computed imports, path aliases and files that the code reads are not seen. Of a job that
 * is part of Millrace itself the version says it all.
 */
export function codeDigests(module: string): Record<string, string> {
  const path = fileURLToPath(module)
  if (path.startsWith(OWN)) return { millrace: version }
  const root = dirname(path)
  const digests = new Map<string, string>()
  const left = [path]
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    const name = relative(root, file).replaceAll(sep, '/')
    if (digests.has(name)) continue
    let code: string
    try {
      code = readFileSync(file, 'utf8')
    } catch {
      continue
    }
    digests.set(name, createHash('sha256').update(code).digest('hex').slice(0, 32))
    for (const [, , specifier] of code.matchAll(SPECIFIER)) {
      const found = locate(resolve(dirname(file), specifier!))
      if (found !== undefined && !found.startsWith(OWN)) left.push(found)
    }
  }
  return Object.fromEntries([...digests].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function locate(path: string): string | undefined {
  const stripped = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  const candidates = [...ENDINGS.map((ending) => path + ending), stripped]
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true)
}
