import type { Job } from '../core/job.ts'
import { whereAmI } from '../tasks/in-worker.ts'
import type { JobOptions, JobOutcome, JobSummary } from './options.ts'
import type { AnyJob } from './place.ts'

/** A run: what becomes of each item, as it is committed, and what it came to. Iterate it, or await `summary`, or both. */
export interface JobRun<Metadata = unknown> extends AsyncIterable<JobOutcome<Metadata>> {
  /** Settles when the run has ended; asking for it is enough to make it run. */
  readonly summary: Promise<JobSummary>
}

/**
 * Runs a job over many items, and keeps a journal: however it is ended, the same call goes on where it stopped, and ends with the same
 * outputs and metadata as a run that was left alone. An item that fails costs no other.
 *
 * @example
 * const run = runJob(split, { input: new CsvDataset('dataset.csv'), out: 'out', params: { seconds: 10 } })
 * for await (const { index, error } of run) if (error) console.warn(index, error.message)
 * console.log(await run.summary)
 *
 * @throws MillraceError, from the iterator and `summary`: `BAD_OPTION`, `BAD_ARGUMENT`; `LOCKED` when another run works on the output;
 *   `RUN_CHANGED` when an earlier run into it had other code, parameters or inputs; `JOURNAL_DAMAGED`; `OUTPUT_UNWRITABLE` before
 *   anything is done; `OUTPUT_FAILED` when the disk takes no more: what was committed stays, and the run can go on.
 */
export function runJob<Item, Metadata, Params>(job: Job<Item, Metadata, Params>, options: JobOptions<Item, Params>): JobRun<Metadata> {
  return new Run(job, options) as JobRun<unknown> as JobRun<Metadata>
}

class Run implements JobRun {
  readonly #job: AnyJob
  readonly #options: JobOptions
  readonly #outcomes: AsyncGenerator<JobOutcome, void, undefined>
  readonly #summary: Promise<JobSummary>
  #settle!: { resolve(summary: JobSummary): void; reject(error: unknown): void }
  #asked = false
  #begun = false

  constructor(job: AnyJob, options: JobOptions) {
    this.#job = job
    this.#options = options
    this.#summary = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.#summary.catch(() => {}) // Whoever iterates is told by the iterator.
    this.#outcomes = this.#run()
  }

  get summary(): Promise<JobSummary> {
    if (!this.#asked) {
      this.#asked = true
      // Whoever asks first and iterates then, iterates.
      setImmediate(() => (this.#begun ? undefined : void this.#drain()))
    }
    return this.#summary
  }

  [Symbol.asyncIterator](): AsyncGenerator<JobOutcome, void, undefined> {
    this.#begun = true
    return this.#outcomes
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this) void _
    } catch {
      // The summary is rejected with it.
    }
  }

  async *#run(): AsyncGenerator<JobOutcome, void, undefined> {
    const where = whereAmI()
    if (where === 'module') await new Promise(() => {})
    // What a run needs is loaded with the first one: most programs that import the front door make none.
    const { explained, openPass } = await import('./pass.ts')
    try {
      const pass = await openPass(this.#job, this.#options, where === 'item')
      try {
        yield* pass.outcomes()
      } finally {
        if (pass.summary !== undefined) this.#settle.resolve(pass.summary)
      }
    } catch (error) {
      const told = explained(error)
      this.#settle.reject(told)
      throw told
    }
  }
}
