import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file that appears under its name only when it is whole, in place of an older one; until then it is `temporary`, on the same disk. */
export function writeWhole(output: string, bytes: Uint8Array, temporary: string): void {
  try {
    writeFileSync(temporary, bytes)
    renameSync(temporary, output)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Makes a folder and those above it. (Node's own way never returns where a file system refuses with ENOENT, as /proc does.) */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const parent = dirname(folder)
    if (code === 'ENOENT' && parent !== folder && statSync(parent, { throwIfNoEntry: false }) === undefined) {
      makeFolder(parent)
      mkdirSync(folder)
    } else if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
