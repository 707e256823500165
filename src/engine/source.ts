import { MillraceError } from '../core/errors.ts'

export type Items<Item> = Iterable<Item> | AsyncIterable<Item>

/** An iterator that takes its time is left after so long with what it gave; meanwhile this thread serves no worker. */
const MAX_PULL_MS = 10

/** How many items a list-like input has, or undefined when only pulling would tell. */
export function lengthOf(items: Items<unknown>): number | undefined {
  const { length, size, get } = items as { length?: unknown; size?: unknown; get?: unknown }
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return length as number
  // A map-style Dataset.
  if (typeof get === 'function' && Number.isSafeInteger(length)) return length as number
  return items instanceof Set || items instanceof Map ? (size as number) : undefined
}

/** Pulls items when they are wanted, never more than asked for, from lists, iterators and async iterators alike. */
export class Source<Item> {
  readonly total: number | undefined
  /** Everything was pulled and taken. */
  get ended(): boolean {
    return this.#done && this.#pulled.length === 0
  }

  /** What the input's own iterator threw. */
  failure: MillraceError | undefined
  readonly #array: readonly Item[] | undefined
  readonly #iterator: Iterator<Item> | AsyncIterator<Item> | undefined
  readonly #async: boolean
  readonly #more: () => void
  #position = 0
  #done = false
  #pulling = false
  #pulled: Item[] = []

  /** @param more Called when an async input has delivered, ended or failed. */
  constructor(items: Items<Item>, more: () => void) {
    this.total = lengthOf(items)
    this.#more = more
    this.#async = Symbol.asyncIterator in Object(items) // a text is no object
    if (Array.isArray(items)) {
      this.#array = items as Item[]
      this.#done = items.length === 0
    } else {
      this.#iterator = this.#async ? (items as AsyncIterable<Item>)[Symbol.asyncIterator]() : (items as Iterable<Item>)[Symbol.iterator]()
    }
  }

  /** Up to `count` items. Of an async input what is there by now; the rest is pulled and `more` called. */
  take(count: number): readonly Item[] {
    if (this.#array !== undefined) {
      // As with Array.map, items added to the array during the call are not visited, nor are those taken away.
      const last = Math.min(this.total!, this.#array.length)
      const end = Math.min(last, this.#position + count)
      const taken = this.#array.slice(this.#position, end)
      this.#position = end
      this.#done = end >= last
      return taken
    }
    if (!this.#async) this.#pullNow(count)
    const taken = this.#pulled.splice(0, count)
    if (this.#async && taken.length < count) void this.#pullLater(count)
    return taken
  }

  /** Tells the input that nothing more is wanted. Rejects with what it throws on that. */
  async close(): Promise<void> {
    if (this.#done) return
    this.#done = true
    this.#pulled = []
    const returned: unknown = this.#iterator?.return?.()
    // A generator ends after the pull it is busy with, which may hang; the call that is given up does not wait for it.
    if (this.#pulling) Promise.resolve(returned).catch(() => {})
    else await returned
  }

  #pullNow(count: number): void {
    const iterator = this.#iterator as Iterator<Item>
    const until = performance.now() + MAX_PULL_MS
    try {
      while (!this.#done && this.#pulled.length < count) {
        const next = iterator.next()
        if (next.done === true) this.#done = true
        else this.#pulled.push(next.value)
        if ((this.#pulled.length & 15) === 0 && performance.now() > until) break
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  async #pullLater(count: number): Promise<void> {
    if (this.#pulling || this.#done) return
    this.#pulling = true
    try {
      while (!this.#done && this.#pulled.length < count) {
        const next = await (this.#iterator as AsyncIterator<Item>).next()
        if (next.done === true) this.#done = true
        else if (!this.#done) this.#pulled.push(next.value)
        this.#more()
      }
    } catch (error) {
      this.#fail(error)
      this.#more()
    } finally {
      this.#pulling = false
    }
  }

  #fail(error: unknown): void {
    this.#done = true
    const reason = error instanceof Error ? error.message : String(error)
    this.failure = new MillraceError('INPUT_FAILED', `The items' own iterator threw: ${reason}`, { cause: error })
  }
}
