import { MillraceError } from '../core/errors.ts'

/** Refuses what is not a whole number of at least `least`. `what` begins the message: `RandomSampler's numSamples`. */
export function checkWhole(what: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return
  throw new MillraceError('BAD_OPTION', `${what} must be a whole number of at least ${least}, but is ${shown(value)}.`)
}

/** Refuses what is not true or false, such as the string 'false'. */
export function checkBoolean(what: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new MillraceError('BAD_OPTION', `${what} must be true or false, but is ${shown(value)}.`)
}

/** Refuses an index that is not one of a dataset's; unlike in Python, -1 is not the last. */
export function checkIndex(dataset: string, index: number, length: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < length) return
  const range = length === 0 ? 'it has no samples' : `its samples are 0 to ${length - 1}`
  const last = index < 0 ? ' Count from the end with length - 1.' : ''
  throw new MillraceError('BAD_INDEX', `${dataset} has no sample ${shown(index)}: ${range}.${last}`)
}

/** A short text for messages, whatever the value. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value)
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'a function' : String(value)
  return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? 'null prototype'})`
}
