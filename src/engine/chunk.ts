/** What one chunk should take: long enough that messages cost little, short enough to share work out and to report often. */
const TARGET_MS = 10
const TARGET_BYTES = 1 << 20
/** A chunk is at most so many times the last one: the first items, run cold, say little about the rest. */
const GROWTH = 16
/** Towards the end of a known input the chunks shrink, so that the workers finish together. */
const SHARES = 3

/** Chooses how many items go to a worker at once, from the time and bytes of those that came back. */
export class ChunkSizer {
  readonly #fixed: number | undefined
  #size = 1
  #itemMs: number | undefined
  #itemBytes = 0

  constructor(fixed?: number) {
    this.#fixed = fixed
  }

  /** Milliseconds an item takes in a worker; undefined before the first came back. */
  get itemMs(): number | undefined {
    return this.#itemMs
  }

  measured(count: number, ms: number, bytes: number): void {
    if (count === 0) return
    // Recent chunks count more; one slow chunk does not throw the estimate over.
    const weight = this.#itemMs === undefined ? 1 : 0.4
    this.#itemMs = (this.#itemMs ?? 0) * (1 - weight) + (ms / count) * weight
    this.#itemBytes = this.#itemBytes * (1 - weight) + (bytes / count) * weight
    const wanted = Math.min(TARGET_MS / Math.max(this.#itemMs, 1e-5), TARGET_BYTES / Math.max(this.#itemBytes, 1))
    this.#size = Math.max(1, Math.floor(Math.min(wanted, this.#size * GROWTH)))
  }

  /** How many items the next chunk takes, of `remaining` (Infinity when unknown) for `workers`. */
  next(remaining: number, workers: number): number {
    if (this.#fixed !== undefined) return this.#fixed
    return Math.max(1, Math.min(this.#size, Math.ceil(remaining / (workers * SHARES))))
  }
}
