import { MillraceError } from '../core/errors.ts'
import { isTask } from '../tasks/task.ts'
import type { JobOptions } from './options.ts'

const KNOWN: Record<Exclude<keyof JobOptions, '_item'>, true> = {
  input: true,
  out: true,
  params: true,
  numWorkers: true,
  executor: true,
  timeout: true,
  retries: true,
  maxFailures: true,
  onChange: true,
  retry: true,
  durability: true,
  signal: true,
  progress: true,
  seed: true,
  root: true,
  note: true,
}

/** Refuses what types would have refused, for callers without them: a misspelt option does not pass in silence. */
export function checkJob(job: unknown, options: JobOptions): void {
  if (!isTask(job)) refuse('its first argument', 'a job: job(import.meta, { run })', job)
  if (typeof options !== 'object' || options === null) refuse('its second argument', 'options, with out at least', options)
  for (const key of Object.keys(options)) {
    if (!(key in KNOWN)) {
      throw new MillraceError('BAD_OPTION', `runJob has no option ${JSON.stringify(key)}; it knows ${Object.keys(KNOWN).join(', ')}.`)
    }
  }
  const { out, numWorkers, retries, maxFailures, timeout, seed, onChange, durability, executor } = options
  const isSink = typeof out === 'object' && out !== null && typeof out.commit === 'function'
  if (!isSink && (typeof out !== 'string' || out === '')) refuse('out', 'a path or a sink', out)
  whole('numWorkers', numWorkers, 0)
  whole('retries', retries, 0)
  whole('maxFailures', maxFailures, 1)
  if (timeout !== undefined && !(timeout > 0 && timeout < 2 ** 31))
    refuse('timeout', 'a number of milliseconds above 0 (and below 2^31)', timeout)
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse('seed', 'an integer', seed)
  oneOf('onChange', onChange, ['refuse', 'redo', 'restart'])
  oneOf('durability', durability, ['batch', 'item', 'none'])
  if (typeof executor !== 'object') oneOf('executor', executor, ['inline', 'threads', 'processes'])
}

function whole(name: string, value: unknown, least: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= least))
    refuse(name, `a whole number of at least ${least}`, value)
}

function oneOf(name: string, value: unknown, words: readonly string[]): void {
  if (value !== undefined && !words.includes(value as string)) refuse(name, words.map((word) => `'${word}'`).join(' or '), value)
}

function refuse(name: string, expected: string, received: unknown): never {
  const text =
    typeof received === 'object' && received !== null
      ? `an object (${received.constructor?.name ?? 'null prototype'})`
      : (JSON.stringify(received) ?? String(received))
  throw new MillraceError('BAD_OPTION', `runJob expected ${name} to be ${expected} but received ${text}.`)
}
