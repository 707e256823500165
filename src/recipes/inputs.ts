import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { locate, type LocateOptions } from '../sources/locate.ts'

/** What is taken from a folder for a sound, or for a picture. */
export const SOUNDS: ReadonlySet<string> = new Set([
  'wav',
  'wave',
  'flac',
  'mp3',
  'ogg',
  'oga',
  'opus',
  'aif',
  'aiff',
  'aifc',
  'caf',
  'm4a',
  'aac',
])
export const PICTURES: ReadonlySet<string> = new Set(['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff'])

/** An input file and its path below the nearest folder that all inputs have in common. */
export interface Input {
  path: string
  relative: string
}

export interface InputOptions extends LocateOptions {
  /** What counts in a folder: extensions in lower case, without the dot. */
  extensions: ReadonlySet<string>
  /** What is looked for, for messages. Default: sound. */
  noun?: string
}

/**
 * The files that folders, files and glob patterns mean, as `locate` finds them. Each file is taken once.
 *
 * @throws MillraceError `NO_INPUT` when there is no such file or nothing in it, `INPUT_UNREADABLE` for a folder that can't be read.
 */
export function findInputs(given: readonly string[], options: InputOptions): Input[] {
  const places = given.flatMap((name) => locate(name, options))
  const files = new Set(places.flatMap((place) => Array.from(place.files, (file) => resolve(file))))
  if (files.size === 0) {
    throw new MillraceError(
      'NO_INPUT',
      `There is no ${options.noun ?? 'sound'} in ${given.join(', ')}: in a folder ${[...options.extensions].join(', ')} are taken. Name other files themselves, or by a pattern.`,
    )
  }
  const base = commonFolder(places.map(({ root }) => resolve(root)))
  return [...files].map((path) => ({ path, relative: relative(base, path) }))
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
