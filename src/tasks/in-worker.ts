import { AsyncLocalStorage } from 'node:async_hooks'

/** What a worker keeps where every copy of the library in it can find it. */
interface WorkerMark {
  /** Holds the chunk that is running in this async context; nothing while the module is being imported. */
  items: AsyncLocalStorage<unknown>
  /** Tells the worker that the module has reached a face: everything above it has run. */
  reachedFace(): void
}

const key = Symbol.for('millrace.worker')
const shared = globalThis as { [key]?: WorkerMark }

/** Whether this thread or process is one of Millrace's workers. Code that only the main program should run can ask. */
export let inWorker: boolean = shared[key] !== undefined

/** Called by the worker's entry, before anything of the user's is loaded. */
export function markWorker(reachedFace: () => void): AsyncLocalStorage<unknown> {
  const items = new AsyncLocalStorage<unknown>()
  shared[key] = { items, reachedFace }
  inWorker = true
  return items
}

/**
 * Every face asks this first. `main`: go on. `item`: a call inside a running item, which runs in place. `module`: a worker is
 * importing the script that makes this very call; the call must never settle, and what stands below it never runs.
 */
export function whereAmI(): 'main' | 'item' | 'module' {
  const mark = shared[key]
  if (mark === undefined) return 'main'
  if (mark.items.getStore() !== undefined) return 'item'
  mark.reachedFace()
  return 'module'
}
