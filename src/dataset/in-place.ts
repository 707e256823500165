import { type ContextInPlace, isThenable } from './context.ts'
import type { SampleMapper } from './iterable.ts'

/** Maps that are ready to run in this thread: the setups of tasks have run. */
export interface InPlace {
  /** A promise where one of them gives one. */
  run(sample: unknown, index: number, ctx: ContextInPlace): unknown
  /** Runs the teardowns. */
  close(): Promise<void>
}

/** Makes ready the maps of a stream that is read without workers. All of them see one context a sample, so one row of random numbers. */
export async function openMaps(maps: readonly SampleMapper<any, any>[]): Promise<InPlace> {
  const steps: { run: (sample: unknown, index: number, ctx: any) => unknown; params: unknown; state: unknown; close: () => unknown }[] = []
  const close = async (): Promise<void> => {
    for (const step of steps.splice(0).reverse()) await step.close()
  }
  try {
    for (const map of maps) {
      if (typeof map === 'function') {
        steps.push({ run: map, params: {}, state: undefined, close: () => {} })
        continue
      }
      const { run, setup, teardown } = map
      const params = map.params as unknown
      const state: unknown = await setup?.({ params, worker: 0 })
      steps.push({ run, params, state, close: () => teardown?.({ params, state }) })
    }
  } catch (error) {
    await close()
    throw error
  }
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
  return { run, close }
}
