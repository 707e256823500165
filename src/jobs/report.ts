import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Sink } from '../core/sink.ts'
import { entryNames } from '../sinks/tar-names.ts'
import { Journal } from './journal.ts'
import type { Manifest } from './manifest.ts'
import { checkName } from './names.ts'
import type { JobOutput } from './options.ts'
import { DONE } from './run-index.ts'
import { JOURNAL } from './session.ts'
import { type JobStatus, jobStatus, runOf } from './status.ts'

/** What a run was and what it has made so far, for a page about it. */
export interface RunReport {
  status: JobStatus
  manifest: Manifest
  /** Its outputs by extension (`.png`, in lower case), the most frequent first. */
  kinds: OutputKind[]
  /** Some of the outputs of the picked kinds, and of all others, spread evenly over the run in input order. */
  picked: PickedOutput[]
  others: JobOutput[]
  /** Milliseconds that items ran: of the finished ones, how long the given share of them took at most. */
  quantiles: { share: number; ms: number }[]
}

export interface PickedOutput extends JobOutput {
  /** What it may be called in a tar. */
  entries: string[]
}

export interface OutputKind {
  extension: string
  count: number
  bytes: number
}

export interface ReportOptions {
  /** Extensions of the outputs to pick. */
  pick: readonly string[]
  /** How many of them. */
  pickCount: number
  /** How many of the others. */
  otherCount: number
}

const SHARES = [0.5, 0.9, 0.99, 1]

/**
 * Reads a run, also while it is on, and changes nothing of it.
 *
 * @throws MillraceError `NO_RUN` where there was none, `JOURNAL_DAMAGED`, `RUN_UNREADABLE`.
 */
export async function runReport(out: string | Sink, { pick, pickCount, otherCount }: ReportOptions): Promise<RunReport> {
  const { sink, manifest } = await runOf(out)
  const status = await jobStatus(sink)
  const kinds = new Map<string, OutputKind>()
  const picked = new Spread<JobOutput>(pickCount)
  const others = new Spread<JobOutput>(otherCount)
  const times: number[] = []
  for (const { outputs, ms } of finished(sink)) {
    times.push(ms)
    for (const output of outputs) {
      const extension = extname(output.name).toLowerCase()
      const kind = kinds.get(extension) ?? { extension, count: 0, bytes: 0 }
      kind.count++
      kind.bytes += output.size
      kinds.set(extension, kind)
      ;(pick.includes(extension) && staysInside(output.name) ? picked : others).add(output)
    }
  }
  const sorted = Float64Array.from(times).sort()
  return {
    status,
    manifest,
    kinds: [...kinds.values()].sort((a, b) => b.count - a.count),
    picked: picked.sample().map((output) => ({ ...output, entries: entryNames(output.name) })),
    others: others.sample(),
    quantiles:
      sorted.length === 0 ? [] : SHARES.map((share) => ({ share, ms: sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! })),
  }
}

function* finished(sink: Sink): Generator<{ outputs: JobOutput[]; ms: number }, void, undefined> {
  const path = join(sink.state, JOURNAL)
  if (!existsSync(path)) return
  const journal = new Journal(path, { access: 'r' })
  try {
    for (const [, { outputs = [], ms = 0 }] of journal.entries(DONE)) yield { outputs, ms }
  } finally {
    journal.close()
  }
}

/** The journal may have come from elsewhere, with names that lead out of the output. */
function staysInside(name: string): boolean {
  try {
    checkName(name)
    return true
  } catch {
    return false
  }
}

/** Some of many, spread evenly, without knowing how many will come: every second, fourth, eighth ... of them is kept on the way. */
export class Spread<T> {
  readonly #count: number
  #kept: T[] = []
  #step = 1
  #seen = 0

  /** @param count As many are wanted. */
  constructor(count: number) {
    this.#count = count
  }

  add(value: T): void {
    if (this.#seen++ % this.#step !== 0) return
    this.#kept.push(value)
    if (this.#kept.length < 4 * this.#count) return
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0)
    this.#step *= 2
  }

  /** The first is among them. */
  sample(): T[] {
    const { length } = this.#kept
    const count = Math.min(this.#count, length)
    return Array.from({ length: count }, (_, i) => this.#kept[Math.floor((i * length) / count)]!)
  }
}
