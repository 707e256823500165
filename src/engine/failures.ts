import { reasonOf, reviveError } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import type { FromWorker, ResultsMessage, WorkerExit } from '../core/executor.ts'
import { ItemError } from '../core/item-error.ts'
import type { Chunk } from './backlog.ts'

// ---- of one item ----

export function itemFailed(chunk: Chunk, [index, code, error]: NonNullable<ResultsMessage['errors']>[number]): ItemError {
  const cause = reviveError(error)
  const reason = reasonOf(cause)
  return itemError(
    chunk,
    index,
    code,
    code === 'STRAY_ERROR' ? `an error escaped from it (a promise that nobody awaits?): ${reason}` : reason,
    cause,
  )
}

export function itemKilledWorker(chunk: Chunk, index: number, { code, reason }: WorkerExit): ItemError {
  return itemError(chunk, index, code, `its worker ended while it ran: ${reason}`)
}

export function itemTimedOut(chunk: Chunk, index: number, timeout: number): ItemError {
  return itemError(chunk, index, 'TIMEOUT', `timed out after ${timeout} ms; raise the timeout or look at the item`)
}

export function itemUncloneable(chunk: Chunk, index: number, error: unknown): ItemError {
  return itemError(chunk, index, 'UNCLONEABLE_ITEM', `the item can't be sent to a worker: ${reasonOf(error)}`, error)
}

/** No failure: the item was done. */
export function escapedLate({ error }: Extract<FromWorker, { type: 'late' }>): string {
  return `an error escaped after the item was done: ${reasonOf(reviveError(error))}`
}

function itemError({ first, items, attempt }: Chunk, index: number, code: string, reason: string, cause?: unknown): ItemError {
  return new ItemError(reason, { index, item: items[index - first], code, attempt, cause })
}

// ---- of the whole call ----

export function paramsUncloneable(error: unknown): MillraceError {
  return new MillraceError(
    'UNCLONEABLE_PARAMS',
    `The task's params can't be sent to workers: ${reasonOf(error)}. Give it plain data and make the rest in setup.`,
    { cause: error },
  )
}

/** A worker could not import the module, did not find the task there, or its setup failed. */
export function startFailed({ stage, code, error }: Extract<FromWorker, { type: 'failed' }>): MillraceError {
  const cause = reviveError(error)
  const reason = reasonOf(cause)
  const message = {
    lookup: error.message ?? reason,
    setup: `The task's setup failed in a worker: ${reason}`,
    import: `A worker could not import the task's module: ${reason}. What stands above the first call runs in every worker too; if it can't, move the task into a file of its own.`,
  }[stage]
  return new MillraceError(code, message, { cause })
}

export function diedInSetup({ reason }: WorkerExit): MillraceError {
  return new MillraceError('SETUP_FAILED', `Workers ended before the task's setup was done, the last one with ${reason}.`)
}

export function noWorkerStarted(executor: string, { reason }: WorkerExit): MillraceError {
  return new MillraceError(
    'WORKER_START_FAILED',
    `No worker could be started (${executor}); the last one ended before it was ready: ${reason}.`,
  )
}

export function workersKeepDying(count: number, { reason }: WorkerExit): MillraceError {
  return new MillraceError(
    'WORKERS_KEEP_DYING',
    `${count} workers ended one after the other without finishing an item; the last one: ${reason}.`,
  )
}

export function teardownFailed({ error }: Extract<FromWorker, { type: 'closed' }>): MillraceError | undefined {
  if (error === undefined) return undefined
  const cause = reviveError(error)
  return new MillraceError('TEARDOWN_FAILED', `The task's teardown failed: ${reasonOf(cause)}`, { cause })
}
