import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `failures.jsonl` in the output folder: a line of JSON for each failure, there from the first one on. One that an earlier run
 * left is removed.
 */
export class FailureLog {
  readonly path: string
  /** Why not every line could be written: no reason to end the run. */
  error: Error | undefined

  constructor(folder: string) {
    this.path = join(folder, 'failures.jsonl')
    rmSync(this.path, { force: true })
  }

  add(failure: object): void {
    try {
      appendFileSync(this.path, `${JSON.stringify(failure)}\n`)
    } catch (error) {
      this.error ??= error as Error
    }
  }
}
