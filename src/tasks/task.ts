import { MillraceError } from '../core/errors.ts'
import type { Run, Task, TaskParts } from '../core/task.ts'
import { register } from './registry.ts'

/**
 * Makes a function that can travel to workers: they import the module that made it and find it there.
 *
 * @example
 * export const double = task(import.meta, (n: number) => n * 2)
 * export const scale = task(import.meta, {
 *   params: { factor: 2 },
 *   run: (n: number, index, { params }) => n * params.factor,
 * })
 *
 * @param meta The module's own `import.meta`.
 * @param work The function, or an object with `params` (defaults, which give the types), `setup` (once a worker), `run`
 *   (once an item), `teardown` and, for tasks made in a factory, a `name`. Write `params` before `setup` before `run`, so that
 *   TypeScript infers each from the one before.
 * @throws MillraceError `TASK_NEEDS_FILE` where there is no file to import (REPL, `node -e`), `BAD_TASK` for other arguments.
 */
export function task<Item, Result>(meta: { url: string }, run: Run<Item, Result, {}>): Task<Item, Awaited<Result>, {}, undefined>
export function task<Item, Result, Params = {}, State = undefined>(
  meta: { url: string },
  parts: TaskParts<Item, Result, Params, State>,
): Task<Item, Awaited<Result>, Params, State>
export function task(meta: { url: string }, work: Run<any, any, any, any> | TaskParts<any, any, any, any>): Task<any, any, any> {
  const parts = typeof work === 'function' ? { run: work } : work
  if (typeof meta?.url !== 'string') {
    throw new MillraceError('BAD_TASK', 'task() takes import.meta as its first argument: task(import.meta, fn)')
  }
  if (typeof parts !== 'object' || parts === null || typeof parts.run !== 'function') {
    throw new MillraceError(
      'BAD_TASK',
      'task() takes a function or { params, setup, run, teardown } as its second argument; run must be a function',
    )
  }
  return register(meta.url, (reference) => ({ params: {}, ...parts, kind: 'task', reference }), parts)
}

/** Some of a task's parameters; of a task that has none, none. */
export type Overrides<Params> = [keyof Params] extends [never] ? Record<string, never> : Partial<Params>

/** The same task with some of its parameters replaced. The task itself is not changed. */
export function bind<Item, Result, Params, State>(
  task: Task<Item, Result, Params, State>,
  params: Overrides<Params>,
): Task<Item, Result, Params, State> {
  return { ...task, params: { ...task.params, ...(params as Partial<Params>) } }
}

export function isTask(value: unknown): value is Task<any, any, any> {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'task'
}
