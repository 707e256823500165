import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MillraceError } from '../core/errors.ts'
import type { Job } from '../core/job.ts'
import { changedInputs } from './changed-inputs.ts'
import { checkJob } from './check.ts'
import { inputOf } from './input.ts'
import { Journal } from './journal.ts'
import { lockHolder } from './lock.ts'
import { differences, manifestOf, readManifest } from './manifest.ts'
import { openSink } from './open-sink.ts'
import type { JobOptions } from './options.ts'
import { paramsOf } from './place.ts'
import { DONE } from './run-index.ts'
import { JOURNAL } from './session.ts'

/** What a run would do, as plain data. */
export interface JobPlan {
  /** The job's file. */
  module: string
  params: Record<string, unknown>
  out: string
  /** Of what kind the input is, and how many items it has, where that is known. */
  input: { name: string; length?: number }
  /** Files whose change would be noticed. */
  code: string[]
  /** Items that are done, or have failed, in an earlier run into this output. */
  done: number
  failed: number
  /** Items to run, where that is known. */
  remaining?: number
  /** How this run differs from the earlier one: with `onChange: 'refuse'` it would not start. */
  differences: string[]
  /** The process that works on the output right now. */
  runningPid?: number
}

/**
 * What `runJob` would do with the same arguments. Nothing is written, and no item runs.
 *
 * @throws MillraceError as `runJob` before it begins.
 */
export async function plan<Item, Metadata, Params>(job: Job<Item, Metadata, Params>, options: JobOptions<Item, Params>): Promise<JobPlan> {
  checkJob(job, options)
  const { out, seed = 0, root, note, retry = false, onChange = 'refuse' } = options
  const params = paramsOf(job, options.params)
  const sink = typeof out === 'string' ? await openSink(out) : out
  const given: unknown = options.input ?? (await job.input?.({ params: params as Params }))
  if (given === undefined) throw new MillraceError('BAD_OPTION', 'There is no input: the job names none, and the run neither.')
  const input = inputOf(given)
  const now = manifestOf({ job, params, input, seed, root, note })
  const { length } = input
  const planned: JobPlan = {
    module: fileURLToPath(job.reference.module),
    params,
    out: sink.target,
    input: length === undefined ? { name: input.name } : { name: input.name, length },
    code: Object.keys(now.code),
    done: 0,
    failed: 0,
    differences: [],
  }
  const holder = lockHolder(sink.state)
  if (holder !== undefined) planned.runningPid = holder.pid
  const before = readManifest(sink.state)
  const path = join(sink.state, JOURNAL)
  let redone = 0
  if (before !== undefined && existsSync(path) && onChange !== 'restart') {
    const journal = new Journal(path, { access: 'r' })
    try {
      const { done, failed } = journal.index
      const general = differences(before, now)
      const inputs = await changedInputs(journal, before, now, input, seed)
      if (done > 0) planned.differences = [...general, ...inputs.differences]
      Object.assign(planned, { done, failed })
      redone = general.length > 0 ? [...journal.index.all(DONE)].length + failed : inputs.ordinals.length + inputs.failed.length
    } finally {
      journal.close()
    }
  }
  if (length !== undefined) planned.remaining = Math.max(0, length - planned.done - (retry ? 0 : planned.failed) + redone)
  return planned
}
