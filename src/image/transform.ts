import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Task } from '../core/task.ts'
import type { Tensor } from '../core/tensor.ts'
import type { Step } from './steps.ts'

/**
 * A step, or a pipeline of them, from `In` to `Out`: plain data, which travels to workers. It is made by `resize`, `toTensor`
 * and the others, joined by `compose` and run by `apply`.
 */
export interface Transform<In = any, Out = any> {
  readonly op: string
  /** Never there; it carries the types. */
  readonly '~types'?: { input: In; output: Out }
}

/** What `compose` joins: transforms, and tasks called `(sample, index, ctx)`. */
export type AnyStep = Transform | Task<any, any>

export type InputOf<S> = S extends Task<infer Item, any> ? Item : S extends Transform<infer In> ? In : never
export type OutputOf<S> = S extends Task<any, infer Result> ? Awaited<Result> : S extends Transform<any, infer Out> ? Out : never

/** The steps themselves where each takes what the one before gives; `never` in place of the first that does not. */
export type Chain<Steps extends readonly AnyStep[]> = Steps extends readonly [
  infer First extends AnyStep,
  infer Second extends AnyStep,
  ...infer Rest extends AnyStep[],
]
  ? [First, ...(OutputOf<First> extends InputOf<Second> ? Chain<[Second, ...Rest]> : [never, ...Rest])]
  : Steps

type Last<Steps extends readonly AnyStep[]> = Steps extends readonly [...AnyStep[], infer S] ? S : never

/** From what the first step takes to what the last gives. */
export type Composed<Steps extends readonly AnyStep[]> = Transform<InputOf<Steps[0]>, OutputOf<Last<Steps>>>

/**
 * Steps one after the other, as one transform. A step is a transform, another `compose`, or a task made with
 * `task(import.meta, (sample, index, ctx) => ...)`, which must not have a `setup`.
 *
 * @throws MillraceError `BAD_TRANSFORM` for something else.
 */
export function compose<const Steps extends readonly [AnyStep, ...AnyStep[]]>(...steps: Steps & Chain<Steps>): Composed<Steps> {
  for (const step of steps as readonly unknown[]) checkStep(step)
  return { op: 'compose', steps } as Composed<Steps>
}

/** Refuses what is no transform and no task. */
export function checkStep(step: unknown): void {
  if (isTask(step)) {
    if (step.setup === undefined && step.teardown === undefined) return
    throw new MillraceError('BAD_TRANSFORM', 'a task that is a step has no setup or teardown: keep such work in the dataset or its worker.')
  }
  if (typeof step === 'object' && step !== null && typeof (step as Transform).op === 'string') return
  throw new MillraceError(
    'BAD_TRANSFORM',
    `a step is a transform such as resize(224) or toTensor(), or a task: task(import.meta, fn). Received ${
      typeof step === 'function'
        ? `a function${step.name === '' ? '' : ` (${step.name}; without its parentheses?)`}`
        : Array.isArray(step)
          ? 'a list: compose(a, b) takes steps one by one'
          : JSON.stringify(step)
    }.`,
  )
}

export function isTask(step: unknown): step is Task<any, any> {
  return typeof step === 'object' && step !== null && (step as { kind?: unknown }).kind === 'task'
}

/** The steps of a transform in order, those of inner pipelines in their place. */
export function stepsOf(transform: Transform | Step | Task<any, any>): (Step | Task<any, any>)[] {
  if (isTask(transform)) return [transform]
  const step = transform as Step
  return step.op === 'compose' ? step.steps.flatMap(stepsOf) : [step]
}

export function isImage(value: unknown): value is Image {
  return typeof value === 'object' && value !== null && 'data' in value && 'height' in value && 'width' in value
}

export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'data' in value && 'dims' in value
}
