import { dirname, resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { findInputs, type Input, isInside, SOUNDS } from './inputs.ts'
import type { ClipRow } from './split-clips.ts'
import { planRecording, type SplitItem } from './split-item.ts'
import { type FileLabels, type LabelListOptions, readLabels } from './split-labels.ts'
import { clipNamer } from './split-names.ts'
import { resolveSplit, type SplitOptions, type SplitSettings } from './split-settings.ts'

export interface SplitPlanOptions extends SplitOptions {
  /** Where clips will go: what lies there is not taken for recordings. */
  out?: string
  /** A list of labels; see `readLabels`. */
  labels?: string
  labelColumns?: LabelListOptions['columns']
  labelFolder?: string
  /** The files of a folder's folders too. Default true. */
  recursive?: boolean
  /** Only so many recordings, the first ones. */
  limit?: number
}

/** A run as plain data. Paths are absolute. */
export interface SplitPlan {
  settings: SplitSettings
  items: SplitItem[]
  /** Rows of the list of labels that are about files which are not split. */
  otherLabels: number
}

/**
 * Decides what will be split, and does nothing: which recordings there are, where their clips go, which labels they have. Clips keep
 * the folders of their recordings, from the nearest folder that all have in common.
 *
 * A row of the list that is about no file is an item of its own, which fails: so it is found among the failures.
 *
 * @param inputs Folders, files and glob patterns; see `findInputs`.
 * @throws MillraceError `NO_INPUT`, `INPUT_UNREADABLE`, `BAD_OPTION`, `BAD_NAME`, `BAD_CSV`; `OUTPUT_CLASH` when the clips of two recordings
 *   would have one name; `NO_LABELS` when a list has rows and none about any of the recordings.
 */
export function planSplit(inputs: readonly string[], options: SplitPlanOptions): SplitPlan {
  const { out, labels, labelColumns, labelFolder, recursive = true, limit, ...rest } = options
  const settings = resolveSplit(rest)
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new MillraceError('BAD_OPTION', `limit is a whole number from 1, not ${limit}.`)
  }
  const found = withoutClips(findInputs(inputs, { recursive, extensions: SOUNDS }), inputs, out).slice(0, limit)
  const items: SplitItem[] = found.map(({ path, relative }) => ({ file: path, folder: folderOf(relative) }))
  checkClashes(items, settings.name)
  if (labels === undefined) return { settings, items, otherLabels: 0 }

  const list = readLabels(labels, {
    ...(labelColumns !== undefined && { columns: labelColumns }),
    ...(labelFolder !== undefined && { folder: labelFolder }),
  })
  const rowsOf = ({ labels, problems }: FileLabels): number => labels.length + problems.length
  let otherLabels = 0
  for (const rows of list.files.values()) otherLabels += rowsOf(rows)
  const all = otherLabels
  for (const item of items) {
    const rows = list.files.get(item.file!.normalize('NFC'))
    if (rows === undefined) continue
    otherLabels -= rowsOf(rows)
    item.labels = rows.labels
    if (rows.problems.length > 0) item.problems = rows.problems
  }
  if (all > 0 && otherLabels === all && limit === undefined) throw noneMatch(labels, list.files.keys().next().value!, items[0]!.file!)
  for (const { row, problem } of list.broken) items.push({ name: row, problems: [problem] })
  return { settings, items, otherLabels }
}

/** An earlier run may have left clips among the recordings. */
function withoutClips(found: Input[], inputs: readonly string[], out: string | undefined): Input[] {
  if (out === undefined) return found
  const folder = resolve(out)
  if (inputs.some((name) => resolve(name) === folder)) {
    throw new MillraceError('OUTPUT_CLASH', `the clips in ${out} would be taken for recordings the next time: name another output.`)
  }
  const others = found.filter(({ path }) => !isInside(path, folder))
  // Into a folder above all recordings clips may go, too.
  return others.length > 0 ? others : found
}

function folderOf(relative: string): string {
  const folder = dirname(relative)
  return folder === '.' ? '' : `${folder.replaceAll('\\', '/')}/`
}

/** Names may differ by nothing but the number of a clip: the first clip of each recording stands for all. */
function checkClashes(items: readonly SplitItem[], template: string): void {
  const first = { index: 0, start: 0, end: 0 }
  const names = new Map<string, string>()
  for (const { file, folder } of items) {
    const name = folder! + clipNamer(template, file!, [first])(first)
    // Some file systems do not tell these apart.
    const key = name.normalize('NFC').toLowerCase()
    const other = names.get(key)
    if (other !== undefined) {
      throw new MillraceError(
        'OUTPUT_CLASH',
        `the clips of ${other} and ${file} would have the same names, as ${name}. Choose names that differ: --name '{name}/{stem}-{index}.wav' keeps extensions apart.`,
      )
    }
    names.set(key, file!)
  }
}

function noneMatch(list: string, named: string, file: string): MillraceError {
  return new MillraceError(
    'NO_LABELS',
    `no row of ${list} is about any of the recordings: it names ${named}, and there is ${file}. Say which folder its names begin in: labelFolder, as ${dirname(file)}.`,
  )
}

/** What a dry run tells of a recording. */
export type SplitPreview =
  | { item: SplitItem; clips: ClipRow[]; warnings: string[]; error?: undefined }
  | { item: SplitItem; error: MillraceError; clips?: undefined; warnings?: undefined }

/** The clips of each recording, none of them made: headers are read, and samples where silence decides or the format wants it. */
export async function* previewSplit({ items, settings }: SplitPlan): AsyncGenerator<SplitPreview, void, undefined> {
  for (const item of items) {
    try {
      const { recording, rows, warnings } = await planRecording(item, settings)
      recording.close()
      yield { item, clips: rows, warnings }
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      yield { item, error }
    }
  }
}
