import { MillraceError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import { task } from '../tasks/task.ts'
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings.ts'
import type { Steps } from './spectrogram-steps.ts'
import { temporaryPath, writeWhole } from './whole-file.ts'

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
  /** Marks this run's temporary files. */
  run: string
}

// A module of its own, so that workers load nothing but what a spectrogram needs; and the program, where it has workers, not even
// that.
export const spectrogramTask: Task<SpectrogramItem, void, Params, Steps> = task(import.meta, {
  params: { settings: resolveSettings(), run: '' },
  setup: async ({ params }): Promise<Steps> => (await import('./spectrogram-steps.ts')).stepsOf(params.settings),
  async run({ input, output }: SpectrogramItem, index, { params, state }) {
    const { settings, run } = params
    let stage: Stage = 'read'
    try {
      const decoded = await state.decode(input)
      stage = 'resample'
      const { y, sr } = state.resample(decoded)
      stage = 'mel'
      const levels = state.levels(state.mel(y, sr))
      stage = 'picture'
      const bytes = state.encode(settings.format === 'png' ? state.draw(levels, sr) : levels)
      stage = 'write'
      writeWhole(output, bytes, temporaryPath(output, run, index))
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
