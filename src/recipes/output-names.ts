import { basename, dirname, extname, join, sep } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import type { Input } from './inputs.ts'

const MAX_NAME_BYTES = 255
const FIELDS = ['stem', 'name', 'parent', 'index'] as const

/**
 * How outputs are named: text with `{stem}` (the input's name without its extension), `{name}` (with it), `{parent}` (the name of
 * its folder) and `{index}` (its number from 0, with leading zeros).
 */
export function outputNamer(template: string, extension: string, count: number): (input: Input, index: number) => string {
  for (const [field, name] of template.matchAll(/\{([^{}]*)\}/g)) {
    if ((FIELDS as readonly string[]).includes(name!)) continue
    throw new MillraceError('BAD_NAME', `a name may hold ${FIELDS.map((known) => `{${known}}`).join(', ')}, not ${field}.`)
  }
  if (extname(template).toLowerCase() !== extension) {
    throw new MillraceError('BAD_NAME', `a name must end in ${extension}, which ${JSON.stringify(template)} does not.`)
  }
  const digits = String(Math.max(0, count - 1)).length
  return ({ path, relative }, index) => {
    const name = basename(path)
    const fields = {
      stem: name.slice(0, name.length - extname(name).length),
      name,
      parent: basename(dirname(path)),
      index: String(index).padStart(digits, '0'),
    }
    const made = template.replace(/\{([^{}]*)\}/g, (_, field: (typeof FIELDS)[number]) => fields[field])
    checkName(made, path)
    return join(dirname(relative), made)
  }
}

/** A name may have folders of its own, but none that lead out of the output folder. */
function checkName(name: string, input: string): void {
  const parts = name.split(sep === '\\' ? /[\\/]/ : '/')
  const fail = (problem: string): never => {
    throw new MillraceError('BAD_NAME', `the output of ${input} would be named ${JSON.stringify(name)}, ${problem}; choose another name.`)
  }
  if (name.includes('\0')) fail('which holds a zero byte')
  if (parts.some((part) => part === '' || part === '.' || part === '..') || /^[A-Za-z]:/.test(name)) fail('which leads out of its folder')
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES)) fail(`which is longer than ${MAX_NAME_BYTES} bytes`)
}

/**
 * Refuses outputs that would be one file, also where a file system does not tell upper from lower case or composed from
 * decomposed letters; an output where another needs a folder; and an output that is an input.
 */
export function checkClashes(items: readonly { input: string; output: string }[]): void {
  const inputs = new Set(items.map(({ input }) => key(input)))
  const outputs = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const { input, output } of items) {
    const name = key(output)
    const other = outputs.get(name)
    if (other !== undefined) throw clash(`${other} and ${input} would both be written to ${output}`)
    if (inputs.has(name)) throw clash(`the output of ${input} would replace the input ${output}`)
    outputs.set(name, input)
    for (let folder = dirname(name); !folders.has(folder); folder = dirname(folder)) folders.set(folder, input)
  }
  for (const [folder, input] of folders) {
    const other = outputs.get(folder)
    if (other !== undefined) throw clash(`the output of ${other} would be named as the folder that the output of ${input} needs`)
  }
}

const key = (path: string): string => path.normalize('NFC').toLowerCase()

const clash = (problem: string): MillraceError =>
  new MillraceError('OUTPUT_CLASH', `${problem}. Choose names that differ: --name '{name}.png' keeps extensions apart, '{index}' all.`)
