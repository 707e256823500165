import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import type * as Tinyglobby from 'tinyglobby'
import { MillraceError } from '../core/errors.ts'

export interface LocateOptions {
  /** The files of a folder's folders too. Default true. */
  recursive?: boolean
  /** What counts in a folder: extensions in lower case, without the dot. Default: every file. */
  extensions?: ReadonlySet<string>
}

/** What a name means: files, and the folder they were looked for in. */
export interface Place {
  root: string
  /** A folder is read as its files are asked for. */
  files: Iterable<string>
}

/**
 * What the name of a folder or file, or a glob pattern, means. In a folder the files with a known extension, sorted by name; names
 * that begin with a dot are left out, and symbolic links are followed but not in circles. A file given by name, or by a pattern,
 * is taken whatever it is called. A pattern that matches a folder means the folder, as in a shell; its matches are sorted. A name
 * that exists is never read as a pattern. Paths are relative where the name is.
 *
 * @throws MillraceError `NO_INPUT` when there is no such file, `INPUT_UNREADABLE` for a folder that can't be read.
 */
export function locate(name: string, options: LocateOptions = {}): Place[] {
  const paths = lstatSync(name, { throwIfNoEntry: false }) === undefined ? matches(name) : [name]
  return paths.map((path) => {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    return isFolder ? { root: path, files: { [Symbol.iterator]: () => walk(path, options, []) } } : { root: dirname(path), files: [path] }
  })
}

function matches(pattern: string): string[] {
  const { globSync, isDynamicPattern } = createRequire(import.meta.url)('tinyglobby') as typeof Tinyglobby
  const slashed = sep === '\\' ? pattern.replaceAll('\\', '/') : pattern
  const found = isDynamicPattern(slashed) ? globSync(slashed, { absolute: true, expandDirectories: false, onlyFiles: false }) : []
  if (found.length === 0) {
    throw new MillraceError('NO_INPUT', `There is no file or folder ${pattern}, and no file that it matches as a pattern.`)
  }
  return found.map((path) => (isAbsolute(pattern) ? join(path) : relative('', path))).sort()
}

function* walk(folder: string, options: LocateOptions, above: readonly string[]): Generator<string, void, undefined> {
  const { recursive = true, extensions } = options
  let entries: Dirent[]
  let here: string
  try {
    here = realpathSync(folder)
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The folder ${folder} can't be read: ${(cause as Error).message}.`, { cause })
  }
  if (above.includes(here)) return
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    const isFolder = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false })?.isDirectory() === true : entry.isDirectory()
    if (isFolder) {
      if (recursive) yield* walk(path, options, [...above, here])
    } else if (extensions === undefined || extensions.has(extensionOf(entry.name))) yield path
  }
}

/** In lower case, without its dot. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}
