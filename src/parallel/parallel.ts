import type { ItemError, Outcome } from '../core/item-error.ts'
import type { Context, Task } from '../core/task.ts'
import { execute } from '../engine/engine.ts'
import type { Block, Call } from '../engine/call.ts'
import { type Consumer, leavable, LEFT } from '../engine/leave.ts'
import { LinePrinter } from '../engine/printer.ts'
import { lengthOf, type Items } from '../engine/source.ts'
import { Warnings } from '../engine/warnings.ts'
import { whereAmI } from '../tasks/in-worker.ts'
import type { ParallelOptions, StreamOptions } from './options.ts'
import { plan, type Runnable } from './plan.ts'
import { startProgress } from './progress.ts'

/** An inline function, which is sent as source and may use nothing from outside itself, or a task. */
export type Mapper<Item, Result> = ((item: Item, index: number, ctx: Context<{}, undefined>) => Result) | Task<Item, Result, any>

type Throw = { onError?: 'throw' }
type Collect = { onError: 'collect' }

export interface Parallel {
  /**
   * Maps a function over items on all cores and resolves with the results in input order.
   *
   * @example
   * await parallel((n: number) => n ** 2, [1, 2, 3])                        // [1, 4, 9]
   * await parallel(bind(genSpec, { dst: 'specs' }), files, { onError: 'collect', progress: true })
   *
   * @param fn Called as `fn(item, index, ctx)`. An item that is a tuple stays one argument.
   * @param items An array or anything that can be iterated; pulled as needed.
   * @throws ItemError for the first item that fails (unless `onError: 'collect'`): `index`, `item`, `cause`, and the finished
   *   outcomes in `results`.
   * @throws MillraceError before anything runs when the function can't travel (`CAPTURED_VARIABLE`, `NOT_SHIPPABLE`,
   *   `TASK_AMBIGUOUS`) or an option is wrong; when a worker can't load the task (`IMPORT_FAILED`, `TASK_NOT_FOUND`,
   *   `SETUP_FAILED`); when the input's iterator throws (`INPUT_FAILED`).
   */
  <Item, Result>(fn: Mapper<Item, Result>, items: Items<Item>, options: ParallelOptions & Collect): Promise<Outcome<Awaited<Result>>[]>
  <Item, Result>(fn: Mapper<Item, Result>, items: Items<Item>, options?: ParallelOptions & Throw): Promise<Awaited<Result>[]>
  <Item, Result>(
    fn: Mapper<Item, Result>,
    items: Items<Item>,
    options: ParallelOptions,
  ): Promise<Awaited<Result>[] | Outcome<Awaited<Result>>[]>

  /**
   * The same as a lazy stream: nothing starts before the first `next()`, the input may be endless, and the work runs only a
   * bounded way ahead of the consumer. Leaving the loop stops the workers. With `ordered: false` results come as they finish;
   * use `onError: 'collect'` to know which item each belongs to.
   */
  stream: {
    <Item, Result>(
      fn: Mapper<Item, Result>,
      items: Items<Item>,
      options: StreamOptions & Collect,
    ): AsyncGenerator<Outcome<Awaited<Result>>, void, undefined>
    <Item, Result>(
      fn: Mapper<Item, Result>,
      items: Items<Item>,
      options?: StreamOptions & Throw,
    ): AsyncGenerator<Awaited<Result>, void, undefined>
  }
}

export const parallel: Parallel = Object.assign(
  (fn: Runnable, items: Items<unknown>, options: ParallelOptions = {}): Promise<any> => {
    const where = whereAmI()
    if (where === 'module') return new Promise(() => {})
    return run(fn, items, options, where === 'item')
  },
  {
    stream: (fn: Runnable, items: Items<unknown>, options: StreamOptions = {}): AsyncGenerator<any, void, undefined> =>
      leavable((consumer) => stream(fn, items, options, consumer)),
  },
)

const none: ReadonlyMap<number, ItemError> = new Map()

async function run(fn: Runnable, items: Items<unknown>, options: ParallelOptions, insideItem: boolean): Promise<unknown[]> {
  const collect = options.onError === 'collect'
  // Blocks come as they finish; an array of the full length takes them in any order without becoming a hash table.
  // eslint-disable-next-line unicorn/no-new-array -- holes tell what has not finished
  const values = new Array<unknown>(lengthOf(items) ?? 0)
  const errors = new Map<number, ItemError>()
  const finished = (): Outcome<unknown>[] => {
    const outcomes: Outcome<unknown>[] = []
    // Blocks come as they finish, so a call that was ended may have gaps.
    values.forEach((value, index) => outcomes.push(errors.has(index) ? { index, error: errors.get(index)! } : { index, value }))
    return outcomes
  }
  let count = 0
  for await (const { first, values: part, errors: failed = none } of blocks(plan(fn, items, options, insideItem), false, options)) {
    for (let i = 0; i < part.length; i++) values[first + i] = part[i]
    count = Math.max(count, first + part.length)
    for (const [index, error] of failed) errors.set(index, error)
    const [error] = failed.values()
    if (collect || error === undefined) continue
    // Not enumerable: whoever prints the error wants the reason, not all that went well.
    Object.defineProperty(error, 'results', { value: finished(), configurable: true, writable: true })
    throw error
  }
  values.length = count // an array or a Set that lost items meanwhile promised more
  return collect ? finished() : values
}

async function* stream(
  fn: Runnable,
  items: Items<unknown>,
  options: StreamOptions,
  consumer: Consumer,
): AsyncGenerator<unknown, void, undefined> {
  consumer.waits = true
  const where = whereAmI()
  if (where === 'module') await new Promise(() => {})
  const { signal } = consumer.left
  const collect = options.onError === 'collect'
  const planned = plan(fn, items, options, where === 'item')
  const abort = (): void => consumer.left.abort(options.signal!.reason)
  if (options.signal?.aborted === true) abort()
  options.signal?.addEventListener('abort', abort)
  try {
    for await (const { first, values, errors } of blocks({ ...planned, signal }, options.ordered ?? true, options)) {
      for (let i = 0; i < values.length; i++) {
        const index = first + i
        const error = errors?.get(index)
        if (!collect && error !== undefined) throw error
        consumer.waits = false
        if (!collect) yield values[i]
        else yield error === undefined ? { index, value: values[i] } : { index, error }
        consumer.waits = true
        signal.throwIfAborted()
      }
    }
  } catch (error) {
    if (error !== LEFT) throw error
  } finally {
    options.signal?.removeEventListener('abort', abort)
  }
}

/** Runs a planned call with what surrounds it: progress, warnings, and lines that items print. */
async function* blocks(
  planned: Omit<Call, 'listener' | 'ordered'>,
  ordered: boolean,
  options: StreamOptions,
): AsyncGenerator<Block, void, undefined> {
  const meter = startProgress(options.progress, options.total ?? lengthOf(planned.items))
  const warnings = new Warnings('item')
  try {
    yield* execute({
      ...planned,
      ordered,
      listener: {
        openPrinter: () => new LinePrinter(),
        warn: (index, message) => warnings.add(index, message),
        settled: (done, failed) => meter?.update(done, failed),
      },
    })
  } finally {
    meter?.stop()
    warnings.list()
  }
}
