/** What is known of an item. */
export const UNKNOWN = 0
export const DONE = 1
export const FAILED = 2
/** It was done, and is to be done again. */
export const VOIDED = 3

/** What the journal says of each item, and where: 9 bytes an item. */
export class RunIndex {
  done = 0
  failed = 0
  /** One more than the last item that has a line. */
  length = 0
  #status = new Uint8Array(1 << 10)
  #offsets = new Float64Array(1 << 10)

  /** UNKNOWN, DONE, FAILED or VOIDED. */
  status(ordinal: number): number {
    return ordinal < this.length ? this.#status[ordinal]! : UNKNOWN
  }

  /** Where the item's line begins in the journal. */
  offset(ordinal: number): number {
    return this.#offsets[ordinal]!
  }

  set(ordinal: number, status: number, offset: number): void {
    if (ordinal >= this.#status.length) this.#grow(ordinal + 1)
    const before = this.#status[ordinal]
    if (before === DONE) this.done--
    else if (before === FAILED) this.failed--
    if (status === DONE) this.done++
    else if (status === FAILED) this.failed++
    this.#status[ordinal] = status
    this.#offsets[ordinal] = offset
    if (ordinal >= this.length) this.length = ordinal + 1
  }

  /** The items of a status, in input order. */
  *all(status: number): Generator<number, void, undefined> {
    for (let i = 0; i < this.length; i++) if (this.#status[i] === status) yield i
  }

  #grow(least: number): void {
    const capacity = Math.max(least, this.#status.length * 2)
    const [status, offsets] = [this.#status, this.#offsets]
    this.#status = new Uint8Array(capacity)
    this.#offsets = new Float64Array(capacity)
    this.#status.set(status)
    this.#offsets.set(offsets)
  }
}
