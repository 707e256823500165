import type { Executor, LocalWork, Work } from '../core/executor.ts'
import { explainer, moveWhenItPays } from '../engine/automatic.ts'
import type { Automatic, Place } from '../engine/call.ts'
import { availableCpus } from '../engine/cpus.ts'
import { poolOf } from '../engine/pool.ts'
import { shared } from '../executors/shared.ts'
import { bootOf } from '../tasks/exec-argv.ts'
import { closeRecipe, type EpochPlan, Fetcher, openRecipe, type Recipe } from './fetch.ts'
import { type FetchParams, fetchTask } from './fetch-task.ts'
import type { DataLoaderOptions } from './options.ts'
import { modulesOf, packParcel, type Parcel } from '../dataset/travel.ts'

/** Where an epoch's batches are made. */
export interface Whereabouts {
  place: Place
  automatic?: Automatic | undefined
  /** Why there are no workers where there might be. */
  reason?: string | undefined
}

export interface PlaceRequest {
  options: DataLoaderOptions
  recipe: Recipe
  /** For messages: the dataset's class. */
  name: string
  plan: EpochPlan
  /** Workers can do something: the dataset is map-style, or the stream has maps or a collateFn. */
  worthwhile: boolean
  /** The loop runs inside an item of another call. */
  insideItem: boolean
  /** Buffers that come back from the consumer. */
  spares: ArrayBuffer[] | undefined
  /** Under which persistent workers keep the dataset. */
  keep: string | undefined
  /** What was packed for an earlier epoch, where workers persist. */
  packed: Map<boolean, Parcel>
}

/** What a batch costs this thread when a worker makes it, in milliseconds. */
const BATCH_MS = 0.006

let cpus: number | undefined

/** Decides where an epoch runs: in this thread, on workers, or in this thread until workers pay. */
export function placeOf(request: PlaceRequest): Whereabouts {
  const { options, worthwhile, insideItem } = request
  const { numWorkers, executor, timeout } = options
  const explain = explainer(options.explain)
  const inPlace = (reason: string): Whereabouts => {
    explain(`in this thread: ${reason}`)
    return { place: inThisThread(request), reason }
  }
  if (insideItem) return inPlace('this loop runs inside an item of another call')
  if (numWorkers === 0) return inPlace('numWorkers is 0')
  const named = typeof executor === 'string' ? shared[executor] : executor
  if (named?.inThisThread === true) return inPlace('asked for by the executor option')
  const count = numWorkers ?? named?.numWorkers ?? (cpus ??= availableCpus())
  if (numWorkers !== undefined || named !== undefined || timeout !== undefined || options.workerInitFn !== undefined) {
    const where = named ?? shared.threads
    explain(`${count} ${where.name}: asked for by the options`)
    return { place: onWorkers(request, where, count) }
  }
  if (!worthwhile) return inPlace('the stream has no map at its end that workers could run')
  if (count < 2) return inPlace('this process may use one CPU')
  let workers: Place | undefined
  const whereabouts: Whereabouts = { place: inThisThread(request), reason: 'the work is too little for workers to pay' }
  whereabouts.automatic = moveWhenItPays(
    BATCH_MS,
    () => {
      try {
        return (workers ??= onWorkers(request, shared.threads, count))
      } catch (error) {
        whereabouts.reason = (error as Error).message
        explain(`in this thread: ${whereabouts.reason}`)
        return undefined
      }
    },
    explain,
  )
  return whereabouts
}

function inThisThread({ recipe, plan, spares }: PlaceRequest): Place {
  const local: LocalWork = {
    params: {},
    async setup() {
      const opened = await openRecipe(recipe, 0)
      return { opened, fetcher: new Fetcher(opened, plan, spares) }
    },
    run: (item, _index, ctx) => ctx.state.fetcher.fetch(item, ctx),
    teardown: ({ state }) => closeRecipe(state.opened),
  }
  return { pool: poolOf(shared.inline, {}), numWorkers: 1, work: { local } }
}

function onWorkers(request: PlaceRequest, executor: Executor, numWorkers: number): Place {
  const { options, recipe, name, plan, keep, packed } = request
  const shares = executor.sharesMemory === true
  let parcel = packed.get(shares)
  if (parcel === undefined) {
    parcel = packParcel(
      recipe,
      { dataset: name, maps: 'A map of the stream', collateFn: 'The collateFn', workerInitFn: 'The workerInitFn' },
      shares,
    )
    if (options.persistentWorkers === true) packed.set(shares, parcel)
  }
  const own = fetchTask.reference.module
  // A worker starts with a module of the user's, so that calls of `parallel` from there share it.
  const module = modulesOf(parcel).find((url) => !url.startsWith(own.slice(0, own.lastIndexOf('/loader/')))) ?? own
  const params: FetchParams = { plan, recipe: parcel, keep, reuse: options.reuse === true, numWorkers }
  const work: Work = { task: fetchTask.reference, params }
  return { pool: poolOf(executor, bootOf(module)), numWorkers, work }
}
