import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import type { Context, Task } from '../core/task.ts'
import type { newArray } from '../core/tensor.ts'
import type { Raster, Space } from '../kernels/resize-memory.ts'
import { runSteps } from './run.ts'
import type { Step } from './steps.ts'
import { isTask, stepsOf, type Transform } from './transform.ts'

export interface ApplyOptions extends Partial<Omit<Context, 'params' | 'state'>> {
  /** The sample's index, which tasks are given. Default 0. */
  index?: number
  /** Where random numbers come from: doubles in [0, 1), in a dataset `ctx.random`. By default those of (`seed`, `index`). */
  random?: () => number
  /** Default 0. */
  seed?: number
  /** Memory for a tensor, in a dataset `ctx.allocate`. Default: fresh memory. */
  allocate?: typeof newArray
}

const never = new AbortController().signal
const ignore = (): void => {}

/**
 * Runs a transform on a sample. What its tasks throw passes through; the steps throw `BAD_SIZE`, `BAD_BOX`, `BAD_OPTION`,
 * `BAD_IMAGE` and `BAD_TENSOR` (the step before gives something else than this one takes).
 */
export async function apply<In, Out>(transform: Transform<In, Out>, sample: In, options: ApplyOptions = {}): Promise<Out> {
  return applyNow(transform, sample, options)
}

/**
 * As `apply`, and without a promise where no task of the transform gives one. A picture that lies in the kernel's memory may be
 * given in place of the sample, with the memory behind it.
 */
export function applyNow<In, Out>(
  transform: Transform<In, Out>,
  sample: In | Raster,
  options: ApplyOptions = {},
  space?: Space,
): Out | Promise<Out> {
  const { index = 0, seed = 0 } = options
  let generator: (() => number) | undefined = options.random
  const random = (): number => (generator ??= randomOf(seed, index))()
  const steps = stepsOf(transform)
  const from = (first: number, start: unknown, behind?: Space): unknown => {
    const task = steps.findIndex((step, i) => i >= first && isTask(step))
    const end = task < 0 ? steps.length : task
    const value = runSteps(steps.slice(first, end) as Step[], start, random, behind, options.allocate)
    const step = steps[end]
    if (step === undefined) return value
    const { run, params } = step as Task<unknown, unknown>
    // A dataset's context makes its signal when it is asked for; only tasks may ask.
    const { signal = never, attempt = 1, warn = ignore } = options
    const result = run(value, index, { random, signal, attempt, warn, params, state: undefined })
    return result instanceof Promise ? result.then((next) => from(end + 1, next)) : from(end + 1, result)
  }
  return from(0, sample, space) as Out | Promise<Out>
}

/**
 * The way back, as far as there is one: the inverses of a transform's steps, from the last to the first, up to a step that has none
 * (`resize`, `crop`, what is random). Of `compose(resize(224), toTensor(), normalize(imagenet))` it is the transform from the
 * tensor to the picture that the model sees.
 *
 * @throws MillraceError `NO_INVERSE` when that would undo a task.
 */
export function invert<In, Out>(transform: Transform<In, Out>): Transform<Out, In> {
  const steps: Step[] = []
  for (const step of stepsOf(transform).reverse()) {
    if (isTask(step)) {
      throw new MillraceError('NO_INVERSE', 'a step of your own (a task) has no inverse. Invert the steps after it, and undo it yourself.')
    }
    const inverse = inverseOf(step)
    if (inverse === undefined) break
    steps.push(inverse)
  }
  return { op: 'compose', steps } as Transform<Out, In>
}

function inverseOf(step: Step): Step | undefined {
  switch (step.op) {
    case 'toTensor':
      return { op: 'toImage' }
    case 'toImage':
      return { op: 'toTensor' }
    case 'normalize':
      return { ...step, op: 'denormalize' }
    case 'denormalize':
      return { ...step, op: 'normalize' }
    case 'flip':
      return step
    case 'pad':
      return { ...step, top: -step.top, left: -step.left, bottom: -step.bottom, right: -step.right }
    case 'rotate90':
      return { op: 'rotate90', turns: -step.turns }
    default:
      return undefined
  }
}
