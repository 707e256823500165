import { MillraceError } from '../core/errors.ts'
import { checkTemplate, CLIP_NAME } from './split-names.ts'
import { type CutOptions, type CutSettings, resolveCut } from './split-plan.ts'
import { type SoundOptions, SUBTYPES } from './split-sound.ts'

export interface SplitOptions extends CutOptions, SoundOptions {
  /** How clips are named; see `CLIP_NAME`, the default. */
  name?: string
}

/** Every setting, as plain data. */
export interface SplitSettings extends CutSettings {
  name: string
  /** `null`: the recording's own. */
  subtype: NonNullable<SoundOptions['subtype']> | null
  truncated: NonNullable<SoundOptions['truncated']>
}

/** @throws MillraceError `BAD_OPTION`, `BAD_NAME`. */
export function resolveSplit({ name = CLIP_NAME, subtype, truncated = 'error', ...cut }: SplitOptions): SplitSettings {
  checkTemplate(name)
  if (subtype !== undefined && !SUBTYPES.includes(subtype)) {
    throw new MillraceError('BAD_OPTION', `subtype is ${SUBTYPES.join(', ')}, not ${subtype as string}.`)
  }
  if (truncated !== 'error' && truncated !== 'keep') {
    throw new MillraceError('BAD_OPTION', `truncated is error or keep, not ${truncated as string}.`)
  }
  return { ...resolveCut(cut), name, subtype: subtype ?? null, truncated }
}
