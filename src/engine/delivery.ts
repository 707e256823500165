import type { Block, Call } from './call.ts'

/** So many items may be ahead of a slow one, or of the consumer, at least; chunks in flight count on top. */
const MIN_AHEAD = 256
/** Finished values that wait for the consumer hold about so many bytes at the most, plus what is in flight. */
const MAX_WAITING_BYTES = 64 << 20

type Bounds = Pick<Call, 'ordered' | 'maxAhead' | 'minAhead' | 'maxWaitingBytes'>

/** Holds finished blocks until the consumer takes them, in input order or as they came. */
export class Delivery {
  readonly #ordered: boolean
  readonly #maxAhead: number
  readonly #minAhead: number
  readonly #maxBytes: number
  readonly #waiting = new Map<number, { block: Block; bytes: number }>()
  /** The next index to hand out (ordered), and how many items were handed out. */
  #position = 0
  #bytes = 0

  constructor({ ordered, maxAhead = Infinity, minAhead = MIN_AHEAD, maxWaitingBytes = MAX_WAITING_BYTES }: Bounds) {
    this.#ordered = ordered
    this.#maxAhead = maxAhead
    this.#minAhead = minAhead
    this.#maxBytes = maxWaitingBytes
  }

  add(block: Block, bytes: number): void {
    this.#waiting.set(block.first, { block, bytes })
    this.#bytes += bytes
  }

  hasNext(): boolean {
    return this.#ordered ? this.#waiting.has(this.#position) : this.#waiting.size > 0
  }

  next(): Block | undefined {
    const key = this.#ordered ? this.#position : this.#waiting.keys().next().value
    const entry = key === undefined ? undefined : this.#waiting.get(key)
    if (entry === undefined) return undefined
    this.#waiting.delete(key!)
    this.#bytes -= entry.bytes
    this.#position += entry.block.values.length
    return entry.block
  }

  /** How many items from `next` on may be started, when `inFlight` at the most are on their way. */
  room(next: number, inFlight: number): number {
    if (this.#bytes >= this.#maxBytes) return 0
    return this.#position + Math.min(this.#maxAhead, this.#minAhead + 2 * inFlight) - next
  }
}
