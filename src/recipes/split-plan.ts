import { MillraceError } from '../core/errors.ts'

export type LastRule = 'drop' | 'keep' | 'pad' | 'shift'

/** How recordings are cut into clips. Times are seconds. */
export interface CutOptions {
  /** Length of a clip; with `silence` the greatest, and none need be given. Rounded to whole samples, once for all clips of a file. */
  seconds?: number
  /** What a clip shares with the one before. Default 0. */
  overlap?: number
  /**
   * What becomes of the rest that is shorter than a clip: `drop` it, `keep` it as it is (the default), `pad` it with silence, or
   * `shift` its start back until it is as long as the others.
   */
  last?: LastRule
  /** A rest that is shorter than this is dropped whatever `last` says. Default 0. */
  minLast?: number
  /**
   * Cut where it is quietest within the last so many seconds of a clip, so that words are not cut through. Clips are then of
   * `seconds - snap` to `seconds`, never longer. Default 0: at the sample.
   */
  snap?: number
  /**
   * Keep only what is louder than this, in dB below full scale as pydub has it (a square wave of full scale is 0): stretches that
   * are quieter for at least `minSilence` are left out. Each sound between them is then cut as a recording of its own.
   */
  silence?: number
  /** The shortest silence that is left out. Default 0.3. */
  minSilence?: number
  /** How much of a silence stays at each side of a sound; of one that is shorter than both, half. Default 0.1. */
  keepSilence?: number
}

/** The same with every default filled in; `null` where there is none. */
export type CutSettings = { seconds: number | null; silence: number | null } & Required<Omit<CutOptions, 'seconds' | 'silence'>>

/** Samples [from, to) of a recording, and how many samples of silence follow them. */
export interface Clip {
  from: number
  to: number
  pad: number
}

/** How clips are cut, in samples. `length` is Infinity when only silence cuts. */
export interface Grid {
  length: number
  overlap: number
  last: LastRule
  minLast: number
  snap: number
}

/** A list of more is a mistake in the length, and would fill the memory. */
const MOST_CLIPS = 10_000_000

/**
 * Fills in the defaults of options that mean something.
 *
 * @throws MillraceError `BAD_OPTION`.
 */
export function resolveCut(options: CutOptions): CutSettings {
  const { seconds = null, overlap = 0, last = 'keep', minLast = 0, snap = 0, silence = null, minSilence = 0.3, keepSilence = 0.1 } = options
  for (const [name, value] of Object.entries({ overlap, minLast, snap, minSilence, keepSilence })) {
    if (!(Number.isFinite(value) && value >= 0)) throw bad(`${name} is a number of seconds from 0 on`, value)
  }
  if (!['drop', 'keep', 'pad', 'shift'].includes(last)) throw bad('last is drop, keep, pad or shift', last)
  if (silence !== null && !(Number.isFinite(silence) && silence <= 0))
    throw bad('silence is a level below full scale in dB, as -40', silence)
  if (seconds === null) {
    if (silence === null) throw new MillraceError('BAD_OPTION', 'seconds says how long a clip is; without it, silence must be given.')
    if (overlap > 0 || snap > 0 || last !== 'keep') {
      throw new MillraceError('BAD_OPTION', 'overlap, snap and last are about clips of one length: give seconds, too.')
    }
  } else {
    if (!(Number.isFinite(seconds) && seconds > 0)) throw bad('seconds is a number of seconds above 0', seconds)
    if (overlap + snap >= seconds) throw bad(`overlap and snap together must be below the ${seconds} seconds of a clip`, overlap + snap)
    if (snap > 0 && last === 'shift') {
      throw new MillraceError('BAD_OPTION', 'shift makes clips of one length, and snap of several: choose one of them.')
    }
  }
  return { seconds, overlap, last, minLast, snap, silence, minSilence, keepSilence }
}

/**
 * The settings in samples at `sr` Hz, each rounded to the nearest. All clips of a file have the same length: a third of a second at
 * 44,100 Hz is 14,700 samples, 0.3335 s are 14,707, and without overlap the n-th clip begins at n times that.
 *
 * @throws MillraceError `CLIP_TOO_SHORT` where so few samples a second leave nothing of a clip.
 */
export function gridOf({ seconds, overlap, last, minLast, snap }: CutSettings, sr: number): Grid {
  const samples = (time: number): number => Math.round(time * sr)
  const length = seconds === null ? Infinity : samples(seconds)
  const grid = { length, overlap: samples(overlap), last, minLast: samples(minLast), snap: samples(snap) }
  if (grid.length > grid.overlap + grid.snap) return grid
  throw new MillraceError(
    'CLIP_TOO_SHORT',
    `at ${sr} Hz clips of ${seconds} s have ${grid.length} samples, of which overlap and snap take ${grid.overlap + grid.snap}: none is left to go on by.`,
  )
}

/**
 * The clips of the samples [start, end). Each begins `overlap` samples before the one before it ends; the last rule decides about
 * what is left at the end, if it holds a sample that no other clip has. What is shorter than one clip is such a rest, too, but there
 * is nothing to `shift` it into: it has no clip then.
 *
 * @param cut Where to cut instead of at a sample, not before `at - snap` and not behind `at`.
 * @throws MillraceError `TOO_MANY_CLIPS`.
 */
export function planClips(start: number, end: number, grid: Grid, cut: (at: number) => number = (at) => at): Clip[] {
  const { length, overlap, last, minLast } = grid
  const most = (end - start) / (length - overlap - grid.snap)
  if (most > MOST_CLIPS) {
    throw new MillraceError('TOO_MANY_CLIPS', `clips of ${length} samples would be about ${Math.round(most)}. Are their seconds meant?`)
  }
  const clips: Clip[] = []
  let from = start
  for (let to: number; end - from > length; from = to - overlap) {
    to = cut(from + length)
    clips.push({ from, to, pad: last === 'pad' ? length - (to - from) : 0 })
  }
  const rest = end - from
  if (rest === length) clips.push({ from, to: end, pad: 0 })
  else if (rest === 0 || rest < minLast || last === 'drop') return clips
  else if (last === 'pad') clips.push({ from, to: end, pad: length - rest })
  else if (last === 'keep') clips.push({ from, to: end, pad: 0 })
  else if (end - length >= start) clips.push({ from: end - length, to: end, pad: 0 })
  return clips
}

const bad = (rule: string, value: unknown): MillraceError => new MillraceError('BAD_OPTION', `${rule}, not ${String(value)}.`)
