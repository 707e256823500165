import { basename, dirname, extname } from 'node:path'
import { MillraceError } from '../core/errors.ts'

/** What a clip's name can tell of it. */
interface Named {
  /** From 0. */
  index: number
  /** Seconds. */
  start: number
  end: number
}

const FIELDS = ['stem', 'name', 'parent', 'index', 'start', 'end'] as const
const LEAST_DIGITS = 4

/**
 * How clips are named below the folder of their recording, with `/` between folders: text with `{stem}` (the recording's name without
 * its extension), `{name}` (with it), `{parent}` (the name of its folder), `{index}` (from 0, with leading zeros so that names sort,
 * four digits at least), `{start}` and `{end}` (seconds to the millisecond, with leading zeros as well).
 */
export const CLIP_NAME = '{stem}/{stem}-{index}.wav'

/** @throws MillraceError `BAD_NAME` for a template that can't name a recording's clips. */
export function checkTemplate(template: string): void {
  const fields = Array.from(template.matchAll(/\{([^{}]*)\}/g), ([, field]) => field!)
  const unknown = fields.find((field) => !(FIELDS as readonly string[]).includes(field))
  const wrong = (rule: string): MillraceError => new MillraceError('BAD_NAME', `a clip's name ${rule}, not ${JSON.stringify(template)}.`)
  if (unknown !== undefined) throw wrong(`may hold ${FIELDS.map((field) => `{${field}}`).join(', ')}`)
  if (!fields.includes('index') && !fields.includes('start')) throw wrong('must hold {index} or {start}, or all would be one file')
  if (extname(template).toLowerCase() !== '.wav') throw wrong('must end in .wav')
}

/** Names the clips of a recording, all of which are given so that their numbers are of one width. */
export function clipNamer(template: string, source: string, clips: readonly Named[]): (clip: Named) => string {
  const digits = Math.max(LEAST_DIGITS, String(Math.max(0, clips.length - 1)).length)
  const time = (seconds: number): string => seconds.toFixed(3).padStart((clips.at(-1)?.end ?? 0).toFixed(3).length, '0')
  const name = basename(source)
  const stem = name.slice(0, name.length - extname(name).length)
  const fixed = { stem, name, parent: basename(dirname(source)) }
  return ({ index, start, end }) => {
    const fields = { ...fixed, index: String(index).padStart(digits, '0'), start: time(start), end: time(end) }
    return template.replaceAll(/\{([^{}]*)\}/g, (_, field: (typeof FIELDS)[number]) => fields[field])
  }
}
