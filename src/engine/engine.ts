import type { FromWorker, ResultsMessage, ToWorker, WorkerExit } from '../core/executor.ts'
import type { ItemError } from '../core/item-error.ts'
import { numbersOf } from '../core/numbers.ts'
import { Backlog, type Chunk } from './backlog.ts'
import type { Block, Call, Place, Printer } from './call.ts'
import { ChunkSizer } from './chunk.ts'
import { Delivery } from './delivery.ts'
import * as failures from './failures.ts'
import type { PooledWorker } from './pool.ts'

/** Chunks a worker holds: one runs, one waits, so that no worker idles for the length of a message. */
const DEPTH = 2
/** What is told to stop may end by itself for so long (`ctx.signal`), which spares its worker; then the worker is ended. */
const GRACE_MS = 40
/** More workers in a row, and one more for each that runs, may not die without having finished anything, or in their setup. */
const MAX_FUTILE_DEATHS = 20
const MAX_SETUP_DEATHS = 3

/** A worker that serves this call. */
interface Slot {
  readonly worker: PooledWorker
  /** Its number among the workers of its place. */
  readonly number: number
  /** It was started for this call. */
  readonly isNew: boolean
  readonly printer: Printer
  place: Place
  /** In flight; the first one is running. */
  readonly chunks: Chunk[]
  /** Takes no more chunks. */
  retired: boolean
  /** The call's setup is done there. */
  opened: boolean
  /** The running item, where items are announced. */
  current?: number | undefined
  timer?: NodeJS.Timeout | undefined
  closed?: (() => void) | undefined
}

/** Tells this call's messages from those of the calls that had the worker before. */
let calls = 0

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
  readonly #id = ++calls
  readonly #call: Call
  readonly #backlog: Backlog
  readonly #sizer: ChunkSizer
  readonly #delivery: Delivery
  #slots: Slot[] = []
  #place: Place
  #done = 0
  #failed = 0
  /** Milliseconds that the finished items ran. */
  #busy = 0
  #futileDeaths = 0
  #setupDeaths = 0
  #fatal: { error: unknown } | undefined
  #teardownError: unknown
  #closing: Promise<void> | undefined
  #wake: (() => void) | undefined
  #held = false

  constructor(call: Call) {
    this.#call = call
    this.#place = call.place
    this.#sizer = new ChunkSizer(call.key, call.chunkSize)
    this.#delivery = new Delivery(call)
    this.#backlog = new Backlog(
      call.items,
      this.#guarded(() => this.#pump()),
    )
  }

  async *blocks(): AsyncGenerator<Block, void, undefined> {
    const { signal } = this.#call
    signal?.addEventListener('abort', this.#abort)
    while (true) {
      signal?.throwIfAborted()
      this.#pump()
      const block = this.#delivery.next()
      if (block !== undefined) yield block
      else if (this.#fatal !== undefined) throw this.#fatal.error
      else if (this.#isFinished()) break
      else await this.#more()
    }
    await this.close()
    signal?.throwIfAborted()
    if (this.#teardownError !== undefined) throw this.#teardownError
  }

  /** Only a consumer that waits keeps the program alive: a stream that is dropped half-way does not. */
  async #more(): Promise<void> {
    this.#hold(true)
    await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#hold(this.#closing !== undefined)
  }

  #hold(alive: boolean): void {
    this.#held = alive
    for (const { worker } of this.#slots) worker.ref(alive)
  }

  /** Gives the workers back. Those that still run something are told to stop, and ended if they don't. */
  close(): Promise<void> {
    return (this.#closing ??= Promise.resolve().then(() => this.#close()))
  }

  async #close(): Promise<void> {
    this.#hold(true)
    const [input] = await Promise.allSettled([this.#backlog.close(), ...this.#slots.map((slot) => this.#closeSlot(slot))])
    this.#call.signal?.removeEventListener('abort', this.#abort)
    // What the input throws when it is closed is news only where nothing worse has happened.
    if (input.status === 'rejected' && this.#fatal === undefined) throw input.reason
  }

  async #closeSlot(slot: Slot): Promise<void> {
    const { worker, chunks, place, current } = slot
    const warned = current !== undefined && chunks[0]?.timedOut?.has(current) === true
    this.#disarm(slot)
    const busy = chunks.length > 0
    if (busy) worker.send({ type: 'abort', reason: 'the call was given up' })
    if (busy || this.#call.keepsState) worker.send({ type: 'close' })
    // Messages stay in order, so the next call may have the worker at once unless something of this one can hold it up. A worker
    // that is still loading its module will be wanted by the next call too.
    if (busy || (this.#call.keepsState && worker.booted)) {
      const closed = new Promise<void>((resolve) => (slot.closed = resolve))
      if (busy || !slot.opened || this.#fatal !== undefined) this.#endSoon(slot, warned ? 0 : GRACE_MS)
      await closed
      this.#disarm(slot)
    }
    place.pool.release(worker)
  }

  /** Also when the consumer is not asking for anything, and when the call is over but for a teardown that hangs. */
  readonly #abort = (): void => {
    this.#fail(this.#call.signal!.reason)
    void this.close()
    for (const slot of this.#slots) if (slot.closed !== undefined) this.#endSoon(slot)
  }

  #endSoon(slot: Slot, ms = GRACE_MS): void {
    this.#arm(slot, ms, () => {
      slot.worker.stop()
      slot.closed?.()
    })
  }

  #isFinished(): boolean {
    return this.#backlog.isEmpty && this.#slots.every(({ chunks }) => chunks.length === 0)
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

  /** What listeners of the user's throw ends the call, not the program. */
  #guarded<Args extends unknown[]>(handle: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        handle(...args)
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  // ---- handing out ----

  /** Gives every worker what it can take. */
  #pump(): void {
    if (this.#closing !== undefined || this.#fatal !== undefined) return
    if (!this.#backlog.isEmpty) this.#startWorkers()
    for (let depth = 1; depth <= DEPTH; depth++) {
      for (const slot of this.#slots) {
        while (!slot.retired && slot.chunks.length < depth) {
          const chunk = this.#backlog.takeAgain() ?? this.#newChunk(slot)
          if (chunk === undefined) break
          this.#send(slot, chunk)
        }
      }
    }
    const { failure } = this.#backlog
    if (failure !== undefined && this.#slots.every(({ chunks }) => chunks.length === 0)) this.#fail(failure)
    if (this.#isFinished() || this.#delivery.hasNext()) this.#notify()
  }

  #startWorkers(): void {
    const { numWorkers } = this.#place
    let count = this.#slots.filter(({ place }) => place === this.#place).length
    // A known small input needs no more workers than it has items.
    const wanted = Math.min(numWorkers, Math.max(1, this.#backlog.total ?? Infinity))
    for (; count < wanted; count++) this.#startWorker(this.#place)
  }

  #startWorker(place: Place): void {
    const worker = place.pool.lease({
      message: this.#guarded((message) => this.#message(slot, message)),
      exit: this.#guarded((exit) => this.#exit(slot, exit)),
    })
    const isNew = !worker.booted
    const taken = new Set(this.#slots.filter((other) => other.place === place).map((other) => other.number))
    let number = 0
    while (taken.has(number)) number++
    const slot: Slot = {
      worker,
      number,
      isNew,
      printer: this.#call.listener.openPrinter(),
      place,
      chunks: [],
      retired: false,
      opened: false,
    }
    const { seed, timeout } = this.#call
    try {
      worker.send({ type: 'open', call: this.#id, work: place.work, worker: number, seed, announce: timeout !== undefined })
    } catch (error) {
      place.pool.release(worker)
      return this.#fail(failures.paramsUncloneable(error))
    }
    this.#slots.push(slot)
    worker.ref(this.#held)
    if (worker.booted) this.#retireAllBut(place)
  }

  #newChunk(slot: Slot): Chunk | undefined {
    const { inputEnded, nextIndex, total = Infinity } = this.#backlog
    if (inputEnded) return undefined
    const workers = this.#place.numWorkers
    const size = this.#sizer.next(total - nextIndex, total, workers)
    const room = this.#delivery.room(nextIndex, size * workers * DEPTH)
    if (room <= 0) return undefined
    // A second chunk behind a slow one would only wait.
    if (slot.chunks.length > 0 && (this.#sizer.itemMs ?? Infinity) * size > 1000) return undefined
    return this.#backlog.takeNew(Math.min(size, room))
  }

  #send(slot: Slot, chunk: Chunk): void {
    const { id, first, attempt, items } = chunk
    slot.chunks.push(chunk)
    try {
      const { inThisThread, sharesMemory } = slot.place.pool.executor
      const message: ToWorker = { type: 'chunk', id, first, attempt, items: inThisThread === true ? items : packed(items) }
      const { spares = [] } = this.#call
      if (sharesMemory !== true || spares.length === 0) slot.worker.send(message)
      else slot.worker.send({ ...message, spares: [...spares] }, spares.splice(0))
    } catch (error) {
      slot.chunks.pop()
      if (items.length > 1) this.#backlog.putBackSingly(chunk)
      else this.#settle(chunk, [undefined], [failures.itemUncloneable(chunk, first, error)])
    }
  }

  // ---- what workers say ----

  #message(slot: Slot, message: FromWorker): void {
    const { listener } = this.#call
    if (message.call !== undefined && message.call !== this.#id) return
    if (message.type === 'print') return slot.printer.print(message.stream, message.text)
    if (message.type === 'warn') return listener.warn(message.index, message.message)
    if (message.type === 'late') return listener.warn(message.index, failures.escapedLate(message))
    if (message.type === 'closed') {
      this.#teardownError ??= failures.teardownFailed(message)
      return slot.closed?.()
    }
    if (this.#closing !== undefined || !this.#slots.includes(slot)) return
    switch (message.type) {
      case 'booted':
        this.#retireAllBut(slot.place)
        return this.#pump()
      case 'opened':
        slot.opened = true
        return undefined
      case 'failed':
        this.#drop(slot)
        if (message.stage !== 'import') slot.place.pool.release(slot.worker)
        return this.#fail(failures.startFailed(message))
      case 'begin':
        slot.current = message.index
        return this.#arm(slot, this.#call.timeout!, () => this.#timedOut(slot, message.index))
      case 'results':
        return this.#results(slot, message)
      case 'stray':
        this.#disarm(slot)
        this.#backlog.putBackSingly(slot.chunks.shift()!)
        return this.#pump()
    }
  }

  #results(slot: Slot, { first, values, errors = [], time, bytes, done }: ResultsMessage): void {
    const chunk = slot.chunks[0]!
    // What is done is answered while the next item runs: that one's time goes on.
    if (slot.current === undefined || slot.current < first + values.length) this.#disarm(slot)
    slot.printer.flush()
    this.#sizer.measured(values.length, time, bytes)
    this.#busy += time
    this.#futileDeaths = 0
    const late = [...(chunk.timedOut ?? [])].filter((index) => index >= first && index < first + values.length)
    const failed = errors.filter(([index]) => !late.includes(index)).map((error) => failures.itemFailed(chunk, error))
    for (const index of late) failed.push(failures.itemTimedOut(chunk, index, this.#call.timeout!))
    if (done) slot.chunks.shift()
    this.#settle(chunk, values, failed, bytes)
    this.#considerMoving()
    this.#pump()
  }

  /** The next `values.length` items of a chunk are decided: delivered, or queued for another try. */
  #settle(chunk: Chunk, values: ArrayLike<unknown>, failed: ItemError[], bytes = 0): void {
    const first = chunk.first + chunk.answered
    const end = first + values.length
    chunk.answered += values.length
    if (failed.length === 0) return this.#deliver({ first, values }, bytes)
    failed.sort((a, b) => a.index - b.index)
    if (chunk.attempt > this.#call.retries) {
      this.#failed += failed.length
      if (this.#call.failFast) this.#backlog.stopAt(failed[0]!.index)
      return this.#deliver({ first, values, errors: new Map(failed.map((error) => [error.index, error])) }, bytes)
    }
    const list = Array.from(values)
    let from = first
    for (const { index, item } of [...failed, { index: end, item: undefined }]) {
      if (index > from) this.#deliver({ first: from, values: list.slice(from - first, index - first) }, bytes)
      if (index < end) this.#backlog.retry(index, item, chunk.attempt + 1)
      from = index + 1
    }
  }

  #deliver(block: Block, bytes: number): void {
    this.#done += block.values.length
    this.#delivery.add(block, bytes)
    this.#call.listener.settled(this.#done, this.#failed)
    this.#notify()
  }

  // ---- time-outs ----

  /** Calls `then` after `ms` unless the worker is heard of before: what it has sent while this thread was busy counts. */
  #arm(slot: Slot, ms: number, then: () => void): void {
    clearTimeout(slot.timer)
    const timer = setTimeout(() => setImmediate(this.#guarded(() => (slot.timer === timer ? then() : undefined))), ms)
    slot.timer = timer
  }

  /** The running item is done with, or the worker is. */
  #disarm(slot: Slot): void {
    clearTimeout(slot.timer)
    slot.timer = undefined
    slot.current = undefined
  }

  #timedOut(slot: Slot, index: number): void {
    const chunk = slot.chunks[0]!
    ;(chunk.timedOut ??= new Set()).add(index)
    slot.worker.send({ type: 'abort', index, reason: `timed out after ${this.#call.timeout} ms` })
    this.#arm(slot, GRACE_MS, () => {
      const chunks = this.#drop(slot)
      slot.worker.stop()
      this.#blame(chunks, failures.itemTimedOut(chunk, index, this.#call.timeout!))
      this.#pump()
    })
  }

  // ---- deaths ----

  /** Takes a worker out of the call. Returns what it held. */
  #drop(slot: Slot): Chunk[] {
    this.#disarm(slot)
    this.#slots = this.#slots.filter((other) => other !== slot)
    return slot.chunks.splice(0)
  }

  #exit(slot: Slot, exit: WorkerExit): void {
    slot.printer.flush()
    slot.closed?.()
    if (this.#closing !== undefined || !this.#slots.includes(slot)) return
    const { current, opened, isNew, worker } = slot
    const chunks = this.#drop(slot)
    const [running, ...waiting] = chunks
    if (!worker.booted) {
      this.#backlog.putBack(chunks)
      this.#bootFailed(slot, exit)
    } else if (!opened) {
      this.#backlog.putBack(chunks)
      // One that was warm may have died before it heard of this call.
      if (isNew && ++this.#setupDeaths >= MAX_SETUP_DEATHS) this.#fail(failures.diedInSetup(exit))
    } else {
      if (++this.#futileDeaths > MAX_FUTILE_DEATHS + this.#place.numWorkers) {
        this.#fail(failures.workersKeepDying(this.#futileDeaths, exit))
      }
      const killer = current ?? onlyOne(running)
      if (running !== undefined && killer !== undefined) {
        const late = running.timedOut?.has(killer) === true
        const error = late ? failures.itemTimedOut(running, killer, this.#call.timeout!) : failures.itemKilledWorker(running, killer, exit)
        this.#blame(chunks, error)
      } else if (running !== undefined) {
        this.#backlog.putBack(waiting)
        this.#backlog.putBackSingly(running)
      }
    }
    this.#pump()
  }

  /** Settles the item that cost its worker as failed and queues what else the worker held, which is not to blame. */
  #blame([running, ...waiting]: Chunk[], error: ItemError): void {
    if (running === undefined) return
    const { index } = error
    this.#backlog.putBack(waiting)
    this.#backlog.putBackWithout(running, index)
    this.#futileDeaths = 0
    this.#settle({ ...running, answered: index - running.first }, [undefined], [error])
  }

  #bootFailed({ place }: Slot, exit: WorkerExit): void {
    const { automatic } = this.#call
    if (automatic !== undefined && place !== this.#call.place) {
      // Threads can't be had here (--permission, a limit); the calling thread can do it all.
      this.#place = this.#call.place
      for (const other of this.#slots) if (other.place === this.#place) other.retired = false
      automatic.failed(exit.reason)
    } else if (this.#slots.length === 0) {
      this.#fail(failures.noWorkerStarted(place.pool.executor.name, exit))
    } else {
      // Go on with fewer: what failed once would fail again.
      this.#place = { ...this.#place, numWorkers: this.#slots.length }
      for (const other of this.#slots) other.place = this.#place
    }
  }

  // ---- automatic mode ----

  #considerMoving(): void {
    const { automatic } = this.#call
    const { inputEnded, total } = this.#backlog
    if (automatic === undefined || this.#place !== this.#call.place || inputEnded) return
    const remaining = total === undefined ? undefined : total - this.#done
    const place = automatic.decide({ done: this.#done, remaining, busy: this.#busy })
    if (place !== undefined) this.#place = place
  }

  /** The first worker of the new place is there: the old place finishes what it holds and takes no more. */
  #retireAllBut(place: Place): void {
    for (const slot of this.#slots) if (slot.place !== place && place === this.#place) slot.retired = true
  }
}

/** The one item of a chunk that can have been running, if there is just one. */
function onlyOne(chunk: Chunk | undefined): number | undefined {
  return chunk !== undefined && chunk.items.length - chunk.answered === 1 ? chunk.first + chunk.answered : undefined
}

/** Many numbers are cheaper to send as a Float64Array; a worker indexes either alike. */
function packed(items: readonly unknown[]): readonly unknown[] | Float64Array {
  return items.length > 8 ? (numbersOf(items) ?? items) : items
}
