import { inspect } from 'node:util'
import { MillraceError } from './errors.ts'

/** What is known of an item's failure beside its cause. */
export interface ItemErrorDetails {
  /** The item's position in the input, from 0. */
  index: number
  /** The item itself, as the caller gave it. */
  item?: unknown
  /** Where it failed: `run`, or a job's stage (`read`, `commit`, ...). */
  stage?: string
  /** `ITEM_FAILED` (it threw), `TIMEOUT`, `WORKER_EXITED`, `WORKER_KILLED`, `OUT_OF_MEMORY`, `UNCLONEABLE_RESULT`, `STRAY_ERROR`. */
  code: string
  /** Which try failed, from 1. */
  attempt?: number
  /** What `index` counts: `item` (default), `sample`. */
  noun?: string
  /** What was thrown, revived from the worker: message, class name, own fields and a stack that points into the user's file. */
  cause?: unknown
}

/** The failure of one item. The other items are not affected by it. */
export class ItemError extends MillraceError {
  readonly index: number
  readonly item: unknown
  readonly stage: string
  readonly attempt: number
  /** What was wrong, without the item. */
  declare readonly reason: string
  /** With `onError: 'throw'`: the outcomes that were finished when this item failed, in input order. */
  declare results?: Outcome<unknown>[]

  constructor(reason: string, { index, item, stage = 'run', code, attempt = 1, noun = 'item', cause }: ItemErrorDetails) {
    super(code, `${noun} ${index}${describeItem(item)}: ${reason}`, cause === undefined ? undefined : { cause })
    this.index = index
    this.item = item
    this.stage = stage
    this.attempt = attempt
    // The message says it; whoever prints the error need not see it twice.
    Object.defineProperty(this, 'reason', { value: reason })
    // The frames of Millrace's own scheduler help nobody: the stack is the one of what was thrown.
    const frames = cause instanceof Error ? (cause.stack?.match(/^ {4}at .*(?:\n {4}at .*)*/m)?.[0] ?? '') : ''
    this.stack = `${this.name}: ${this.message}${frames && `\n${frames}`}`
  }

  toJSON(): Record<string, unknown> {
    const { index, item, stage, code, attempt, message, cause } = this
    return { index, item, stage, code, attempt, message, cause: causeToJSON(cause, 0) }
  }
}

/** A finished item: its value or its error, as data. */
export type Outcome<T> = { index: number; value: T; error?: undefined } | { index: number; error: ItemError; value?: undefined }

/** One short line that tells an item apart, for messages: ` ("a.wav")`, or nothing for an item that says nothing. */
function describeItem(item: unknown): string {
  if (item === undefined) return ''
  const text = typeof item === 'string' ? JSON.stringify(item) : inspected(item)
  return ` (${text.length > 120 ? `${text.slice(0, 119)}…` : text})`
}

/** Never throws, whatever the item's class makes of being inspected. */
function inspected(item: unknown): string {
  try {
    return inspect(item, { depth: 1, breakLength: Infinity, maxArrayLength: 4, maxStringLength: 80 })
  } catch {
    return typeof item
  }
}

function causeToJSON(cause: unknown, depth: number): unknown {
  if (!(cause instanceof Error)) return cause
  const { name, message, stack } = cause
  return { name, message, stack, ...(cause.cause !== undefined && depth < 5 && { cause: causeToJSON(cause.cause, depth + 1) }) }
}
