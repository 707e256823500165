// Pictures for the rows that decode: made by Pillow from a seed, used from a temporary folder.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inTempFolder, output, pythonPath, root } from './measure.mjs'

/**
 * Calls `use` with the folder and, for each kind of bench/peers/photos.py, its files. Undefined where Python is absent. A decoder
 * must see many different pictures: of a few the processor's branch predictor learns every turn, of photos in a row it can't.
 * @template Result
 * @param {Record<string, number>} counts
 * @param {(folder: string, files: Record<string, string[]>) => Promise<Result>} use
 * @returns {Promise<Result | undefined>}
 */
export async function withPhotos(counts, use) {
  if (pythonPath === undefined) return undefined
  return inTempFolder(async (folder) => {
    for (const count of new Set(Object.values(counts))) {
      const kinds = Object.keys(counts).filter((kind) => counts[kind] === count)
      await output(pythonPath, [join(root, 'bench/peers/photos.py'), folder, String(count), ...kinds])
    }
    const list = (kind) =>
      readdirSync(join(folder, kind))
        .toSorted()
        .map((name) => join(folder, kind, name))
    return use(folder, Object.fromEntries(Object.keys(counts).map((kind) => [kind, list(kind)])))
  })
}

/** How many bytes a file has, on average. */
export function typicalSize(files) {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / files.length
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} KB` : `${(bytes / 1e6).toFixed(1)} MB`
}
