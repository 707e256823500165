import type { Boot, Executor, FromWorker, ToWorker, WorkerEvents, WorkerExit, WorkerHandle } from '../core/executor.ts'

/** A started worker, which serves one call after the other. */
export interface PooledWorker {
  /** The module is loaded; set by its first message. */
  readonly booted: boolean
  send(message: ToWorker, transfer?: ArrayBuffer[]): void
  /** Whether it keeps the program alive. */
  ref(alive: boolean): void
  stop(): void
}

/** The workers of one executor that have loaded one module, kept between calls so that the module is loaded once. */
export interface Pool {
  readonly executor: Executor
  /** How many workers wait for a call. */
  readonly idle: number
  /** A waiting worker, or a new one. Its messages go to `events` until it is released. */
  lease(events: WorkerEvents): PooledWorker
  /** Takes a worker back. It no longer keeps the program alive. */
  release(worker: PooledWorker): void
}

const pools = new WeakMap<Executor, Map<string, KeptPool>>()

export function poolOf(executor: Executor, boot: Boot): Pool {
  let byModule = pools.get(executor)
  if (byModule === undefined) pools.set(executor, (byModule = new Map()))
  const key = boot.module ?? ''
  let pool = byModule.get(key)
  if (pool === undefined) byModule.set(key, (pool = new KeptPool(executor, boot)))
  return pool
}

class KeptPool implements Pool {
  readonly executor: Executor
  readonly #boot: Boot
  readonly #all = new Set<KeptWorker>()
  readonly #waiting: KeptWorker[] = []

  constructor(executor: Executor, boot: Boot) {
    this.executor = executor
    this.#boot = boot
  }

  get idle(): number {
    return this.#waiting.length
  }

  lease(events: WorkerEvents): PooledWorker {
    let worker = this.#waiting.pop()
    if (worker === undefined) {
      const started: KeptWorker = new KeptWorker(() => {
        this.#all.delete(started)
        const at = this.#waiting.indexOf(started)
        if (at >= 0) this.#waiting.splice(at, 1)
      })
      this.#all.add(started)
      started.start(this.executor, this.#boot)
      worker = started
    } else worker.ref(true)
    worker.owner = events
    return worker
  }

  release(worker: PooledWorker): void {
    if (!(worker instanceof KeptWorker) || !this.#all.has(worker)) return
    worker.owner = undefined
    worker.ref(false)
    this.#waiting.push(worker)
  }
}

class KeptWorker implements PooledWorker {
  readonly #gone: () => void
  #handle: WorkerHandle | undefined
  booted = false
  owner: WorkerEvents | undefined

  constructor(gone: () => void) {
    this.#gone = gone
  }

  start(executor: Executor, boot: Boot): void {
    try {
      this.#handle = executor.start(boot, { message: (message) => this.#message(message), exit: (exit) => this.#exit(exit) })
    } catch (error) {
      queueMicrotask(() => this.#exit({ code: 'WORKER_EXITED', reason: error instanceof Error ? error.message : String(error) }))
    }
  }

  send(message: ToWorker, transfer?: ArrayBuffer[]): void {
    this.#handle?.send(message, transfer)
  }

  stop(): void {
    this.#gone() // a dying worker serves no further call
    this.#handle?.stop()
  }

  ref(alive: boolean): void {
    this.#handle?.ref(alive)
  }

  #message(message: FromWorker): void {
    if (message.type === 'booted') this.booted = true
    const { owner } = this
    if (message.type === 'failed' && message.stage === 'import') {
      // It has half a module for ever: no call can use it.
      this.owner = undefined
      this.stop()
    }
    owner?.message(message)
  }

  #exit(exit: WorkerExit): void {
    this.#gone()
    this.owner?.exit(exit)
    this.owner = undefined
  }
}
