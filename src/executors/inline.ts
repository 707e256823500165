import { AsyncLocalStorage } from 'node:async_hooks'
import type { Executor, ToWorker, WorkerEvents, WorkerHandle } from '../core/executor.ts'
import { Calls } from '../tasks/calls.ts'

/**
 * One "worker" that is the calling thread itself: the loop everybody would write. Nothing is copied, a debugger stops in it, and
 * every other executor is tested against it. It can't stop an item that does not let go of the thread.
 */
export function inline(): Executor {
  return { name: 'inline', numWorkers: 1, inThisThread: true, start: (_boot, events) => new InlineWorker(events), close: async () => {} }
}

// In the main thread an item's own calls of parallel are ordinary calls, so this storage tells nobody anything.
const items = new AsyncLocalStorage<unknown>()

class InlineWorker implements WorkerHandle {
  readonly #events: WorkerEvents
  readonly #calls: Calls
  #stopped = false

  constructor(events: WorkerEvents) {
    this.#events = events
    this.#calls = new Calls({
      items,
      post: (message) => {
        if (!this.#stopped) events.message(message)
      },
      find: (work) => {
        if (!('local' in work)) throw new TypeError('the inline executor runs the function itself')
        return work.local
      },
    })
    queueMicrotask(() => events.message({ type: 'booted' }))
  }

  send(message: ToWorker): void {
    if (!this.#stopped) this.#calls.take(message)
  }

  /** Nothing more is started, and whatever the running item still does, nobody hears of it. */
  stop(): void {
    if (this.#stopped) return
    this.#calls.take({ type: 'abort', reason: 'given up' })
    this.#stopped = true
    queueMicrotask(() => this.#events.exit({ code: 'WORKER_KILLED', reason: 'given up' }))
  }

  ref(): void {}
}
