/** Whether it is to be awaited: a promise, of whichever library. Awaiting what is none costs a turn. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value !== null && typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function'
}
