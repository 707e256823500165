import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `failures.jsonl` in the output folder: a line of JSON for each failure of this run, there from the first one on. */
export class FailureLog {
  readonly path: string
  /** Why not every line could be written: no reason to end the run. */
  error: Error | undefined
  #lines = 0

  constructor(folder: string) {
    this.path = join(folder, 'failures.jsonl')
  }

  add(failure: object): void {
    this.#attempt(() => writeFileSync(this.path, `${JSON.stringify(failure)}\n`, { flag: this.#lines++ === 0 ? 'w' : 'a' }))
  }

  /** A run without failures leaves none of an earlier run. */
  end(): void {
    if (this.#lines === 0) this.#attempt(() => rmSync(this.path, { force: true }))
  }

  #attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      this.error ??= error as Error
    }
  }
}
