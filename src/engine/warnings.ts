const LISTED = 10

/** Counts what items warn of, and lists it on stderr when the call ends, each message once, the first few of them. */
export class Warnings {
  readonly #counts = new Map<string, { count: number; index: number }>()
  readonly #noun: string
  #others = 0

  /** @param noun What indices count: items, samples. */
  constructor(noun: string) {
    this.#noun = noun
  }

  add(index: number, message: string): void {
    const known = this.#counts.get(message)
    if (known !== undefined) known.count++
    else if (this.#counts.size < LISTED) this.#counts.set(message, { count: 1, index })
    else this.#others++
  }

  list(): void {
    for (const [message, { count, index }] of this.#counts) {
      process.stderr.write(`warning: ${this.#noun} ${index}: ${message}${count > 1 ? ` (and ${count - 1} more like it)` : ''}\n`)
    }
    if (this.#others > 0) process.stderr.write(`warning: ${this.#others} more, of other kinds\n`)
  }
}
