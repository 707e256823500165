import { fileURLToPath } from 'node:url'
import { MillraceError } from '../core/errors.ts'
import type { LocalWork } from '../core/executor.ts'
import type { Job } from '../core/job.ts'
import type { Task } from '../core/task.ts'
import { packParcel } from '../dataset/travel.ts'
import { availableCpus } from '../engine/cpus.ts'
import type { Place } from '../engine/call.ts'
import { poolOf } from '../engine/pool.ts'
import { shared } from '../executors/shared.ts'
import { bootOf } from '../tasks/exec-argv.ts'
import { checkUnique } from '../tasks/registry.ts'
import type { RunInput } from './input.ts'
import type { RunRules } from './item-runner.ts'
import { type ItemParams, itemTask, openRunner } from './item-task.ts'
import type { JobOptions } from './options.ts'

export type AnyJob = Job<any, any, any, any> | Task<any, any, any, any>

/**
 * Where the items run: on workers, so that none of them can end the thread that commits, unless the caller asks for none. Inside an
 * item of another call everything runs in place.
 */
export function placeOf(
  job: AnyJob,
  params: unknown,
  input: RunInput,
  rules: RunRules,
  temporary: string | undefined,
  { numWorkers, executor }: Pick<JobOptions, 'numWorkers' | 'executor'>,
  insideItem: boolean,
): Place {
  const named = typeof executor === 'string' ? shared[executor] : executor
  if (insideItem || numWorkers === 0 || named?.inThisThread === true) {
    type Opened = Awaited<ReturnType<typeof openRunner>>
    const local: LocalWork = {
      params,
      setup: ({ worker }) => openRunner(job as Task<any, any>, params, input.worker, temporary, rules, worker),
      run: (item, _index, ctx) => (ctx.state as Opened).runner.run(item, ctx),
      teardown: ({ state }) => (state as Opened).close(),
    }
    return { pool: poolOf(shared.inline, {}), numWorkers: 1, work: { local } }
  }
  const where = named ?? shared.threads
  checkUnique(job as Task<any, any>)
  const { module } = job.reference
  const parcel = packParcel(input.worker, input.name, where.sharesMemory === true)
  const sent: ItemParams = { job: job.reference, params, input: parcel, temporary, rules }
  return {
    pool: poolOf(where, bootOf(module)),
    numWorkers: Math.max(1, numWorkers ?? where.numWorkers ?? availableCpus()),
    work: { task: itemTask.reference, params: sent },
  }
}

/** The job's parameters with some of them replaced. Only those that the job has. */
export function paramsOf(job: AnyJob, params: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const own = (job.params ?? {}) as Record<string, unknown>
  const unknown = Object.keys(params).find((key) => !Object.hasOwn(own, key))
  if (unknown !== undefined) {
    const known = Object.keys(own).join(', ') || 'none'
    throw new MillraceError(
      'BAD_OPTION',
      `The job of ${fileURLToPath(job.reference.module)} has no parameter ${JSON.stringify(unknown)}; it has ${known}.`,
    )
  }
  return { ...own, ...params }
}
