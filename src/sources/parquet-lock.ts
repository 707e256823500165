import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** A holder that has written nothing for so long is gone: a worker that was ended leaves its process alive. */
const STALE = 30_000
const POLL = 50

/** What makes a file, and where it makes it. */
interface Making {
  lock: string
  /** The file that the holder writes to all the time. */
  part: string
}

/** Runs `work` while no other worker or process does for the same lock; not at all when `isDone` meanwhile. */
export async function exclusively(
  { lock, part }: Making,
  isDone: () => boolean,
  work: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  for (; !take(lock); await delay(POLL, undefined, { signal })) {
    if (isDone()) return
    if (isStale({ lock, part })) rmSync(lock, { force: true })
  }
  try {
    if (!isDone()) await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  }
}

/** Whether this process holds it. */
export function isHeldHere(lock: string): boolean {
  return holderOf(lock) === process.pid
}

function isStale({ lock, part }: Making): boolean {
  const holder = holderOf(lock)
  if (holder !== undefined && !isAlive(holder)) return true
  const written = [lock, part].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return Date.now() - Math.max(...written) > STALE
}

/** Undefined while there is none, or it has just been made. */
function holderOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH'
  }
}
