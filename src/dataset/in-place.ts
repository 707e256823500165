import { isThenable } from '../core/thenable.ts'
import type { ContextInPlace } from './context.ts'
import type { SampleMapper } from './iterable.ts'
import { closeSteps, openSteps } from './steps.ts'

/** Maps that are ready to run in this thread: the setups of tasks have run. */
export interface InPlace {
  /** A promise where one of them gives one. */
  run(sample: unknown, index: number, ctx: ContextInPlace): unknown
  /** Runs the teardowns. */
  close(): Promise<void>
}

/** Makes ready the maps of a stream that is read without workers. All of them see one context a sample, so one row of random numbers. */
export async function openMaps(maps: readonly SampleMapper<any, any>[]): Promise<InPlace> {
  const steps = await openSteps(maps, 0)
  const run = (sample: unknown, index: number, ctx: ContextInPlace, first = 0): unknown => {
    let value = sample
    for (let i = first; i < steps.length; i++) {
      const { run: step, params, state } = steps[i]!
      ctx.params = params
      ctx.state = state
      value = step(value, index, ctx)
      if (isThenable(value)) return value.then((result) => run(result, index, ctx, i + 1))
    }
    return value
  }
  return { run, close: () => closeSteps(steps) }
}
