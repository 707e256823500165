import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { Task, TaskReference } from '../core/task.ts'
import type { Dataset } from '../dataset/dataset.ts'
import { openMaps } from '../dataset/in-place.ts'
import type { SampleMapper } from '../dataset/iterable.ts'
import { type Parcel, unpackParcel } from '../dataset/travel.ts'
import { importModule } from '../tasks/in-worker.ts'
import { HandedOver } from '../tasks/pack.ts'
import { findTask, isLoaded } from '../tasks/registry.ts'
import { task } from '../tasks/task.ts'
import { type ItemResult, ItemRunner, type RunItem, type RunRules } from './item-runner.ts'

/** Where items come from, as workers need to know it. */
export interface WorkerInput {
  /** Map-style: workers fetch. */
  dataset?: Dataset | undefined
  /** Of a stream: what its items go through. */
  maps: SampleMapper<any, any>[]
}

/** What a worker is told of a run. */
export interface ItemParams {
  job: TaskReference
  params: unknown
  input: Parcel
  /** Where outputs wait for the main thread; undefined when they travel with the result. */
  temporary: string | undefined
  rules: RunRules
}

interface State {
  runner: ItemRunner
  close(): Promise<void>
}

/** The job's side in a worker. */
export const itemTask: Task<RunItem, unknown, ItemParams, State> = task(import.meta, {
  name: 'millrace job item',
  params: {} as ItemParams,
  async setup({ params: { job: reference, params, input, temporary, rules }, worker }) {
    if (!isLoaded(reference.module)) await importModule(reference.module)
    const job = findTask(reference)
    return await openRunner(job, params, (await unpackParcel(input)) as WorkerInput, temporary, rules, worker)
  },
  async run(item, _index, ctx) {
    return handOver(await ctx.state.runner.run(item, ctx))
  },
  teardown: ({ state }) => state.close(),
})

/** Makes ready to run items in this thread. */
export async function openRunner(
  job: Pick<Task<any, any>, 'setup' | 'run' | 'teardown'>,
  params: unknown,
  { dataset, maps }: WorkerInput,
  temporary: string | undefined,
  rules: RunRules,
  worker: number,
): Promise<State> {
  // A folder for each worker: making files in one folder at the same time, they would wait for each other in the kernel.
  const folder = temporary === undefined ? undefined : join(temporary, `${process.pid}-${threadId}-${worker}`)
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const opened = maps.length === 0 ? undefined : await openMaps(maps)
  const state: unknown = await job.setup?.({ params, worker })
  return {
    runner: new ItemRunner({ job, params, state, dataset, maps: opened, folder, rules }),
    async close() {
      await job.teardown?.({ params, state })
      await opened?.close()
    },
  }
}

/** Outputs that travel go as they are, without another copy. */
function handOver(result: ItemResult): ItemResult | HandedOver<ItemResult> {
  if (result.failure !== undefined || result.outputs[0]?.bytes === undefined) return result
  const bytes = result.outputs.map((output) => output.bytes!)
  const buffers = bytes.map(({ buffer }) => buffer as ArrayBuffer)
  return new HandedOver(
    result,
    buffers.filter(({ byteLength }) => byteLength > 0),
    bytes.reduce((sum, { length }) => sum + length, 0),
  )
}
