import type { Task } from '../core/task.ts'

/** A function as the loader takes it, or a task. */
export type Step = ((item: any, index: number, ctx: any) => unknown) | Task<any, any, any, any>

/** A step whose setup has run. */
export interface OpenStep {
  run: (item: any, index: number, ctx: any) => unknown
  params: unknown
  state: unknown
  close(): unknown
}

/** Runs the step's setup, if it is a task that has one. */
export async function openStep(step: Step, worker: number): Promise<OpenStep> {
  if (typeof step === 'function') return { run: step, params: {}, state: undefined, close() {} }
  const { run, setup, teardown } = step
  const params: unknown = step.params
  const state: unknown = await setup?.({ params, worker })
  return { run, params, state, close: () => teardown?.({ params, state }) }
}

/** Whether a call must tell its workers when it is over. */
export function keepsState(step: Step | undefined): boolean {
  return typeof step === 'object' && (step.setup !== undefined || step.teardown !== undefined)
}
