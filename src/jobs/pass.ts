import { recordError } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import type { ItemError } from '../core/item-error.ts'
import type { Job } from '../core/job.ts'
import type { Sink } from '../core/sink.ts'
import { execute } from '../engine/engine.ts'
import type { Block } from '../engine/call.ts'
import { LinePrinter } from '../engine/printer.ts'
import { Warnings } from '../engine/warnings.ts'
import { startProgress } from '../parallel/progress.ts'
import { DISK_ERRORS } from '../sinks/durable.ts'
import { checkJob } from './check.ts'
import { Committer } from './committer.ts'
import { Feed } from './feed.ts'
import { inputOf, type RunInput } from './input.ts'
import { type ItemResult, printOf, type RunItem, type RunRules } from './item-runner.ts'
import type { Journal } from './journal.ts'
import type { ManifestParts } from './manifest.ts'
import { writeMetadata } from './metadata.ts'
import { labelOf } from './names.ts'
import { openSink } from './open-sink.ts'
import type { JobOptions, JobOutcome, JobSummary } from './options.ts'
import { type AnyJob, paramsOf, placeOf } from './place.ts'
import { DONE, FAILED, VOIDED } from './run-index.ts'
import { openSession, voidItems } from './session.ts'

/** Items in a batch at the most, and how long the first of them waits for it, in milliseconds. */
const BATCH_ITEMS = 500
const BATCH_MS = 1000

/** Understands what a run is asked for, and does nothing yet. */
export async function openPass(job: AnyJob, options: JobOptions, insideItem: boolean): Promise<Pass> {
  const { out, input } = options
  checkJob(job, options)
  const params = paramsOf(job, options.params)
  const sink = typeof out === 'string' ? await openSink(out) : out
  const given: unknown = input ?? (await (job as Job).input?.({ params }))
  if (given === undefined) throw new MillraceError('BAD_OPTION', 'There is no input: the job names none, and the run neither.')
  return new Pass(job, params, inputOf(given), sink, options, insideItem)
}

/** One run from its lock to its summary. */
export class Pass {
  summary: JobSummary | undefined
  readonly #job: AnyJob
  readonly #params: Record<string, unknown>
  readonly #input: RunInput
  readonly #sink: Sink
  readonly #options: JobOptions
  readonly #insideItem: boolean
  readonly #started = performance.now()
  readonly #counts = { done: 0, failed: 0 }
  readonly #warnings = new Warnings('item')
  #stopped: JobSummary['stopped']
  #numWorkers = 0

  constructor(job: AnyJob, params: Record<string, unknown>, input: RunInput, sink: Sink, options: JobOptions, insideItem: boolean) {
    this.#job = job
    this.#params = params
    this.#input = input
    this.#sink = sink
    this.#options = options
    this.#insideItem = insideItem
  }

  async *outcomes(): AsyncGenerator<JobOutcome, void, undefined> {
    const { seed = 0, root, note, signal } = this.#options
    const parts: ManifestParts = { job: this.#job, params: this.#params, input: this.#input, seed, root, note }
    const { journal, gone, release } = await openSession(this.#sink, parts, this.#options)
    const feed = new Feed(this.#input, (ordinal, item) => this.#wants(journal, ordinal, item))
    const stop = (): void => {
      this.#stopped ??= 'signal'
      feed.stop()
    }
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop)
    try {
      await this.#sink.open(journal.position, { flush: this.#options.durability !== 'none' })
      await this.#forget(journal, gone)
      yield* this.#items(journal, feed)
      if (this.#stopped === undefined) await this.#finish(journal)
      this.summary = this.#summarize(journal, feed)
    } finally {
      signal?.removeEventListener('abort', stop)
      await this.#sink.close()
      release()
      this.#warnings.list()
    }
  }

  /** Finished items that the input no longer has are taken away. */
  async #forget(journal: Journal, gone: readonly number[]): Promise<void> {
    if (gone.length === 0) return
    await this.#sink.remove?.(gone.flatMap((ordinal) => journal.release(ordinal)))
    await voidItems(journal, gone, await this.#sink.commit([]))
  }

  #wants(journal: Journal, ordinal: number, item: unknown): boolean {
    const status = journal.index.status(ordinal)
    if (status === FAILED && this.#options.retry === true) return true
    if (status !== DONE && status !== FAILED) return true
    // Lists and datasets were compared before; what is read from the front is compared as it comes.
    if (this.#input.items === undefined || Array.isArray(this.#input.items)) return false
    const print = journal.read(ordinal).item
    if (print === undefined || print === printOf(item)) return false
    if (status === FAILED) return true
    if (this.#options.onChange === 'redo' && this.#sink.remove !== undefined) {
      journal.index.set(ordinal, VOIDED, journal.index.offset(ordinal))
      return true
    }
    throw new MillraceError(
      'RUN_CHANGED',
      `${this.#sink.target} was begun with another input: item ${ordinal} is another one now. Do again what it concerns with --redo-changed (onChange: 'redo'), begin anew with --restart ('restart'), or name another output.`,
    )
  }

  async *#items(journal: Journal, feed: Feed): AsyncGenerator<JobOutcome, void, undefined> {
    const { durability, progress, maxFailures = Infinity } = this.#options
    const committer = new Committer(this.#sink, journal)
    const { index } = journal
    const known = index.done + (this.#options.retry === true ? 0 : index.failed)
    const { length } = this.#input
    const meter = startProgress(progress, length === undefined ? undefined : Math.max(0, length - known))
    const blocks = execute(this.#call(journal, feed))
    const limit = durability === 'item' ? 1 : BATCH_ITEMS
    let waiting: ItemResult[] = []
    let since = 0
    try {
      let next = blocks.next()
      while (true) {
        const arrived = await within(next, waiting.length === 0 ? undefined : since + BATCH_MS - performance.now())
        const due = arrived === undefined || arrived.done === true
        if (arrived !== undefined && arrived.done !== true) {
          if (waiting.length === 0) since = performance.now()
          for (const result of resultsOf(arrived.value, feed)) {
            waiting.push(result)
            for (const message of result.warnings) this.#warnings.add(result.ordinal, message)
          }
        }
        while (waiting.length >= limit || (due && waiting.length > 0)) {
          const outcomes = await committer.commit(waiting.slice(0, limit))
          waiting = waiting.slice(limit)
          for (const { error } of outcomes) this.#counts[error === undefined ? 'done' : 'failed']++
          meter?.update(this.#counts.done + this.#counts.failed, this.#counts.failed)
          if (this.#counts.failed >= maxFailures) {
            this.#stopped ??= 'failures'
            feed.stop()
          }
          yield* outcomes
        }
        if (arrived?.done === true) return
        if (arrived !== undefined) next = blocks.next()
      }
    } finally {
      await blocks.return()
      meter?.stop()
    }
  }

  #call(journal: Journal, feed: Feed): Parameters<typeof execute>[0] {
    const { numWorkers, executor, timeout, retries = 0, seed = 0, root, durability } = this.#options
    const { layout = 'stem' } = this.#job as Job
    const rules: RunRules = { seed, retries, layout, root, flush: durability !== 'none' }
    const temporary = this.#sink.takes === 'files' ? this.#sink.temporary : undefined
    const place = placeOf(this.#job, this.#params, this.#input, rules, temporary, { numWorkers, executor } as JobOptions, this.#insideItem)
    this.#numWorkers = place.pool.executor.inThisThread === true ? 0 : place.numWorkers
    return {
      items: feed.items(),
      place,
      ordered: this.#sink.ordered,
      failFast: false,
      timeout,
      retries,
      seed,
      key: this.#job.run,
      keepsState: true,
      listener: {
        openPrinter: () => new LinePrinter(),
        warn: (index, message) => this.#warnings.add(feed.ordinals[index] ?? index, message),
        settled() {},
      },
    }
  }

  /** Everything was tried: completes the outputs and what is said about them. */
  async #finish(journal: Journal): Promise<void> {
    if (journal.finished) return
    await this.#sink.finish()
    await writeMetadata(this.#sink, journal)
    await journal.append([], { time: Date.now(), finished: true })
  }

  #summarize(journal: Journal, feed: Feed): JobSummary {
    const { done, failed } = this.#counts
    const summary: JobSummary = {
      done,
      failed,
      skipped: feed.skipped,
      totalDone: journal.index.done,
      totalFailed: journal.index.failed,
      complete: this.#stopped === undefined,
      elapsed: performance.now() - this.#started,
      numWorkers: this.#numWorkers,
      out: this.#sink.target,
    }
    if (this.#stopped !== undefined) summary.stopped = this.#stopped
    return summary
  }
}

/** What the engine says of items, as results. A disk that takes no more ends the run: it would fail every item. */
function resultsOf({ first, values, errors }: Block, feed: Feed): ItemResult[] {
  const results: ItemResult[] = []
  for (let i = 0; i < values.length; i++) {
    const error = errors?.get(first + i)
    const result = error === undefined ? (values[i] as ItemResult) : failed(feed.ordinals[first + i]!, error)
    const { failure } = result
    if (failure?.stage === 'write' && DISK_ERRORS.has(failure.code)) throw Object.assign(new Error(failure.message), { code: failure.code })
    results.push(result)
  }
  return results
}

/** An item that its worker could not answer for: it was ended, or timed out. */
function failed(ordinal: number, { code, reason, attempt, item, cause }: ItemError): ItemResult {
  const known = typeof item === 'object' && item !== null ? (item as Exclude<RunItem, number>).item : undefined
  const error = recordError(cause ?? new Error(reason))
  const print = known === undefined ? undefined : printOf(known)
  return { ordinal, failure: { stage: 'worker', code, message: reason, attempt, label: labelOf(known), print, error }, warnings: [] }
}

/** What comes of a promise within so many milliseconds, else undefined. */
async function within<T>(promise: Promise<T>, ms: number | undefined): Promise<T | undefined> {
  if (ms === undefined) return await promise
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), Math.max(0, ms))))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What the system says of an output, temporary file or journal, with what it means for the run. */
export function explained(error: unknown): unknown {
  // The engine takes what the feed finds out for a failure of the input.
  const { cause } = (error ?? {}) as { cause?: unknown }
  if (cause instanceof MillraceError && cause.code === 'RUN_CHANGED') return cause
  if (error instanceof MillraceError || !(error instanceof Error) || !('code' in error)) return error
  const { code, message } = error
  const disk = DISK_ERRORS.has(String(code))
  if (!disk && !('syscall' in error)) return error
  const why = disk ? 'The disk takes no more' : 'The run can not go on'
  return new MillraceError('OUTPUT_FAILED', `${why}: ${message}. What is committed stays; the same command goes on from there.`, {
    cause: error,
  })
}
