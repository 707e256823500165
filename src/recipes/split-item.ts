import { MillraceError } from '../core/errors.ts'
import { type ClipRow, cutRecording, describeClips } from './split-clips.ts'
import type { Label } from './split-labels.ts'
import { clipNamer } from './split-names.ts'
import type { SplitSettings } from './split-settings.ts'
import { openRecording, type Recording } from './split-sound.ts'

/** A recording to be split; or a row of a list of labels that is about none, which fails. */
export interface SplitItem {
  file?: string
  /** Where its clips go: folders below the output, with `/` between and behind them; or nothing. */
  folder?: string
  labels?: readonly Label[]
  /** What is wrong with rows of the list: the item fails with it. */
  problems?: readonly string[]
  /** What an item without a file is called. */
  name?: string
}

/** What an item's clips will be, as its header tells it, and its samples where silence decides. */
export interface RecordingPlan {
  /** To be closed in the end. */
  recording: Recording
  rows: ClipRow[]
  /** What the user should know though nothing failed. */
  warnings: string[]
}

/**
 * Decides about one recording.
 *
 * @throws MillraceError `BAD_LABEL` for an item with problems, `CLIP_TOO_SHORT`, `TOO_MANY_CLIPS`, and as `openRecording` does. Every
 *   message names the file.
 */
export async function planRecording(
  { file, folder = '', labels = [], problems = [] }: SplitItem,
  settings: SplitSettings,
): Promise<RecordingPlan> {
  if (problems.length > 0 || file === undefined) throw new MillraceError('BAD_LABEL', told(problems))
  const recording = await openRecording(file, {
    truncated: settings.truncated,
    ...(settings.subtype !== null && { subtype: settings.subtype }),
  })
  try {
    const { rows, left } = describeClips(file, recording, cutRecording(recording, settings), labels)
    const nameOf = clipNamer(settings.name, file, rows)
    const warnings: string[] = []
    if (rows.length === 0) warnings.push(`${file} has no clip: nothing of its ${recording.frames / recording.sr} s is long or loud enough.`)
    if (left > 0) warnings.push(`${file}: ${left} of its ${labels.length} labels lie in no clip.`)
    return { recording, rows: rows.map(({ source, ...row }) => ({ source, destination: folder + nameOf(row), ...row })), warnings }
  } catch (error) {
    recording.close()
    if (!(error instanceof MillraceError) || error.message.startsWith(file)) throw error
    throw new MillraceError(error.code, `${file}: ${error.message}`, { cause: error })
  }
}

/**
 * Splits one recording: each clip is handed to `write` when its turn comes, and none but it is in memory. Its bytes are `write`'s until
 * that is done.
 */
export async function splitRecording(
  item: SplitItem,
  settings: SplitSettings,
  { write, warn }: { write: (name: string, bytes: Uint8Array) => Promise<string>; warn: (message: string) => void },
): Promise<ClipRow[]> {
  const { recording, rows, warnings } = await planRecording(item, settings)
  try {
    for (const warning of warnings) warn(warning)
    for (const row of rows) {
      const { startSample: from, endSample: to, padSamples: pad } = row
      row.destination = await write(row.destination, recording.clip({ from, to, pad }))
    }
    return rows
  } finally {
    recording.close()
  }
}

/** The first problems, and how many there are. */
function told(problems: readonly string[]): string {
  const first = problems.slice(0, 3).join(' ')
  return problems.length <= 3 ? first : `${first} And ${problems.length - 3} more.`
}
