const LISTED = 10

/** Counts what items warn of, and lists it on stderr when the call ends, each message once. */
export class Warnings {
  readonly #counts = new Map<string, { count: number; index: number }>()

  add(index: number, message: string): void {
    const known = this.#counts.get(message)
    if (known === undefined) this.#counts.set(message, { count: 1, index })
    else known.count++
  }

  list(): void {
    const all = [...this.#counts]
    for (const [message, { count, index }] of all.slice(0, LISTED)) {
      process.stderr.write(`warning: item ${index}: ${message}${count > 1 ? ` (and ${count - 1} more like it)` : ''}\n`)
    }
    if (all.length > LISTED) process.stderr.write(`warning: ${all.length - LISTED} other messages\n`)
  }
}
