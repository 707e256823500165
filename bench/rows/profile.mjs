// Where the time of a spectrogram goes, on one core.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { profileSpectrogram } from '../../dist/recipes/profile-spectrogram.js'
import { sounds } from '../measure.mjs'

export default async function row({ quick }) {
  const folder = sounds(300)
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.wav'))
    .map((name) => join(folder, name))
  const profile = await profileSpectrogram(files.slice(0, quick ? 100 : 300))
  return [{ profile }]
}
