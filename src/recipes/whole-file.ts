import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Where an output is written before it has its name: in the same folder, so that the rename is one step. Whoever knows the run
 * and the item's number can clear it away.
 */
export function temporaryPath(output: string, run: string, index: number): string {
  return join(dirname(output), `.tmp-${run}-${index}`)
}

/** Writes a file that appears under its name only when it is whole, in place of an older one. */
export function writeWhole(output: string, bytes: Uint8Array, temporary: string): void {
  try {
    writeFileSync(temporary, bytes)
    renameSync(temporary, output)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
