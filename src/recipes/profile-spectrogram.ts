import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveSettings, type SpectrogramSettings } from './spectrogram-settings.ts'
import { stepsOf } from './spectrogram-steps.ts'
import { writeWhole } from './whole-file.ts'

export type ProfiledStage = 'read' | 'decode' | 'resample' | 'mel' | 'decibels' | 'picture' | 'encode' | 'write'

/**
 * Where the time of a spectrogram goes: median microseconds a file of each stage, in this thread. The first quarter of the files
 * (8 at least) is done once before, so that code and caches are warm. Outputs go to a temporary folder, which is removed.
 * @throws what the first file that fails throws.
 */
export async function profileSpectrogram(
  files: readonly string[],
  settings: SpectrogramSettings = resolveSettings(),
): Promise<Record<ProfiledStage, number>> {
  const steps = stepsOf(settings)
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profile-'))
  const times: Record<ProfiledStage, number[]> = {
    read: [],
    decode: [],
    resample: [],
    mel: [],
    decibels: [],
    picture: [],
    encode: [],
    write: [],
  }
  const profile = async (file: string, index: number): Promise<void> => {
    let last = performance.now()
    const mark = (stage: ProfiledStage): void => {
      const now = performance.now()
      times[stage].push((now - last) * 1000)
      last = performance.now()
    }
    const bytes = readFileSync(file)
    mark('read')
    const decoded = await steps.decode(bytes)
    mark('decode')
    const { y, sr } = steps.resample(decoded)
    mark('resample')
    const features = steps.mel(y, sr)
    mark('mel')
    const levels = steps.levels(features)
    mark('decibels')
    const result = settings.format === 'png' ? steps.draw(levels, sr) : levels
    mark('picture')
    const encoded = steps.encode(result)
    mark('encode')
    writeWhole(join(folder, `${index}`), encoded, join(folder, '.tmp'))
    mark('write')
  }
  try {
    const warm = Math.min(files.length, Math.max(8, Math.ceil(files.length / 4)))
    for (let index = 0; index < warm; index++) await profile(files[index]!, index)
    for (const list of Object.values(times)) list.length = 0
    for (const [index, file] of files.entries()) await profile(file, index)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return Object.fromEntries(Object.entries(times).map(([stage, list]) => [stage, median(list)])) as Record<ProfiledStage, number>
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
