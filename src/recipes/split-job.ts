import type { Job } from '../core/job.ts'
import { job } from '../index.ts'
import type { ClipRow } from './split-clips.ts'
import { type SplitItem, splitRecording } from './split-item.ts'
import { resolveSplit, type SplitSettings } from './split-settings.ts'

/**
 * Recordings to clips: a WAV file and a row of metadata for each. `planSplit` makes its items; its parameters are those of
 * `resolveSplit`.
 *
 * @example
 * const { items, settings } = planSplit(['recordings'], { seconds: 10, overlap: 1, labels: 'labels.csv' })
 * await runJob(splitJob, { input: items, params: settings, out: 'clips' }).summary
 */
export const splitJob: Job<SplitItem, ClipRow[], SplitSettings> = job(import.meta, {
  params: resolveSplit({ seconds: 10 }),
  layout: 'own',
  run: (item: SplitItem, _index, { params, outputs, warn }) =>
    splitRecording(item, params, { write: (name, bytes) => outputs.write(name, bytes), warn }),
})
