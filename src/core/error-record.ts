/**
 * Errors as data that always survives the way between threads and processes. What a task throws may be anything: null, an error
 * that is its own cause, an object whose getters throw, an error with 300 MB hanging on it. `recordError` never throws, never
 * hangs on a cycle and never copies more than a bounded amount; `reviveError` makes an Error of it again.
 */
export interface ErrorRecord {
  /** Absent when something else than an Error was thrown; then `value` is a bounded copy of it. */
  name?: string
  message?: string
  stack?: string
  fields?: Record<string, unknown>
  cause?: ErrorRecord
  value?: unknown
}

const MAX_TEXT = 10_000
const MAX_NODES = 1_000
const MAX_DEPTH = 6
const MAX_CAUSES = 8

export function recordError(thrown: unknown): ErrorRecord {
  return record(thrown, { nodes: MAX_NODES, text: 10 * MAX_TEXT, seen: new Set() }, 0)
}

interface Budget {
  nodes: number
  text: number
  seen: Set<unknown>
}

function record(thrown: unknown, budget: Budget, depth: number): ErrorRecord {
  if (!isError(thrown)) return { value: copy(thrown, budget, 0) }
  budget.seen.add(thrown)
  const result: ErrorRecord = {
    name: String(read(thrown, 'name', budget) ?? 'Error'),
    message: String(read(thrown, 'message', budget) ?? ''),
  }
  // `class Bad extends RangeError {}` without a name of its own is called RangeError; its class says more.
  const className = attempt(() => thrown.constructor.name)
  const inherited = attempt(() => !Object.hasOwn(thrown, 'name') && !Object.hasOwn(thrown.constructor.prototype as object, 'name')) ?? false
  if (inherited && typeof className === 'string' && className !== '') result.name = className
  const stack = read(thrown, 'stack', budget)
  if (typeof stack === 'string') result.stack = trimStack(stack)
  for (const key of attempt(() => Object.keys(thrown)) ?? []) {
    if (key === 'cause' || key === 'name' || key === 'message' || key === 'stack') continue
    result.fields ??= {}
    result.fields[key] = copy(
      attempt(() => (thrown as unknown as Record<string, unknown>)[key], THREW),
      budget,
      0,
    )
  }
  const errors = attempt(() => (thrown as AggregateError).errors)
  if (Array.isArray(errors)) (result.fields ??= {})['errors'] = copy(errors, budget, 0)
  const cause = attempt(() => thrown.cause)
  if (cause !== undefined) {
    if (budget.seen.has(cause)) result.cause = { value: '[circular]' }
    else if (depth >= MAX_CAUSES) result.cause = { value: '[more causes]' }
    else result.cause = record(cause, budget, depth + 1)
  }
  return result
}

/** Errors of the built-in classes come back as that class; others as an Error with the name and fields they had. */
export function reviveError(record: ErrorRecord): unknown {
  if (record.name === undefined) return record.value
  const Class = BUILT_IN.get(record.name) ?? Error
  const error = new Class(record.message)
  error.stack = record.stack ?? `${record.name}: ${record.message}`
  if (error.name !== record.name) Object.defineProperty(error, 'name', { value: record.name, configurable: true, writable: true })
  if (record.cause !== undefined) error.cause = reviveError(record.cause)
  for (const [key, value] of Object.entries(record.fields ?? {})) {
    Object.defineProperty(error, key, { value, configurable: true, enumerable: true, writable: true })
  }
  return error
}

/** One line that says what was thrown, for messages. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.name === 'Error' ? thrown.message || 'Error' : `${thrown.name}: ${thrown.message}`
  const text = typeof thrown === 'string' ? thrown : (attempt(() => JSON.stringify(thrown)) ?? String(thrown))
  return `threw ${text.slice(0, 200)}, which is not an Error`
}

const BUILT_IN = new Map<string, ErrorConstructor>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => [Class.name, Class]),
)
const THREW = '[threw when read]'

function attempt<T>(read: () => T, otherwise?: T): T | undefined {
  try {
    return read()
  } catch {
    return otherwise
  }
}

function isError(value: unknown): value is Error {
  return attempt(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') ?? false
}

function read(error: Error, key: 'name' | 'message' | 'stack', budget: Budget): unknown {
  const value = attempt<unknown>(() => error[key], THREW)
  return typeof value === 'string'
    ? cut(value, budget)
    : value === undefined || value === null
      ? undefined
      : attempt(() => cut(String(value), budget), THREW)
}

function cut(text: string, budget: Budget): string {
  const limit = Math.min(MAX_TEXT, Math.max(budget.text, 200))
  budget.text -= Math.min(text.length, limit)
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`
}

/** A bounded plain copy of anything, safe to clone. */
function copy(value: unknown, budget: Budget, depth: number): unknown {
  if (typeof value === 'string') return cut(value, budget)
  if (typeof value === 'function') return `[function ${attempt(() => value.name) ?? ''}]`
  if (typeof value === 'symbol') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (budget.seen.has(value)) return '[circular]'
  if (budget.nodes-- <= 0 || depth >= MAX_DEPTH) return '[more]'
  return attempt(() => copyObject(value, budget, depth), THREW)
}

function copyObject(value: object, budget: Budget, depth: number): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    if (value.byteLength > 1024) return `[${value.constructor.name} of ${value.byteLength} bytes]`
    return structuredClone(value instanceof Uint8Array ? new Uint8Array(value) : value)
  }
  if (value instanceof Date) return new Date(value)
  budget.seen.add(value)
  if (isError(value)) return `${String(read(value, 'name', budget))}: ${String(read(value, 'message', budget))}`
  if (Array.isArray(value)) {
    const items = []
    for (let i = 0; i < value.length && budget.nodes > 0; i++) items.push(copy(value[i], budget, depth + 1))
    if (items.length < value.length) items.push(`[${value.length - items.length} more]`)
    return items
  }
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    if (budget.nodes <= 0) break
    const field = copy(
      attempt(() => (value as Record<string, unknown>)[key], THREW),
      budget,
      depth + 1,
    )
    Object.defineProperty(result, key, { value: field, configurable: true, enumerable: true, writable: true })
  }
  return result
}

/** Drops the frames of the worker's own loop below the user's. */
function trimStack(stack: string): string {
  const lines = stack.split('\n')
  const ours = lines.findIndex((line) => /^\s+at .*[/\\]tasks[/\\]runner\.[jt]s/.test(line))
  return (ours > 1 ? lines.slice(0, ours) : lines).join('\n')
}
