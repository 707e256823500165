import { MillraceError } from '../core/errors.ts'
import { isTask } from '../tasks/task.ts'
import type { StreamOptions } from './options.ts'

const KNOWN: Record<keyof StreamOptions, true> = {
  numWorkers: true,
  executor: true,
  onError: true,
  timeout: true,
  retries: true,
  chunkSize: true,
  seed: true,
  signal: true,
  progress: true,
  total: true,
  explain: true,
  ordered: true,
}

/** Refuses what types would have refused, for callers without them: a misspelt option does not pass in silence. */
export function checkOptions(fn: unknown, items: unknown, options: StreamOptions): void {
  if (typeof fn !== 'function' && !isTask(fn)) refuse('fn', 'a function or a task', fn)
  if (
    typeof items !== 'string' &&
    (typeof items !== 'object' || items === null || !(Symbol.iterator in items || Symbol.asyncIterator in items))
  ) {
    refuse('items', 'an array, an iterable or an async iterable (await a promise first)', items)
  }
  for (const key of Object.keys(options)) {
    if (!(key in KNOWN))
      throw new MillraceError('BAD_OPTION', `parallel has no option ${JSON.stringify(key)}; it knows ${Object.keys(KNOWN).join(', ')}.`)
  }
  const { numWorkers, timeout, retries, chunkSize, seed, onError, executor } = options
  whole('numWorkers', numWorkers, 0)
  whole('retries', retries, 0)
  whole('chunkSize', chunkSize, 1)
  if (timeout !== undefined && !(timeout > 0 && timeout < 2 ** 31))
    refuse('timeout', 'a number of milliseconds above 0 (and below 2^31)', timeout)
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse('seed', 'an integer', seed)
  if (onError !== undefined && onError !== 'throw' && onError !== 'collect') refuse('onError', "'throw' or 'collect'", onError)
  const known =
    typeof executor === 'object' ? typeof executor?.start === 'function' : ['inline', 'threads', 'processes', undefined].includes(executor)
  if (!known) refuse('executor', "'inline', 'threads', 'processes' or an executor object", executor)
}

function whole(name: string, value: unknown, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= least))
    refuse(name, `a whole number of at least ${least}`, value)
}

function refuse(name: string, expected: string, received: unknown): never {
  const text =
    typeof received === 'object' && received !== null
      ? `an object (${received.constructor?.name ?? 'null prototype'})`
      : (JSON.stringify(received) ?? String(received))
  throw new MillraceError(
    name === 'fn' || name === 'items' ? 'BAD_ARGUMENT' : 'BAD_OPTION',
    `parallel expected ${name} to be ${expected} but received ${text}.`,
  )
}
