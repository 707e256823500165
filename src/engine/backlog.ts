import type { Items } from './source.ts'
import { Source } from './source.ts'

/** Items that travel to a worker together; neighbours in the input. */
export interface Chunk {
  id: number
  first: number
  items: readonly unknown[]
  attempt: number
  /** How many of its items were answered. */
  answered: number
  /** Items that ran out of time, whatever their worker answers. */
  timedOut?: Set<number>
}

/** What is left to run: what must run again, and behind it the input. */
export class Backlog {
  readonly #source: Source<unknown>
  #again: Chunk[] = []
  #nextId = 0
  #nextIndex = 0
  #end = Infinity

  /** @param more Called when an asynchronous input has delivered, ended or failed. */
  constructor(items: Items<unknown>, more: () => void) {
    this.#source = new Source(items, more)
  }

  /** How many items the input has, if it can say so. */
  get total(): number | undefined {
    return this.#source.total
  }

  /** What the input's own iterator threw. */
  get failure(): Error | undefined {
    return this.#source.failure
  }

  /** Nothing new will come from the input; items may have to run again all the same. */
  get inputEnded(): boolean {
    return this.#source.ended
  }

  /** The index of the next new item. */
  get nextIndex(): number {
    return this.#nextIndex
  }

  /** Everything was handed out, and nothing came back. */
  get isEmpty(): boolean {
    const over = this.#end < Infinity || (this.#source.ended && this.#source.failure === undefined)
    return over && !this.#again.some(({ first }) => first < this.#end)
  }

  /** Nothing behind `index` is handed out any more. */
  stopAt(index: number): void {
    this.#end = Math.min(this.#end, index)
  }

  /** What must run again. It goes before new items: an ordered consumer waits for it. */
  takeAgain(): Chunk | undefined {
    const at = this.#again.findIndex(({ first }) => first < this.#end)
    return at < 0 ? undefined : this.#again.splice(at, 1)[0]
  }

  /** At most `size` new items; undefined when there are none, or none yet. */
  takeNew(size: number): Chunk | undefined {
    if (this.#end < Infinity) return undefined
    const items = this.#source.take(size)
    if (items.length === 0) return undefined
    const chunk = this.#chunk(this.#nextIndex, items, 1)
    this.#nextIndex += items.length
    return chunk
  }

  /** Takes back what no worker has begun. */
  putBack(chunks: Chunk[]): void {
    this.#again.unshift(...chunks)
  }

  /** The unanswered items of a chunk run again one by one, to find out which of them it was. */
  putBackSingly({ first, items, attempt, answered }: Chunk): void {
    this.#again.unshift(...items.slice(answered).map((item, i) => this.#chunk(first + answered + i, [item], attempt)))
  }

  /** The unanswered items of a chunk but one run again. */
  putBackWithout({ first, items, attempt, answered }: Chunk, index: number): void {
    const at = index - first
    const parts = [
      { from: answered, to: at },
      { from: at + 1, to: items.length },
    ]
    this.#again.unshift(
      ...parts.filter(({ from, to }) => from < to).map(({ from, to }) => this.#chunk(first + from, items.slice(from, to), attempt)),
    )
  }

  /** Gives an item another try, after what else must run again. */
  retry(index: number, item: unknown, attempt: number): void {
    this.#again.push(this.#chunk(index, [item], attempt))
  }

  /** Tells the input that nothing more is wanted. */
  close(): Promise<void> {
    return this.#source.close()
  }

  #chunk(first: number, items: readonly unknown[], attempt: number): Chunk {
    return { id: this.#nextId++, first, items, attempt, answered: 0 }
  }
}
