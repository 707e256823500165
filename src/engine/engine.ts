import { MillraceError } from '../core/errors.ts'
import { reasonOf, reviveError, type ErrorRecord } from '../core/error-record.ts'
import type { FromWorker, ResultsMessage, WorkerExit } from '../core/executor.ts'
import { ItemError } from '../core/item-error.ts'
import type { Block, Call, Place, Printer } from './call.ts'
import { ChunkSizer } from './chunk.ts'
import { numbersOf } from '../core/numbers.ts'
import { Delivery } from './delivery.ts'
import type { PooledWorker } from './pool.ts'
import { Source } from './source.ts'

/** Chunks a worker holds: one runs, one waits, so that no worker idles for the length of a message. */
const DEPTH = 2
/** After a time-out an item may still give up by itself (`ctx.signal`), which spares its worker; then the worker is ended. */
const GRACE_MS = 50
/** So many workers in a row that die without having finished anything, or in their setup, end the call. */
const MAX_FUTILE_DEATHS = 20
const MAX_SETUP_DEATHS = 3

interface Chunk {
  id: number
  first: number
  items: readonly unknown[]
  attempt: number
  /** How many of its items were answered. */
  answered: number
}

interface Slot {
  worker: PooledWorker
  place: Place
  printer: Printer
  /** In flight; the first one is running. */
  chunks: Chunk[]
  /** Takes no more chunks. */
  retired: boolean
  /** The call's setup is done there. */
  opened: boolean
  /** The running item, where items are announced. */
  current?: number | undefined
  timer?: NodeJS.Timeout | undefined
  timedOut?: number | undefined
  closed?: (() => void) | undefined
}

/**
 * Runs a call: pulls items, shares them out in chunks, keeps order, retries, replaces dead workers and names the item that killed
 * them. Yields blocks as the consumer asks for them and never runs far ahead of it. Item failures are in the blocks; what ends
 * the whole call is thrown: an aborted signal, an input that throws, a module that can't be imported.
 */
export async function* execute(call: Call): AsyncGenerator<Block, void, undefined> {
  const engine = new Engine(call)
  try {
    yield* engine.blocks()
  } finally {
    await engine.close()
  }
}

class Engine {
  readonly #call: Call
  readonly #source: Source<unknown>
  readonly #sizer: ChunkSizer
  readonly #delivery: Delivery
  #slots: Slot[] = []
  /** Chunks to run again: retries, and what a dead worker left. They go before new items. */
  #again: Chunk[] = []
  #place: Place
  #nextIndex = 0
  #nextId = 0
  #done = 0
  #failed = 0
  #futileDeaths = 0
  #setupDeaths = 0
  /** The lowest failed index under failFast: nothing behind it is started. */
  #stopAt = Infinity
  #fatal: { error: unknown } | undefined
  #teardownError: unknown
  #closing = false
  #wake: (() => void) | undefined
  /** Milliseconds that the finished items ran. */
  #busy = 0
  readonly #abort = (): void => this.#fail(this.#call.signal!.reason)

  constructor(call: Call) {
    this.#call = call
    this.#place = call.place
    this.#sizer = new ChunkSizer(call.key, call.chunkSize)
    this.#delivery = new Delivery(call.ordered)
    this.#source = new Source(call.items, () => this.#pump())
  }

  async *blocks(): AsyncGenerator<Block, void, undefined> {
    const { signal } = this.#call
    if (signal?.aborted === true) this.#fail(signal.reason)
    signal?.addEventListener('abort', this.#abort)
    this.#pump()
    while (true) {
      const block = this.#delivery.next()
      if (block !== undefined) {
        yield block
        this.#pump()
      } else if (this.#fatal !== undefined) throw this.#fatal.error
      else if (this.#isFinished()) break
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    await this.close()
    if (this.#teardownError !== undefined) throw this.#teardownError
  }

  /** Gives the workers back. Those that still run something are told to stop, and ended if they don't. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#call.signal?.removeEventListener('abort', this.#abort)
    await Promise.all([...this.#slots.map((slot) => this.#closeSlot(slot)), this.#source.close()])
  }

  async #closeSlot(slot: Slot): Promise<void> {
    clearTimeout(slot.timer)
    const busy = slot.chunks.length > 0
    if (busy) slot.worker.send({ type: 'abort', reason: 'the call was given up' })
    const { pool } = slot.place
    if (!busy && !this.#call.keepsState && slot.worker.booted) {
      // Messages stay in order, so the next call may use the worker at once; it replaces this one.
      pool.release(slot.worker)
      return
    }
    const closed = new Promise<void>((resolve) => (slot.closed = resolve))
    slot.worker.send({ type: 'close' })
    const grace = busy ? setTimeout(() => (slot.worker.stop(), slot.closed?.()), GRACE_MS) : undefined
    // A worker that is still loading its module is kept for the next call.
    if (!slot.worker.booted && !busy) slot.closed?.()
    await closed
    clearTimeout(grace)
    pool.release(slot.worker)
  }

  #isFinished(): boolean {
    if (this.#slots.some((slot) => slot.chunks.length > 0)) return false
    const waiting = this.#again.some((chunk) => chunk.first < this.#stopAt)
    return !waiting && (this.#stopAt < Infinity || (this.#source.ended && this.#source.failure === undefined))
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  #fail(error: unknown): void {
    this.#fatal ??= { error }
    this.#notify()
  }

  // ---- handing out ----

  /** Gives every worker what it can take. */
  #pump(): void {
    if (this.#closing || this.#fatal !== undefined) return
    if (!this.#source.ended || this.#again.length > 0) this.#startWorkers()
    for (let depth = 1; depth <= DEPTH; depth++) {
      for (const slot of this.#slots) {
        while (!slot.retired && slot.chunks.length < depth) {
          const chunk = this.#nextChunk(slot)
          if (chunk === undefined) break
          this.#send(slot, chunk)
        }
      }
    }
    if (this.#source.failure !== undefined && this.#slots.every((slot) => slot.chunks.length === 0)) this.#fail(this.#source.failure)
    if (this.#isFinished() || this.#delivery.hasNext()) this.#notify()
  }

  #startWorkers(): void {
    const { numWorkers } = this.#place
    let count = this.#slots.filter((slot) => slot.place === this.#place).length
    // A known small input needs no more workers than it has items.
    const known = this.#source.total
    const wanted = known === undefined ? numWorkers : Math.min(numWorkers, Math.max(1, known))
    for (; count < wanted; count++) this.#startWorker(this.#place)
  }

  #startWorker(place: Place): void {
    const slot = { place, chunks: [], retired: false, opened: false, printer: this.#call.listener.openPrinter() } as unknown as Slot
    slot.worker = place.pool.lease({ message: (message) => this.#message(slot, message), exit: (exit) => this.#exit(slot, exit) })
    this.#slots.push(slot)
    if (slot.worker.booted) this.#retireAllBut(place)
    try {
      slot.worker.send({ type: 'open', work: place.work, seed: this.#call.seed, announce: this.#call.timeout !== undefined })
    } catch (error) {
      this.#fail(
        new MillraceError(
          'UNCLONEABLE_PARAMS',
          `The task's params can't be sent to workers: ${reasonOf(error)}. Give it plain data and make the rest in setup.`,
          { cause: error },
        ),
      )
    }
  }

  #nextChunk(slot: Slot): Chunk | undefined {
    const again = this.#again.findIndex((chunk) => chunk.first < this.#stopAt)
    if (again >= 0) return this.#again.splice(again, 1)[0]
    if (this.#stopAt < Infinity || this.#source.ended) return undefined
    const total = this.#source.total ?? Infinity
    const workers = this.#place.numWorkers
    const size = this.#sizer.next(total - this.#nextIndex, total, workers)
    if (!this.#delivery.hasRoom(this.#nextIndex, size * workers * DEPTH)) return undefined
    // Time-outs are about one item; a second chunk behind a slow one would only wait.
    if (slot.chunks.length > 0 && (this.#sizer.itemMs ?? Infinity) * size > 1000) return undefined
    const items = this.#source.take(size)
    if (items.length === 0) return undefined
    const chunk = { id: this.#nextId++, first: this.#nextIndex, items, attempt: 1, answered: 0 }
    this.#nextIndex += items.length
    return chunk
  }

  #send(slot: Slot, chunk: Chunk): void {
    const { id, first, attempt } = chunk
    slot.chunks.push(chunk)
    try {
      slot.worker.send({
        type: 'chunk',
        id,
        first,
        attempt,
        items: slot.place.pool.executor.inThisThread === true ? chunk.items : packed(chunk.items),
      })
    } catch (error) {
      slot.chunks.pop()
      if (chunk.items.length > 1) this.#replay(chunk)
      else
        this.#settle(
          chunk,
          [undefined],
          new Map([
            [first, this.#itemError(chunk, first, 'UNCLONEABLE_ITEM', error, `the item can't be sent to a worker: ${reasonOf(error)}`)],
          ]),
        )
    }
  }

  /** Queues the unanswered items of a chunk one by one, to find out which of them it was. */
  #replay(chunk: Chunk): void {
    const { first, items, attempt, answered } = chunk
    const single = items
      .slice(answered)
      .map((item, i) => ({ id: this.#nextId++, first: first + answered + i, items: [item], attempt, answered: 0 }))
    this.#again.unshift(...single)
  }

  // ---- what workers say ----

  #message(slot: Slot, message: FromWorker): void {
    const { listener } = this.#call
    switch (message.type) {
      case 'print':
        return slot.printer.print(message.stream, message.text)
      case 'warn':
        return listener.warn(message.index, message.message)
      case 'late':
        return listener.warn(message.index, `an error escaped after the item was done: ${reasonOf(reviveError(message.error))}`)
      case 'booted':
        this.#retireAllBut(slot.place)
        return this.#pump()
      case 'opened':
        slot.opened = true
        return undefined
      case 'failed':
        return this.#startFailed(slot, message)
      case 'begin':
        return this.#begin(slot, message.index)
      case 'results':
        return this.#results(slot, message)
      case 'stray': {
        const chunk = this.#takeChunk(slot, message.id)
        if (chunk !== undefined) this.#replay(chunk)
        return this.#pump()
      }
      case 'closed':
        if (message.error !== undefined) {
          const cause = reviveError(message.error)
          this.#teardownError ??= new MillraceError('TEARDOWN_FAILED', `The task's teardown failed: ${reasonOf(cause)}`, { cause })
        }
        return slot.closed?.()
    }
  }

  #results(slot: Slot, message: ResultsMessage): void {
    const chunk = slot.chunks.find(({ id }) => id === message.id)
    if (chunk === undefined || this.#closing) return
    clearTimeout(slot.timer)
    slot.printer.flush()
    slot.current = undefined
    const { values, first, time, bytes } = message
    this.#sizer.measured(values.length, time, bytes)
    this.#busy += time
    this.#futileDeaths = 0
    let errors: Map<number, ItemError> | undefined
    for (const [index, code, error] of message.errors ?? []) (errors ??= new Map()).set(index, this.#recorded(chunk, index, code, error))
    const late = slot.timedOut
    if (late !== undefined && late >= first && late < first + values.length) {
      ;(errors ??= new Map()).set(late, this.#timeoutError(chunk, late))
      slot.timedOut = undefined
    }
    if (message.done) this.#takeChunk(slot, chunk.id)
    this.#settle(chunk, values, errors, bytes)
    this.#considerMoving()
    this.#pump()
  }

  #takeChunk(slot: Slot, id: number): Chunk | undefined {
    const at = slot.chunks.findIndex((chunk) => chunk.id === id)
    return at < 0 ? undefined : slot.chunks.splice(at, 1)[0]
  }

  /** The next `values.length` items of a chunk are decided: delivered, or queued for another try. */
  #settle(chunk: Chunk, values: ArrayLike<unknown>, errors: Map<number, ItemError> | undefined, bytes = 0): void {
    const first = chunk.first + chunk.answered
    chunk.answered += values.length
    if (errors === undefined) {
      this.#deliver({ first, values }, bytes)
      return
    }
    const { retries, failFast } = this.#call
    const list = Array.from(values)
    let from = 0
    const flush = (to: number): void => {
      if (to > from) this.#deliver({ first: first + from, values: list.slice(from, to), errors }, bytes)
    }
    for (const [index, error] of [...errors].sort(([a], [b]) => a - b)) {
      list[index - first] = undefined
      if (chunk.attempt > retries) {
        this.#failed++
        if (failFast) this.#stopAt = Math.min(this.#stopAt, index)
        continue
      }
      errors.delete(index)
      flush(index - first)
      from = index - first + 1
      this.#again.push({ id: this.#nextId++, first: index, items: [error.item], attempt: chunk.attempt + 1, answered: 0 })
    }
    flush(list.length)
  }

  #deliver(block: Block, bytes: number): void {
    this.#done += block.values.length
    this.#delivery.add(block, bytes)
    this.#call.listener.settled(this.#done, this.#failed)
    this.#notify()
  }

  // ---- time-outs ----

  #begin(slot: Slot, index: number): void {
    if (this.#closing) return
    clearTimeout(slot.timer)
    slot.current = index
    slot.timer = setTimeout(() => this.#timedOut(slot, index), this.#call.timeout)
  }

  #timedOut(slot: Slot, index: number): void {
    slot.timedOut = index
    slot.worker.send({ type: 'abort', index, reason: this.#timeoutReason() })
    slot.timer = setTimeout(() => {
      this.#drop(slot)
      slot.worker.stop()
      const [running, ...waiting] = slot.chunks
      if (running !== undefined) this.#blame(running, index, this.#timeoutError(running, index))
      this.#again.unshift(...waiting)
      this.#pump()
    }, GRACE_MS)
  }

  #timeoutReason(): string {
    return `timed out after ${this.#call.timeout} ms`
  }

  #timeoutError(chunk: Chunk, index: number): ItemError {
    return this.#itemError(chunk, index, 'TIMEOUT', undefined, `${this.#timeoutReason()}; raise the timeout or look at the item`)
  }

  // ---- deaths ----

  #exit(slot: Slot, exit: WorkerExit): void {
    slot.printer.flush()
    slot.closed?.()
    if (!this.#slots.includes(slot) || this.#closing) return
    this.#drop(slot)
    if (!slot.worker.booted) return this.#bootFailed(slot, exit)
    if (!slot.opened) {
      this.#again.unshift(...slot.chunks)
      if (++this.#setupDeaths >= MAX_SETUP_DEATHS) {
        this.#fail(new MillraceError('SETUP_FAILED', `Workers ended before the task's setup was done, the last one with ${exit.reason}.`))
      }
      return this.#pump()
    }
    const [running, ...waiting] = slot.chunks
    if (running !== undefined) {
      const reason = `its worker ended while it ran: ${exit.reason}`
      if (slot.current !== undefined)
        this.#blame(running, slot.current, this.#itemError(running, slot.current, exit.code, undefined, reason))
      else if (running.items.length - running.answered > 1) this.#replay(running)
      else
        this.#blame(
          running,
          running.first + running.answered,
          this.#itemError(running, running.first + running.answered, exit.code, undefined, reason),
        )
    }
    this.#again.unshift(...waiting)
    if (++this.#futileDeaths > MAX_FUTILE_DEATHS) {
      this.#fail(
        new MillraceError(
          'WORKERS_KEEP_DYING',
          `${MAX_FUTILE_DEATHS} workers ended one after the other without finishing an item; the last one: ${exit.reason}.`,
        ),
      )
    }
    this.#pump()
  }

  /** Settles one item of a chunk as failed and queues the others, which are not to blame. */
  #blame(chunk: Chunk, index: number, error: ItemError): void {
    const { first, items, attempt, answered } = chunk
    const rest = (from: number, to: number): Chunk[] =>
      to > from ? [{ id: this.#nextId++, first: first + from, items: items.slice(from, to), attempt, answered: 0 }] : []
    const at = index - first
    this.#again.unshift(...rest(answered, at), ...rest(at + 1, items.length))
    this.#futileDeaths = 0
    this.#settle({ ...chunk, answered: at }, [undefined], new Map([[index, error]]))
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.timer)
    this.#slots = this.#slots.filter((other) => other !== slot)
  }

  #bootFailed(slot: Slot, exit: WorkerExit): void {
    const { automatic } = this.#call
    this.#again.unshift(...slot.chunks)
    if (automatic !== undefined && slot.place !== this.#call.place) {
      // Threads can't be had here (--permission, a limit); the calling thread can do it all.
      this.#place = this.#call.place
      for (const other of this.#slots) if (other.place === this.#place) other.retired = false
      automatic.failed(exit.reason)
    } else if (this.#slots.some((other) => other.worker.booted)) {
      this.#place = { ...this.#place, numWorkers: this.#slots.length }
      for (const other of this.#slots) other.place = this.#place
    } else if (this.#slots.length === 0) {
      this.#fail(
        new MillraceError(
          'WORKER_START_FAILED',
          `No worker could be started (${slot.place.pool.executor.name}): ${exit.reason} before it was ready.`,
        ),
      )
    }
    this.#pump()
  }

  #startFailed(slot: Slot, { stage, code, error }: Extract<FromWorker, { type: 'failed' }>): void {
    const cause = reviveError(error)
    const reason = reasonOf(cause)
    if (stage === 'lookup') this.#fail(new MillraceError(code, error.message ?? reason, { cause }))
    else if (stage === 'setup') this.#fail(new MillraceError(code, `The task's setup failed in a worker: ${reason}`, { cause }))
    else {
      this.#drop(slot)
      this.#fail(
        new MillraceError(
          code,
          `A worker could not import the task's module: ${reason}. What stands above the first call runs in every worker too; if it can't, move the task into a file of its own.`,
          { cause },
        ),
      )
    }
    slot.chunks = []
  }

  // ---- automatic mode ----

  #considerMoving(): void {
    const { automatic } = this.#call
    if (automatic === undefined || this.#place !== this.#call.place || this.#source.ended) return
    const { total } = this.#source
    const remaining = total === undefined ? undefined : total - this.#done
    const place = automatic.decide({ done: this.#done, remaining, busy: this.#busy })
    if (place !== undefined) this.#place = place
  }

  /** The first worker of the new place is there: the old place finishes what it holds and takes no more. */
  #retireAllBut(place: Place): void {
    for (const slot of this.#slots) if (slot.place !== place && place === this.#place) slot.retired = true
  }

  // ---- errors ----

  #recorded(chunk: Chunk, index: number, code: string, record: ErrorRecord): ItemError {
    const cause = reviveError(record)
    const reason = code === 'STRAY_ERROR' ? `an error escaped from it (a promise that nobody awaits?): ${reasonOf(cause)}` : reasonOf(cause)
    return this.#itemError(chunk, index, code, cause, reason)
  }

  #itemError({ first, items, attempt }: Chunk, index: number, code: string, cause: unknown, reason: string): ItemError {
    return new ItemError(reason, { index, item: items[index - first], code, attempt, cause })
  }
}

/** Many numbers are cheaper to send as a Float64Array; a worker indexes either alike. */
function packed(items: readonly unknown[]): readonly unknown[] | Float64Array {
  return items.length > 8 ? (numbersOf(items) ?? items) : items
}
