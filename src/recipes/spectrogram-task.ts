import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { MillraceError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import { task } from '../tasks/task.ts'
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings.ts'
import type { Steps } from './spectrogram-steps.ts'
import { writeWhole } from './whole-file.ts'

export interface SpectrogramItem {
  input: string
  output: string
}

export type Stage = 'read' | 'decode' | 'resample' | 'mel' | 'picture' | 'write'

/** What failed at which stage; `code` is Node's (`ENOENT`) where the system refused, else a MillraceError's. */
export class StageError extends Error {
  override readonly name = 'StageError'
  readonly stage: Stage
  readonly code: string

  constructor(stage: Stage, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.stage = stage
    this.code = codeOf(cause)
  }
}

interface Params {
  settings: SpectrogramSettings
  /** This run's folder for files that are not whole yet. */
  temporary: string
}

interface State {
  steps: Steps
  /** Where this worker writes an output before it has its name. */
  unfinished: string
}

// A module of its own, so that workers load nothing but what a spectrogram needs; and the program, where it has workers, not even
// that.
export const spectrogramTask: Task<SpectrogramItem, void, Params, State> = task(import.meta, {
  params: { settings: resolveSettings(), temporary: '' },
  async setup({ params }): Promise<State> {
    const { stepsOf } = await import('./spectrogram-steps.ts')
    // A folder for each worker: making files in one folder at the same time, they would wait for each other in the kernel.
    const folder = join(params.temporary, `${process.pid}-${threadId}`)
    mkdirSync(folder)
    return { steps: stepsOf(params.settings), unfinished: join(folder, 'unfinished') }
  },
  async run({ input, output }: SpectrogramItem, _index, { params: { settings }, state: { steps, unfinished } }) {
    let stage: Stage = 'read'
    try {
      const decoded = await steps.decode(input)
      stage = 'resample'
      const { y, sr } = steps.resample(decoded)
      stage = 'mel'
      const levels = steps.levels(steps.mel(y, sr))
      stage = 'picture'
      const bytes = steps.encode(settings.format === 'png' ? steps.draw(levels, sr) : levels)
      stage = 'write'
      writeWhole(output, bytes, unfinished)
    } catch (error) {
      const read = stage === 'read' && error instanceof MillraceError && error.code !== 'AUDIO_FILE'
      throw new StageError(read ? 'decode' : stage, error)
    }
  },
})

/** The system's own code, if there is one down the line of causes. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  const { code } = error as NodeJS.ErrnoException
  const { cause } = error
  if (error instanceof MillraceError && cause instanceof Error && 'syscall' in cause) return codeOf(cause)
  return typeof code === 'string' ? code : error.name
}
