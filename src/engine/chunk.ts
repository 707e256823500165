/** What one chunk should take: long enough that messages cost little, short enough to share work out and to report often. */
const TARGET_MS = 10
const TARGET_BYTES = 1 << 20
/** More items at once save nothing that can be measured, and chunks in flight hold memory. */
const MAX_ITEMS = 8192
/** A chunk is at most so many times the last one: the first items, run cold, say little about the rest. */
const GROWTH = 16
/** Towards the end of a known input the chunks shrink, so that the workers finish together. */
const SHARES = 3
/** But not below this: a message costs a good part of it. */
const LEAST_MS = 0.25

interface Measured {
  size: number
  itemMs: number | undefined
  itemBytes: number
}

/** What earlier calls of the same function have shown; a program that calls one often need not measure it anew. */
const known = new WeakMap<object, Measured>()

/** Chooses how many items go to a worker at once, from the time and bytes of those that came back. */
export class ChunkSizer {
  readonly #fixed: number | undefined
  readonly #measured: Measured

  /** @param work What the measurements are remembered for: the function or task. */
  constructor(work: object, fixed?: number) {
    this.#fixed = fixed
    let measured = known.get(work)
    if (measured === undefined) known.set(work, (measured = { size: 1, itemMs: undefined, itemBytes: 0 }))
    this.#measured = measured
  }

  /** Milliseconds an item takes in a worker; undefined before the first came back. */
  get itemMs(): number | undefined {
    return this.#measured.itemMs
  }

  measured(count: number, ms: number, bytes: number): void {
    if (count === 0) return
    const seen = this.#measured
    // Recent chunks count more; one slow chunk does not throw the estimate over.
    const weight = seen.itemMs === undefined ? 1 : 0.4
    seen.itemMs = (seen.itemMs ?? 0) * (1 - weight) + (ms / count) * weight
    seen.itemBytes = seen.itemBytes * (1 - weight) + (bytes / count) * weight
    const wanted = Math.min(TARGET_MS / Math.max(seen.itemMs, 1e-5), TARGET_BYTES / Math.max(seen.itemBytes, 1), MAX_ITEMS)
    seen.size = Math.max(1, Math.floor(Math.min(wanted, seen.size * GROWTH)))
  }

  /** How many items the next chunk takes, of an input of `total` (Infinity when unknown) with `remaining` left, for `workers`. */
  next(remaining: number, total: number, workers: number): number {
    if (this.#fixed !== undefined) return this.#fixed
    const { size, itemMs } = this.#measured
    const least = itemMs === undefined ? 1 : Math.min(LEAST_MS / itemMs, total / workers)
    return Math.max(1, Math.ceil(Math.min(size, Math.max(least, remaining / (workers * SHARES)))))
  }
}
