import type { RunInput } from './input.ts'
import type { RunItem } from './item-runner.ts'

/** Hands out the items that are to run, until it is told to stop. */
export class Feed {
  /** Items taken, by the engine's count of them: their ordinals. */
  readonly ordinals: number[] = []
  /** Items passed over. */
  skipped = 0
  readonly #input: RunInput
  readonly #wanted: (ordinal: number, item: unknown) => boolean
  #stopped = false
  #wake: (() => void) | undefined

  /** @param wanted Whether an item is to run; called once for each, in input order. */
  constructor(input: RunInput, wanted: (ordinal: number, item: unknown) => boolean) {
    this.#input = input
    this.#wanted = wanted
  }

  /** Nothing more is handed out. */
  stop(): void {
    this.#stopped = true
    this.#wake?.()
  }

  get stopped(): boolean {
    return this.#stopped
  }

  items(): Iterable<RunItem> | AsyncIterable<RunItem> {
    const { items, length } = this.#input
    if (items === undefined) return this.#numbers(length!)
    return Symbol.asyncIterator in items ? this.#later(items) : this.#now(items)
  }

  *#numbers(length: number): Generator<RunItem, void, undefined> {
    for (let ordinal = 0; ordinal < length; ordinal++) {
      if (this.#stopped) return
      if (this.#takes(ordinal, undefined)) yield ordinal
    }
  }

  *#now(items: Iterable<unknown>): Generator<RunItem, void, undefined> {
    let ordinal = 0
    for (const item of items) {
      if (this.#stopped) return
      if (this.#takes(ordinal, item)) yield { ordinal, item }
      ordinal++
    }
  }

  async *#later(items: AsyncIterable<unknown>): AsyncGenerator<RunItem, void, undefined> {
    const iterator = items[Symbol.asyncIterator]()
    let ended = false
    try {
      for (let ordinal = 0; !this.#stopped; ordinal++) {
        // An iterator may take for ever; who stops does not wait for it.
        const next = await new Promise<IteratorResult<unknown, unknown> | undefined>((resolve, reject) => {
          this.#wake = () => resolve(undefined)
          iterator.next().then(resolve, reject)
        })
        ended = next?.done === true
        if (next === undefined || ended) return
        if (this.#takes(ordinal, next.value)) yield { ordinal, item: next.value }
      }
    } finally {
      if (!ended) void iterator.return?.().catch(() => {})
    }
  }

  #takes(ordinal: number, item: unknown): boolean {
    if (this.#wanted(ordinal, item)) return this.ordinals.push(ordinal) > 0
    this.skipped++
    return false
  }
}
