import type { AsyncLocalStorage } from 'node:async_hooks'
import { recordError, type ErrorRecord } from '../core/error-record.ts'
import type { FromWorker, LocalWork, ResultsMessage, ToWorker } from '../core/executor.ts'
import { randomOf } from '../core/random.ts'
import type { Context } from '../core/task.ts'
import { isThenable } from '../core/thenable.ts'
import { HandedOver } from './pack.ts'

type Chunk = Extract<ToWorker, { type: 'chunk' }>

/** A long chunk answers in parts, so that little is lost with its worker and results show early. */
const PART_MS = 25
const PART_BYTES = 1 << 20

export interface RunnerOptions {
  worker: number
  seed: number
  announce: boolean
  /** Marks what runs inside an item, so that calls of `parallel` there run in place and stray errors find their chunk. */
  items: AsyncLocalStorage<unknown>
  /** Sends a message to the engine; throws when a value in it can't be cloned. */
  post: (message: FromWorker) => void
  /** Whether waiting for messages keeps this thread alive; an item that looks at its signal may wait for one. */
  keepAlive: (alive: boolean) => void
}

/** Runs the items of one call in this thread, whichever executor it belongs to, and answers chunk by chunk. */
export class Runner {
  readonly #work: LocalWork
  readonly #options: RunnerOptions
  #state: unknown
  #current: RunningItem | undefined
  #givenUp = false

  constructor(work: LocalWork, options: RunnerOptions) {
    this.#work = work
    this.#options = options
  }

  async setup(): Promise<void> {
    const { setup, params } = this.#work
    const { items, worker } = this.#options
    if (setup !== undefined) this.#state = await items.run({}, () => setup({ params: params as {}, worker }))
  }

  async teardown(): Promise<void> {
    const { teardown, params } = this.#work
    if (teardown !== undefined) await this.#options.items.run({}, () => teardown({ params, state: this.#state }))
  }

  /** Aborts one item, or without an index the whole call: nothing more is started. */
  abort(index: number | undefined, reason: string): void {
    this.#givenUp ||= index === undefined
    if (index === undefined || this.#current?.index === index) this.#current?.abort(reason)
  }

  /** Never rejects: whatever the items do is in the results. */
  async chunk(chunk: Chunk): Promise<void> {
    const store = new ChunkStore(chunk, this.#options.post)
    await this.#options.items.run(store, () => this.#run(chunk, store))
  }

  async #run(chunk: Chunk, store: ChunkStore): Promise<void> {
    const { items, first, attempt, id } = chunk
    const { seed, announce, post, keepAlive } = this.#options
    if (announce) keepAlive(true)
    const { run, params } = this.#work
    const call: CallContext = { params, state: this.#state, seed, post, keepAlive }
    const looksAtClock = items.length <= 64 ? 0 : 15
    let part = new Part(id, first)
    // What is done does not wait for an item that takes its time.
    let ticking: NodeJS.Timeout | undefined
    const tick = (): void => {
      if (part.values.length === 0 || store.stray !== undefined) return
      part.post(post, false)
      part = new Part(id, part.next)
    }
    for (let i = 0; i < items.length && !this.#givenUp; i++) {
      const index = first + i
      if (announce) post({ type: 'begin', index })
      const item = (this.#current = new RunningItem(call, index, attempt))
      try {
        let value = run(items[i], index, item)
        if (isThenable(value)) {
          if (items.length > 1) ticking ??= setInterval(tick, PART_MS).unref()
          value = await value
        }
        part.values.push(value)
      } catch (thrown) {
        part.fail(index, 'ITEM_FAILED', recordError(thrown))
      }
      this.#current = undefined
      if ((i & looksAtClock) === 0 && i + 1 < items.length && part.isDue()) {
        await turn()
        if (store.stray !== undefined) break
        part.post(post, false)
        part = new Part(id, index + 1)
      }
    }
    clearInterval(ticking)
    // An error that escaped from an item shows only when the event loop turns; wait for it, and it can still be that item's.
    await turn()
    if (store.stray === undefined) part.post(post, true)
    else if (items.length > 1) post({ type: 'stray', id, error: store.stray })
    else
      post({
        type: 'results',
        id,
        first,
        values: [undefined],
        errors: [[first, 'STRAY_ERROR', store.stray]],
        time: 0,
        bytes: 0,
        done: true,
      })
    store.answered = true
  }
}

/**
 * What the async context of a chunk carries. An error that escapes from it (a promise nobody awaits, a throw in a timer) is
 * reported here by the process-wide handlers.
 */
export class ChunkStore {
  readonly #chunk: Chunk
  readonly #post: (message: FromWorker) => void
  stray: ErrorRecord | undefined
  answered = false

  constructor(chunk: Chunk, post: (message: FromWorker) => void) {
    this.#chunk = chunk
    this.#post = post
  }

  escaped(thrown: unknown): void {
    const error = recordError(thrown)
    if (this.answered) this.#post({ type: 'late', index: this.#chunk.first, error })
    else this.stray ??= error
  }
}

interface CallContext {
  params: unknown
  state: unknown
  seed: number
  post: (message: FromWorker) => void
  keepAlive: (alive: boolean) => void
}

/** The `ctx` of one item. What costs something is made only when it is asked for. */
class RunningItem implements Context<unknown, unknown> {
  readonly #call: CallContext
  readonly index: number
  readonly attempt: number
  #controller: AbortController | undefined
  #random: (() => number) | undefined

  constructor(call: CallContext, index: number, attempt: number) {
    this.#call = call
    this.index = index
    this.attempt = attempt
  }

  get params(): unknown {
    return this.#call.params
  }

  get state(): unknown {
    return this.#call.state
  }

  get signal(): AbortSignal {
    this.#call.keepAlive(true)
    return (this.#controller ??= new AbortController()).signal
  }

  get random(): () => number {
    return (this.#random ??= randomOf(this.#call.seed, 0, this.index))
  }

  get warn(): (message: string) => void {
    return (message) => this.#call.post({ type: 'warn', index: this.index, message })
  }

  abort(reason: string): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(new DOMException(reason, reason.startsWith('timed out') ? 'TimeoutError' : 'AbortError'))
  }
}

/** The results since the last answer. */
class Part {
  readonly #id: number
  readonly #first: number
  readonly #started = performance.now()
  #counted = 0
  #bytes = 0
  readonly values: unknown[] = []
  #errors: [number, string, ErrorRecord][] | undefined

  constructor(id: number, first: number) {
    this.#id = id
    this.#first = first
  }

  /** The index of the item that comes next. */
  get next(): number {
    return this.#first + this.values.length
  }

  fail(index: number, code: string, error: ErrorRecord): void {
    this.values[index - this.#first] = undefined
    ;(this.#errors ??= []).push([index, code, error])
  }

  isDue(): boolean {
    this.#count()
    return this.#bytes >= PART_BYTES || performance.now() - this.#started >= PART_MS
  }

  post(post: (message: FromWorker) => void, done: boolean): void {
    this.#count()
    const message: ResultsMessage = {
      type: 'results',
      id: this.#id,
      first: this.#first,
      values: this.values,
      time: performance.now() - this.#started,
      bytes: this.#bytes,
      done,
    }
    if (this.#errors !== undefined) message.errors = this.#errors
    post(message)
  }

  #count(): void {
    for (; this.#counted < this.values.length; this.#counted++) this.#bytes += roughBytes(this.values[this.#counted])
  }
}

/** About how many bytes a value takes on the way; exact for what is large (binary data and text), a guess for the rest. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  if (value instanceof HandedOver) return value.bytes
  if (Array.isArray(value)) return 64 + 8 * value.length
  let bytes = 64
  try {
    for (const field of Object.values(value)) {
      if (typeof field === 'string') bytes += field.length
      else if (ArrayBuffer.isView(field) || field instanceof ArrayBuffer) bytes += field.byteLength
    }
  } catch {
    // A getter that throws: the value can't be cloned either, which is reported where it is sent.
  }
  return bytes
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
