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
export function markWorker(): AsyncLocalStorage<unknown> {
  const items = new AsyncLocalStorage<unknown>()
  shared[key] = { items, reachedFace() {} }
  inWorker = true
  return items
}

/** In a worker: imports a module until it is done or makes its first call; what comes after that call never runs here. */
export function importModule(url: string): Promise<void> {
  // A module that waits at its first call would be waited for for ever when it is imported again.
  let importing = imports.get(url)
  if (importing === undefined) imports.set(url, (importing = importUpToFace(url)))
  return importing
}

const imports = new Map<string, Promise<void>>()

async function importUpToFace(url: string): Promise<void> {
  const mark = shared[key]!
  const reachedFace = new Promise<void>((resolve) => (mark.reachedFace = resolve))
  // Outside of items, also when one asks for it: the module's own calls are not the item's.
  const imported: Promise<unknown> = mark.items.exit(() => import(url))
  imported.catch(() => {})
  await Promise.race([imported, reachedFace])
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
