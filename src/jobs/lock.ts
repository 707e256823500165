import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { codeOf } from '../sinks/durable.ts'

export interface Holder {
  pid: number
  host: string
  /** When the process started, in the kernel's ticks: a pid is given to another process some day. */
  started?: string | undefined
}

/** Another run works on the same outputs. */
export class LockedError extends MillraceError {
  readonly holder: Holder

  constructor(target: string, path: string, holder: Holder) {
    const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
    const help = elsewhere === '' ? 'Wait for it, or stop it' : `If that machine is gone, delete ${path}`
    super('LOCKED', `Another run works on ${target}: process ${holder.pid}${elsewhere}. ${help}.`)
    this.holder = holder
  }
}

/**
 * Takes the lock of a run: a file that says which process has it. One whose process is gone is taken over.
 *
 * @returns Gives the lock back.
 * @throws LockedError
 */
export function takeLock(state: string, target: string): () => void {
  const path = join(state, 'lock')
  const own: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) }
  const text = JSON.stringify(own)
  // Made whole before it has its name, so that nobody reads half of it.
  const made = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`
  writeFileSync(made, text)
  try {
    for (let tries = 0; ; tries++) {
      try {
        claim(made, path, text)
        return () => {
          if (read(path) === text) rmSync(path, { force: true })
        }
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
      const found = read(path)
      if (found === undefined) continue
      const holder = parse(found)
      if (holder !== undefined && (lives(holder) || tries > 20)) throw new LockedError(target, path, holder)
      remove(path, found)
    }
  } finally {
    rmSync(made, { force: true })
  }
}

/** The file appears whole, or not at all because there is one; where there are no hard links it appears and is then written. */
function claim(made: string, path: string, text: string): void {
  try {
    linkSync(made, path)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error
    writeFileSync(path, text, { flag: 'wx' })
  }
}

/** Who works on these outputs right now. */
export function lockHolder(state: string): Holder | undefined {
  const holder = parse(read(join(state, 'lock')))
  return holder !== undefined && lives(holder) ? holder : undefined
}

/** Takes a stale lock away, unless another process has just done so and put its own there. */
function remove(path: string, stale: string): void {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
    if (read(aside) !== stale) linkSync(aside, path)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error
  }
  rmSync(aside, { force: true })
}

/** Of a process on another machine nothing is known: it counts as living. */
function lives({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  return started === undefined || started === startOf(pid)
}

/** Field 22 of /proc/<pid>/stat, behind the name, which may hold anything; a zombie has ended. Elsewhere nothing is known. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19]
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? '') as Holder
    return Number.isSafeInteger(holder?.pid) ? holder : undefined
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
