import { type ClipLabel, clipLabel, isIn, type Label, placeLabels, seconds } from './split-labels.ts'
import { type Clip, type CutSettings, gridOf, planClips } from './split-plan.ts'
import { findSounds, type Levels, levelMeter, quietest } from './split-silence.ts'
import type { Recording } from './split-sound.ts'

/** A clip, as the metadata tell it. */
export interface ClipRow {
  /** The recording, and the clip's path in the output. */
  source: string
  destination: string
  /** The clip's number in its recording, from 0. */
  index: number
  /** Where it lies in the recording: seconds, to the microsecond, and samples. It ends before `endSample`. */
  start: number
  end: number
  startSample: number
  endSample: number
  /** Samples of silence behind the recording's. */
  padSamples: number
  /** Samples per second. */
  sr: number
  channels: number
  /** How the samples are stored, by soundfile's names. */
  subtype: string
  labels: ClipLabel[]
}

/** The clips of a recording. Its samples are read only where silence decides. */
export function cutRecording(recording: Recording, settings: CutSettings): Clip[] {
  const { frames, sr } = recording
  const { silence, minSilence, keepSilence } = settings
  const grid = gridOf(settings, sr)
  if (silence === null && grid.snap === 0) return planClips(0, frames, grid)
  const levels = measure(recording)
  const inSamples = { minSilence: Math.round(minSilence * sr), keepSilence: Math.round(keepSilence * sr) }
  const sounds = silence === null ? [[0, frames] as const] : findSounds(levels, frames, { silence, ...inSamples })
  const cut = grid.snap === 0 ? undefined : (at: number): number => quietest(levels, at - grid.snap, at)
  return sounds.flatMap(([from, to]) => planClips(from, to, grid, cut))
}

/** Steps of the level meter that are read at once. */
const STEPS_AT_ONCE = 1000

function measure(recording: Recording): Levels {
  const { frames, sr } = recording
  const meter = levelMeter(frames, sr)
  const block = meter.step * STEPS_AT_ONCE
  for (let from = 0; from < frames; from += block) meter.add(recording.samples(from, Math.min(frames, from + block)))
  return meter
}

/** What a recording's clips hold, but for where they are written; and how many labels lie in none of them. */
export function describeClips(
  source: string,
  { frames, sr, channels, subtype }: Recording,
  clips: readonly Clip[],
  labels: readonly Label[],
): { rows: Omit<ClipRow, 'destination'>[]; left: number } {
  const placed = placeLabels(labels, frames, sr)
  const taken = new Set<unknown>()
  const rows = clips.map(({ from, to, pad }, index) => {
    const here = placed.filter((label) => isIn(label, from, to))
    for (const label of here) taken.add(label)
    return {
      source,
      index,
      start: seconds(from, sr),
      end: seconds(to, sr),
      startSample: from,
      endSample: to,
      padSamples: pad,
      sr,
      channels,
      subtype,
      labels: here.map((label) => clipLabel(label, from, to, sr)),
    }
  })
  return { rows, left: placed.length - taken.size }
}
