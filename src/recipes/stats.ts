import { bind, files, type ItemError, parallel, type ProgressOption } from '../index.ts'
import type { Transform } from '../image/index.ts'
import { PICTURES } from './inputs.ts'
import { countTask } from './stats-task.ts'

export interface StatsOptions {
  /** What each picture goes through first: statistics are of what the model sees. Default: nothing. */
  transform?: Transform
  numWorkers?: number
  signal?: AbortSignal
  progress?: ProgressOption
  onFailure?: (file: string, error: ItemError) => void
}

/** Statistics of pictures, for `normalize`. */
export interface PictureStats {
  /** Pictures counted, and those that could not be opened. */
  pictures: number
  failed: number
  pixels: number
  /** Of each channel (red, green, blue), of values from 0 to 1, each pixel of each picture weighing the same. */
  mean: number[]
  /** Of the whole population (divided by n), as the ImageNet figures are used. */
  std: number[]
}

/**
 * Mean and standard deviation of the pictures in folders, files and glob patterns. Exact: levels are counted, not summed in floats,
 * so the order of the files and the number of workers change nothing. A picture that can't be opened is reported and left out.
 *
 * @throws MillraceError `NO_INPUT` when there are no pictures.
 */
export async function pictureStats(inputs: readonly string[], options: StatsOptions = {}): Promise<PictureStats> {
  const { transform, numWorkers, signal, progress = false, onFailure } = options
  const pictures = files(inputs, { extensions: [...PICTURES] })
  const counts = new Float64Array(3 * 256)
  let failed = 0
  const outcomes = parallel.stream(bind(countTask, { transform }), pictures, {
    onError: 'collect',
    ordered: false,
    progress,
    total: pictures.length,
    ...(numWorkers !== undefined && { numWorkers }),
    ...(signal && { signal }),
  })
  for await (const { index, value, error } of outcomes) {
    if (error === undefined) value.forEach((count, level) => (counts[level]! += count))
    else {
      failed++
      onFailure?.(pictures.get(index), error)
    }
  }
  return { pictures: pictures.length - failed, failed, ...moments(counts) }
}

/** Whole numbers below 2^53 are exact in float64 until the last division. */
function moments(counts: Float64Array): Pick<PictureStats, 'pixels' | 'mean' | 'std'> {
  let pixels = 0
  for (let level = 0; level < 256; level++) pixels += counts[level]!
  const mean: number[] = []
  const std: number[] = []
  for (let channel = 0; channel < 3; channel++) {
    const levels = counts.subarray(256 * channel, 256 * (channel + 1))
    const average = levels.reduce((sum, count, level) => sum + count * level, 0) / pixels
    const variance = levels.reduce((sum, count, level) => sum + count * (level - average) ** 2, 0) / pixels
    mean.push(average / 255)
    std.push(Math.sqrt(variance) / 255)
  }
  return { pixels, mean, std }
}
