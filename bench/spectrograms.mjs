// The three ways of making the story's pictures of a folder, each as a whole process, and what starting it costs.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inTempFolder, pythonPath, root, timedProcess } from './measure.mjs'

const cli = join(root, 'dist/cli/main.js')
const peers = join(root, 'bench/peers')

/** @typedef {(folder: string, out: string) => Promise<number>} Maker Fills `out`, gives milliseconds. */

/** @returns {Maker} */
export const millrace =
  (workers, kind = 'rgb') =>
  (folder, out) =>
    timedProcess(process.execPath, [cli, 'spectrogram', folder, '--out', out, '--recursive', '--workers', workers, '--png', kind])
/** @returns {Maker} */
export const leanPython =
  (workers, kind = 'rgb') =>
  (folder, out) =>
    timedProcess(pythonPath, [join(peers, 'lean.py'), folder, out, workers, kind])
/** @returns {Maker} */
export const story = (workers) => (folder, out) => timedProcess(pythonPath, ['-W', 'ignore', join(peers, 'story.py'), folder, out, workers])

/** A run into an empty folder that must make `count` pictures; removing them is not timed. */
export const making = (maker, folder, count, base) => () =>
  inTempFolder(async (out) => {
    const ms = await maker(folder, out)
    const made = existsSync(out) ? readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.png')).length : 0
    if (made !== count) throw new Error(`${made} pictures were made of ${count}`)
    return ms
  }, base)
