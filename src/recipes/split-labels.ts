import { dirname, resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { CsvDataset } from '../sources/csv.ts'

/** What a recording holds from `start` to `end`, in its own seconds. Without either it is about all of it. */
export interface Label {
  start?: number
  end?: number
  label: string
  /** The list's other columns. */
  more: Record<string, string>
}

/** A label as a clip has it: in the clip's seconds, no longer than the clip. */
export interface ClipLabel {
  label: string
  start: number
  end: number
  /** Whether a part of it lies outside of the clip. */
  truncated: boolean
  [column: string]: unknown
}

/** What a list says of a file: its labels, in the list's order, and what is wrong with its rows. */
export interface FileLabels {
  labels: Label[]
  problems: string[]
}

export interface LabelList {
  /** By absolute path, letters composed. */
  files: Map<string, FileLabels>
  /** Rows of which it can't be told what file they are about, and why. */
  broken: { row: string; problem: string }[]
}

const COLUMNS = ['file', 'start', 'end', 'label'] as const

export interface LabelListOptions {
  /** What the list calls its columns, where that is not `file`, `start`, `end`, `label`. */
  columns?: Partial<Record<(typeof COLUMNS)[number], string>>
  /** The folder that names in the list are relative to. Default: the list's own. */
  folder?: string
}

/**
 * Reads a list of labels: CSV, or TSV by its extension. `start` and `end` are seconds; a list without these columns, or a row without
 * either value, is about whole files; one without `start` begins with the file, one without `end` ends with it.
 *
 * A row that can't be used is a problem of its file, with its line, so that no clip is made that lacks a label.
 *
 * @throws MillraceError as `CsvDataset` does; `BAD_OPTION` for a list without `file` or `label`, or with only one of `start` and `end`.
 */
export function readLabels(list: string, { columns = {}, folder = dirname(list) }: LabelListOptions = {}): LabelList {
  const rows = new CsvDataset(list, /\.(?:tsv|tab)$/i.test(list) ? { separator: '\t' } : {})
  const [file, start, end, label] = COLUMNS.map((name) => columns[name] ?? name) as [string, string, string, string]
  const timed = [start, end].filter((name) => rows.columns.includes(name)).length > 0
  const missing = [file, label, ...(timed || columns.start !== undefined || columns.end !== undefined ? [start, end] : [])].find(
    (name) => !rows.columns.includes(name),
  )
  if (missing !== undefined) {
    const has = rows.columns.map((name) => JSON.stringify(name)).join(', ')
    throw new MillraceError(
      'BAD_OPTION',
      `${list} has no column ${JSON.stringify(missing)}; it has ${has}. Say what it calls its columns, as in file=filename,start=onset.`,
    )
  }
  const own = new Set([file, start, end, label])
  const more = rows.columns.filter((name) => !own.has(name))
  const found: LabelList = { files: new Map(), broken: [] }
  for (let i = 0; i < rows.length; i++) {
    const where = `${list} line ${rows.lines[i]}`
    let row: Record<string, string>
    try {
      row = rows.get(i)
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'BAD_ROW') throw error
      found.broken.push({ row: where, problem: error.message })
      continue
    }
    if (row[file] === '') {
      found.broken.push({ row: where, problem: `${where}: it names no file.` })
      continue
    }
    const path = resolve(folder, row[file]!).normalize('NFC')
    let of = found.files.get(path)
    if (of === undefined) found.files.set(path, (of = { labels: [], problems: [] }))
    const times = timesOf(timed ? [row[start]!, row[end]!] : ['', ''])
    if (typeof times === 'string') of.problems.push(`${where}: ${times}`)
    else of.labels.push({ ...times, label: row[label]!, more: Object.fromEntries(more.map((name) => [name, row[name]!])) })
  }
  return found
}

/** Or what is wrong with them. */
function timesOf([start, end]: readonly [string, string]): { start?: number; end?: number } | string {
  const times: { start?: number; end?: number } = {}
  for (const [name, text] of [
    ['start', start],
    ['end', end],
  ] as const) {
    if (text.trim() === '') continue
    const value = Number(text)
    if (!(Number.isFinite(value) && value >= 0)) return `${name} is a number of seconds from 0 on, not ${JSON.stringify(text)}.`
    times[name] = value
  }
  if (times.start !== undefined && times.end !== undefined && times.end < times.start)
    return `it ends (${end} s) before it starts (${start} s).`
  return times
}

/** A label at its place in the samples of its recording. */
export interface PlacedLabel extends Pick<Label, 'label' | 'more'> {
  start: number
  end: number
  /** It is about all of the file, whatever is cut from it. */
  whole: boolean
}

/** Times as samples, the nearest to each: so a label that ends where a clip does is not cut for a rounding's sake. */
export function placeLabels(labels: readonly Label[], frames: number, sr: number): PlacedLabel[] {
  return labels.map(({ start, end, label, more }) => {
    const first = start === undefined ? 0 : Math.round(start * sr)
    const last = end === undefined ? Math.max(first, frames) : Math.round(end * sr)
    return { label, more, start: first, end: last, whole: start === undefined && end === undefined }
  })
}

/** Whether a label has a sample of [from, to). One without length is at its sample. */
export function isIn({ start, end }: PlacedLabel, from: number, to: number): boolean {
  return start === end ? start >= from && start < to : start < to && end > from
}

/** A label of the clip [from, to), cut at its ends and counted from its first sample; to the microsecond. */
export function clipLabel({ label, more, start, end, whole }: PlacedLabel, from: number, to: number, sr: number): ClipLabel {
  const own = {
    label,
    start: seconds(Math.max(start, from) - from, sr),
    end: seconds(Math.min(end, to) - from, sr),
    truncated: !whole && (start < from || end > to),
  }
  // First, and not to be replaced by a column of the same name.
  return { ...own, ...more, ...own }
}

/** Samples as seconds, to the microsecond: less than a sample of any sound. */
export const seconds = (samples: number, sr: number): number => Math.round((samples / sr) * 1e6) / 1e6
