import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { MillraceError } from '../core/errors.ts'

/** An input file and its path below the nearest folder that all inputs have in common. */
export interface Input {
  path: string
  relative: string
}

export interface InputOptions {
  /** The files of a folder's folders too. Default true. */
  recursive?: boolean
  /** What counts in a folder: extensions in lower case, without the dot. */
  extensions: ReadonlySet<string>
}

/**
 * The files that folders, files and glob patterns mean. In a folder those with a known extension, sorted by name; names that
 * begin with a dot are left out, and symbolic links are followed but not in circles. A file given by name, or by a pattern, is
 * taken whatever it is called. Each file is taken once. A name that exists is never read as a pattern.
 *
 * @throws MillraceError `NO_INPUT` when there is no such file or nothing in it, `INPUT_UNREADABLE` for a folder that can't be read.
 */
export async function findInputs(given: readonly string[], options: InputOptions): Promise<Input[]> {
  const files = new Set<string>()
  const roots: string[] = []
  const take = (path: string): void => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      roots.push(path)
      for (const file of walk(path, options, [])) files.add(file)
    } else {
      roots.push(dirname(path))
      files.add(path)
    }
  }
  for (const name of given) {
    const path = resolve(name)
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) take(path)
    else for (const match of await matches(name)) take(match)
  }
  if (files.size === 0) {
    throw new MillraceError(
      'NO_INPUT',
      `There is no sound in ${given.join(', ')}: in a folder ${[...options.extensions].join(', ')} are taken. Name other files themselves, or by a pattern.`,
    )
  }
  const base = commonFolder(roots)
  return [...files].map((path) => ({ path, relative: relative(base, path) }))
}

async function matches(pattern: string): Promise<string[]> {
  const { globSync, isDynamicPattern } = await import('tinyglobby')
  const slashed = sep === '\\' ? pattern.replaceAll('\\', '/') : pattern
  const found = isDynamicPattern(slashed) ? globSync(slashed, { absolute: true, expandDirectories: false, onlyFiles: false }) : []
  if (found.length > 0) return found.map((path) => resolve(path)).sort()
  throw new MillraceError('NO_INPUT', `There is no file or folder ${pattern}, and no file that it matches as a pattern.`)
}

function* walk(folder: string, options: InputOptions, above: readonly string[]): Generator<string, void, undefined> {
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
      if (options.recursive ?? true) yield* walk(path, options, [...above, here])
    } else if (options.extensions.has(extensionOf(entry.name))) yield path
  }
}

/** In lower case, without its dot. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}

function commonFolder(folders: readonly string[]): string {
  const [first = '.', ...others] = new Set(folders)
  let base = first
  for (const folder of others) while (!isInside(folder, base)) base = parentOf(base, folder)
  return base
}

/** Whether a path is the folder itself or below it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

function parentOf(base: string, folder: string): string {
  const parent = dirname(base)
  if (parent !== base) return parent
  throw new MillraceError(
    'NO_INPUT',
    `${base} and ${folder} lie on different drives, so there is no folder structure to keep: run once for each.`,
  )
}
