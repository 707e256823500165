import type { Task } from '../core/task.ts'

/** What samples and batches go through: a function, or a task. */
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

/** Opens steps one after the other; when a setup fails, those that are open are closed. */
export async function openSteps(steps: readonly Step[], worker: number): Promise<OpenStep[]> {
  const opened: OpenStep[] = []
  try {
    for (const step of steps) opened.push(await openStep(step, worker))
  } catch (error) {
    await closeSteps(opened)
    throw error
  }
  return opened
}

/** Runs the teardowns, the last one first. */
export async function closeSteps(steps: readonly OpenStep[]): Promise<void> {
  for (const step of [...steps].reverse()) await step.close()
}

/** Whether a call must tell its workers when it is over. */
export function keepsState(step: Step | undefined): boolean {
  return typeof step === 'object' && (step.setup !== undefined || step.teardown !== undefined)
}
