import { basename, extname, isAbsolute, relative, sep } from 'node:path'
import { MillraceError } from '../core/errors.ts'

/** Fields of an item that hold a path, and those that hold a name, in the order they are looked for. */
const PATHS = ['input', 'path', 'file', 'filename'] as const
const NAMES = ['id', 'name', 'key'] as const

const MAX_BYTES = 255
const DIGITS = 8
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i

/**
 * The path that an item is about: the item itself if it is a string; its first element if it is a list; else its field `input`,
 * `path`, `file` or `filename`, the first that is a string.
 */
export function pathOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null) return undefined
  if (Array.isArray(item)) return typeof item[0] === 'string' ? item[0] : undefined
  return field(item, PATHS) as string | undefined
}

/**
 * What the folder of an item's outputs is called: the name of its path without folders and extension; else its field `id`, `name` or
 * `key`; else its number, as `00000042`.
 *
 * @param root Paths below this folder keep their own folders: `photos/cat/1.jpg` below `photos` is `cat/1`.
 */
export function stemOf(item: unknown, ordinal: number, root?: string): string {
  const path = pathOf(item)
  if (path === undefined) {
    const name = typeof item === 'object' && item !== null ? field(item, NAMES) : undefined
    return name === undefined ? String(ordinal).padStart(DIGITS, '0') : String(name)
  }
  const plain = /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? path.replace(/[?#].*$/s, '') : path
  const below = root === undefined ? '' : relative(root, plain)
  const inside = below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)
  const name = inside ? below.replaceAll(sep, '/') : basename(plain)
  return name.slice(0, name.length - extname(name).length)
}

/** What tells an item apart, for people. */
export function labelOf(item: unknown): string | undefined {
  const text = pathOf(item) ?? (typeof item === 'object' && item !== null ? field(item, NAMES) : undefined)
  return text === undefined ? undefined : String(text).slice(0, 1000)
}

function field(item: object, names: readonly string[]): string | number | undefined {
  for (const name of names) {
    const value = (item as Record<string, unknown>)[name]
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number' && names === NAMES) return value
  }
  return undefined
}

/**
 * Refuses a name that leads out of the output, or that some system would refuse or change: what is made here can be copied anywhere.
 *
 * @throws MillraceError `BAD_NAME`
 */
export function checkName(name: string): void {
  const wrong = problemOf(name)
  if (wrong !== undefined) throw new MillraceError('BAD_NAME', `An output can't be named ${JSON.stringify(name)}: ${wrong}.`)
}

function problemOf(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'a name is a string'
  if (name === '') return 'it is empty'
  if (/\p{Cs}/u.test(name)) return 'it is not well-formed Unicode'
  if (/\p{Cc}/u.test(name)) return 'it holds a control character'
  if (name.includes('\\')) return 'it holds a backslash; folders are divided by /'
  if (name.startsWith('/')) return 'it is an absolute path'
  if (/^[A-Za-z]:/.test(name)) return 'it begins with a drive'
  for (const part of name.split('/')) {
    if (part === '') return 'a part of it is empty'
    if (part === '.' || part === '..') return `the part ${part} leads to another folder`
    if (Buffer.byteLength(part) > MAX_BYTES) return `a part of it is longer than ${MAX_BYTES} bytes`
    if (/[. ]$/.test(part)) return 'a part of it ends in a dot or a space, which Windows drops'
    if (DEVICE.test(part)) return `${part} is a device on Windows`
  }
  return undefined
}
