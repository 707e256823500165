import type { Executor, Work } from '../core/executor.ts'
import type { Task } from '../core/task.ts'
import { explainer, moveWhenItPays } from '../engine/automatic.ts'
import { availableCpus } from '../engine/cpus.ts'
import type { Automatic, Call, Place } from '../engine/call.ts'
import { poolOf } from '../engine/pool.ts'
import { lengthOf, type Items } from '../engine/source.ts'
import { shared } from '../executors/shared.ts'
import { bootOf } from '../tasks/exec-argv.ts'
import { inlineSource } from '../tasks/inline.ts'
import { checkUnique } from '../tasks/registry.ts'
import { isTask } from '../tasks/task.ts'
import { checkOptions } from './check.ts'
import type { StreamOptions } from './options.ts'

type AnyFunction = (item: any, index: number, ctx: any) => unknown
export type Runnable = AnyFunction | Task<any, any, any>

/** What an item costs this thread at least when a worker does it, in milliseconds. */
const ITEM_MS = 0.0003

let cpus: number | undefined

/** Everything about a call that is decided before it runs: where, on how many workers, and why. */
export function plan(fn: Runnable, items: Items<unknown>, options: StreamOptions, insideItem: boolean): Omit<Call, 'listener' | 'ordered'> {
  checkOptions(fn, items, options)
  const { numWorkers, executor, timeout, retries = 0, chunkSize, seed = 0, signal, onError = 'throw' } = options
  const task = isTask(fn) ? fn : undefined
  const total = options.total ?? lengthOf(items)
  const explain = explainer(options.explain)

  const boot = bootOf(task?.reference.module)
  const at = (where: Executor, count: number): Place => ({
    pool: poolOf(where, where.inThisThread === true ? {} : boot),
    numWorkers: count,
    work: workOf(fn, where),
  })
  const inPlace = (reason: string): Place => {
    explain(`in place: ${reason}`)
    return at(shared.inline, 1)
  }
  const onWorkers = (where: Executor, reason: string): Place => {
    const count = Math.max(1, numWorkers ?? where.numWorkers ?? (cpus ??= availableCpus()))
    explain(`${count} ${where.name}: ${reason}`)
    return at(where, count)
  }

  let place: Place
  let automatic: Automatic | undefined
  const named = typeof executor === 'string' ? shared[executor] : executor
  if (insideItem) place = inPlace('this call is made inside an item of another call')
  else if (numWorkers === 0) place = inPlace('numWorkers is 0')
  else if (named?.inThisThread === true) place = at(named, 1)
  else if (named !== undefined) place = onWorkers(named, 'asked for by the executor option')
  else {
    const count = numWorkers ?? (cpus ??= availableCpus())
    if (timeout !== undefined) place = onWorkers(shared.threads, 'a time-out can only end an item that runs in a worker')
    else if (task?.setup !== undefined) place = onWorkers(shared.threads, 'the task has a setup, which runs once a worker')
    else if (count < 2) place = inPlace(numWorkers === undefined ? 'this process may use one CPU' : 'numWorkers is 1')
    else if (total !== undefined && total < 2) place = inPlace(`there ${total === 1 ? 'is one item' : 'are no items'}`)
    else {
      place = at(shared.inline, 1)
      if (task === undefined) inlineSource(fn as AnyFunction)
      automatic = moveWhenItPays(ITEM_MS, () => at(shared.threads, count), explain)
    }
  }
  if (task !== undefined && (automatic !== undefined || place.pool.executor.inThisThread !== true)) checkUnique(task)
  return {
    items,
    place,
    failFast: onError === 'throw',
    chunkSize,
    timeout,
    retries,
    seed,
    signal,
    key: task?.run ?? fn,
    keepsState: task?.setup !== undefined || task?.teardown !== undefined,
    automatic,
  }
}

function workOf(fn: Runnable, executor: Executor): Work {
  const parts = isTask(fn) ? fn : undefined
  if (executor.inThisThread === true) {
    return {
      local:
        parts === undefined
          ? { params: {}, run: fn as AnyFunction }
          : { params: parts.params, setup: parts.setup, run: parts.run, teardown: parts.teardown },
    }
  }
  return parts === undefined ? { source: inlineSource(fn as AnyFunction) } : { task: parts.reference, params: parts.params }
}
