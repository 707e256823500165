import type { Task } from '../core/task.ts'
import { HandedOver } from '../tasks/pack.ts'
import { spares } from '../tasks/spares.ts'
import { task } from '../tasks/task.ts'
import { type BatchItem, closeRecipe, type EpochPlan, type Fetched, Fetcher, openRecipe, type OpenRecipe, type Recipe } from './fetch.ts'
import { openStep } from '../dataset/steps.ts'
import { type Parcel, unpackParcel } from '../dataset/travel.ts'

/** What a worker is told of a loader and its epoch. */
export interface FetchParams {
  plan: EpochPlan
  recipe: Parcel
  /** Workers that persist keep what they unpacked under this key. */
  keep?: string | undefined
  /** Recycle the buffers that come back from the consumer. */
  reuse: boolean
  numWorkers: number
}

/** What `workerInitFn` is called with. */
export interface WorkerInfo {
  id: number
  numWorkers: number
  seed: number
  dataset: unknown
}

/** Buffers smaller than this are cheaper to clone than to hand over. */
const MIN_TRANSFER = 4096
/** Loaders whose datasets a worker keeps, the last ones. */
const MAX_KEPT = 2

const kept = new Map<string, OpenRecipe>()

interface State {
  recipe: OpenRecipe
  fetcher: Fetcher
}

/** The loader's side in a worker: the dataset is unpacked once, then each item is a batch. */
export const fetchTask: Task<BatchItem, unknown, FetchParams, State> = task(import.meta, {
  name: 'millrace fetch',
  params: {} as FetchParams,
  async setup({ params, worker }) {
    const recipe = (params.keep !== undefined && kept.get(params.keep)) || (await open(params, worker))
    return { recipe, fetcher: new Fetcher(recipe, params.plan, params.reuse ? spares : []) }
  },
  async run(item, _index, ctx) {
    const fetched = await ctx.state.fetcher.fetch(item, ctx)
    const buffers = fetched.buffers.filter((buffer) => buffer.byteLength >= MIN_TRANSFER)
    fetched.batch = owned(fetched.batch, fetched.buffers, buffers)
    return new HandedOver<Fetched>(fetched, buffers, Math.max(total(buffers), total(fetched.buffers)))
  },
  async teardown({ params, state }) {
    if (params.keep === undefined) await closeRecipe(state.recipe)
  },
})

async function open({ plan, recipe: parcel, keep, numWorkers }: FetchParams, worker: number): Promise<OpenRecipe> {
  const recipe = (await unpackParcel(parcel)) as Recipe
  const { workerInitFn, dataset } = recipe
  if (workerInitFn !== undefined) {
    const { run, params, state } = await openStep(workerInitFn, worker)
    const info: WorkerInfo = { id: worker, numWorkers, seed: plan.seed, dataset }
    await run(info, worker, { params, state })
  }
  const opened = await openRecipe(recipe, worker)
  if (keep !== undefined) kept.set(keep, opened)
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!)
  return opened
}

/**
 * What a dataset or a `collateFn` of the user's returned may be kept or used again by it, or lie in memory that all workers see: large
 * arrays, and shared ones, are copied once, here, into buffers of their own, and cross without another copy.
 *
 * @param own The batch's own buffers, which need no copy.
 * @param buffers Where those that are handed over are added.
 */
function owned(value: unknown, own: readonly ArrayBuffer[], buffers: ArrayBuffer[], depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 4) return value
  if (ArrayBuffer.isView(value)) {
    const isShared = value.buffer instanceof SharedArrayBuffer
    if (own.includes(value.buffer as ArrayBuffer) || (value.byteLength < MIN_TRANSFER && !isShared)) return value
    if (value instanceof DataView) return isShared ? new DataView(new Uint8Array(value.buffer).slice().buffer) : value
    const view = value as Uint8Array<ArrayBuffer>
    const copy = Buffer.isBuffer(view) ? new Uint8Array(view) : view.slice()
    buffers.push(copy.buffer)
    return copy
  }
  if (Array.isArray(value)) {
    if (typeof value[0] !== 'object') return value
    return value.map((element) => owned(element, own, buffers, depth + 1))
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  let copy: Record<string, unknown> | undefined
  for (const [key, field] of Object.entries(value)) {
    const next = owned(field, own, buffers, depth + 1)
    if (next !== field) (copy ??= { ...value })[key] = next
  }
  return copy ?? value
}

function total(buffers: readonly ArrayBuffer[]): number {
  return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
