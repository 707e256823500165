/** Frames of the level meter a second. */
const FRAMES_A_SECOND = 100
/** A cut looks for the quietest of so many frames in a row: 50 ms. */
const QUIET_FRAMES = 5

/** How loud a recording is, in steps of 10 ms. */
export interface Levels {
  /** Mean square of each step's samples, of its loudest channel; full scale is 1. */
  power: Float32Array
  /** Samples of a step; the last may have fewer. */
  step: number
}

/** A meter that is given a recording part by part. Each part but the last is a whole number of `step` samples. */
export function levelMeter(frames: number, sr: number): Levels & { add(channels: readonly Float32Array[]): void } {
  const step = Math.max(1, Math.round(sr / FRAMES_A_SECOND))
  const power = new Float32Array(Math.ceil(frames / step))
  let done = 0
  return {
    power,
    step,
    add(channels) {
      const length = channels[0]?.length ?? 0
      for (let from = 0; from < length; from += step) {
        const to = Math.min(length, from + step)
        let loudest = 0
        for (const channel of channels) {
          let sum = 0
          for (let i = from; i < to; i++) sum += channel[i]! * channel[i]!
          // NaN is no silence.
          if (!(sum <= loudest)) loudest = sum
        }
        power[done++] = loudest / (to - from)
      }
    },
  }
}

export interface SilenceOptions {
  /** dB below full scale. */
  silence: number
  /** Samples. */
  minSilence: number
  keepSilence: number
}

/**
 * Where there is sound: samples [from, to), in order, none twice. A silence is a row of steps that are all below the level and together
 * `minSilence` long; of it `keepSilence` stays at each sound, or half, whichever is less.
 */
export function findSounds(levels: Levels, frames: number, options: SilenceOptions): [from: number, to: number][] {
  const sounds: [number, number][] = []
  let from = 0
  for (const [start, end] of silences(levels, frames, options)) {
    const sides = start > 0 && end < frames ? 2 : 1
    const kept = Math.min(options.keepSilence, Math.floor((end - start) / sides))
    if (start > 0) sounds.push([from, start + kept])
    if (end === frames) return sounds
    from = end - kept
  }
  if (frames > 0) sounds.push([from, frames])
  return sounds
}

function* silences(
  { power, step }: Levels,
  frames: number,
  { silence, minSilence }: SilenceOptions,
): Generator<[start: number, end: number]> {
  const least = 10 ** (silence / 10)
  let start = 0
  for (let i = 0; i <= power.length; i++) {
    if (i < power.length && power[i]! < least) continue
    const end = Math.min(frames, i * step)
    if (end > start && end - start >= minSilence) yield [start, end]
    start = (i + 1) * step
  }
}

/** The middle of the quietest 50 ms whose middle lies in [from, to]; of several the last. `to` where there are none. */
export function quietest({ power, step }: Levels, from: number, to: number): number {
  let best = to
  let least = Infinity
  const half = (QUIET_FRAMES * step) / 2
  const first = Math.max(0, Math.ceil((from - half) / step))
  for (let i = first; Math.round(i * step + half) <= to && i + QUIET_FRAMES <= power.length; i++) {
    let sum = 0
    for (let j = i; j < i + QUIET_FRAMES; j++) sum += power[j]!
    if (sum > least || Number.isNaN(sum)) continue
    least = sum
    best = Math.round(i * step + half)
  }
  return best
}
