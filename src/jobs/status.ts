import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import type { Sink } from '../core/sink.ts'
import type { Entry, FailEntry } from './journal.ts'
import { type BatchEnd, scanJournal } from './journal-lines.ts'
import { lockHolder } from './lock.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { openSink } from './open-sink.ts'
import { DONE, FAILED, RunIndex, VOIDED } from './run-index.ts'
import { JOURNAL } from './session.ts'

/** Where a run stands. Times are milliseconds. */
export interface JobStatus {
  out: string
  /** `running`: a process works on it; `complete`: everything was tried; `stopped`: the same command goes on. */
  state: 'running' | 'complete' | 'stopped'
  pid?: number
  /** The job's file, for people: it is not loaded. */
  module: string
  params: Record<string, unknown>
  /** How many items there are, where that is known. */
  total?: number
  done: number
  failed: number
  remaining?: number
  /** When the run began, and when something was last committed, in milliseconds since 1970. */
  began: number
  updated: number
  /** Items a second, over the last minute in which any were committed. */
  rate: number
  /** Items that were committed by each time, at most 100 points. */
  throughput: { time: number; items: number }[]
  /** Failures that are left by cause, the most frequent first. */
  failures: FailureGroup[]
  /** The items that took longest. */
  slowest: { index: number; ms: number; item?: string }[]
}

export interface FailureGroup {
  stage: string
  code: string
  count: number
  /** One of them. */
  index: number
  item?: string
  message: string
}

const SLOWEST = 10
const POINTS = 100
const RECENT_MS = 60_000
const MS = Buffer.from('"ms":')

/**
 * Where the run into an output stands, also while it runs: its journal is read, and nothing else.
 *
 * @throws MillraceError `NO_RUN` where there was none, `JOURNAL_DAMAGED`, `RUN_UNREADABLE`.
 */
export async function jobStatus(out: string | Sink): Promise<JobStatus> {
  const { sink, manifest } = await runOf(out)
  const index = new RunIndex()
  const batches: { time: number; items: number }[] = []
  const failed = new Map<number, FailEntry>()
  const slow: Slow[] = []
  let items = 0
  let end: BatchEnd | undefined
  scanJournal(
    join(sink.state, JOURNAL),
    (kind, ordinal, bytes, start, stop, offset) => {
      index.set(ordinal, kind === 'done' ? DONE : kind === 'fail' ? FAILED : VOIDED, offset)
      failed.delete(ordinal)
      if (kind === 'void') return
      items++
      if (kind === 'fail') failed.set(ordinal, JSON.parse(bytes.toString('utf8', start, stop)) as FailEntry)
      else {
        note(slow, msIn(bytes, start, stop), () => {
          const { input } = JSON.parse(bytes.toString('utf8', start, stop)) as Entry
          return { index: ordinal, offset, item: input?.path }
        })
      }
    },
    (batch) => {
      end = batch
      batches.push({ time: batch.time, items })
    },
  )
  const pid = lockHolder(sink.state)?.pid
  const { length } = manifest.input
  const status: JobStatus = {
    out: sink.target,
    state: pid !== undefined ? 'running' : end?.finished === true ? 'complete' : 'stopped',
    module: manifest.job.module,
    params: manifest.params,
    done: index.done,
    failed: index.failed,
    began: Date.parse(manifest.created),
    updated: end?.time ?? Date.parse(manifest.created),
    rate: rateOf(batches),
    throughput: thinned(batches),
    failures: grouped(failed),
    slowest: slow
      .filter((each) => index.status(each.index) === DONE && index.offset(each.index) === each.offset)
      .map(({ index: at, ms, item }) => (item === undefined ? { index: at, ms } : { index: at, ms, item })),
  }
  if (pid !== undefined) status.pid = pid
  if (length !== undefined) Object.assign(status, { total: length, remaining: Math.max(0, length - index.done - index.failed) })
  return status
}

/** The sink of a run that was begun earlier, and what the run is. */
export async function runOf(out: string | Sink): Promise<{ sink: Sink; manifest: Manifest }> {
  const sink = typeof out === 'string' ? await openSink(out) : out
  const manifest = existsSync(sink.state) ? readManifest(sink.state) : undefined
  if (manifest === undefined)
    throw new MillraceError('NO_RUN', `No run was begun into ${sink.target}: there is no ${join(sink.state, 'run.json')}.`)
  return { sink, manifest }
}

/** How long an item ran, without parsing its line. What items return stands behind it. */
function msIn(bytes: Buffer, start: number, end: number): number {
  const at = bytes.indexOf(MS, start)
  return at < 0 || at > end ? 0 : Number.parseFloat(bytes.toString('latin1', at + MS.length, at + MS.length + 20))
}

interface Slow {
  index: number
  ms: number
  offset: number
  item: string | undefined
}

function note(slow: Slow[], ms: number, describe: () => Omit<Slow, 'ms'>): void {
  if (slow.length === SLOWEST && ms <= slow[SLOWEST - 1]!.ms) return
  slow.push({ ms, ...describe() })
  slow.sort((a, b) => b.ms - a.ms)
  slow.length = Math.min(slow.length, SLOWEST)
}

function rateOf(batches: readonly { time: number; items: number }[]): number {
  const last = batches.at(-1)
  const first = last && batches.find(({ time }) => time >= last.time - RECENT_MS)
  if (last === undefined || first === undefined || last.time === first.time) return 0
  return ((last.items - first.items) * 1000) / (last.time - first.time)
}

function thinned<T>(points: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(points.length / POINTS))
  return points.filter((_, i) => i % step === 0 || i === points.length - 1)
}

/** Failures of one cause differ by names and numbers. */
function grouped(failed: ReadonlyMap<number, FailEntry>): FailureGroup[] {
  const groups = new Map<string, FailureGroup>()
  for (const [index, { stage, code, message, label }] of failed) {
    const plain = (label === undefined ? message : message.replaceAll(label, '…'))
      .replace(/"[^"]*"|'[^']*'|[^\s]*\/[^\s]*/g, '…')
      .replace(/\d+/g, '#')
    const key = `${stage} ${code} ${plain}`
    const known = groups.get(key)
    if (known !== undefined) known.count++
    else groups.set(key, { stage, code, count: 1, index, message, ...(label !== undefined && { item: label }) })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}
