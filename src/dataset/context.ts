import { randomOf } from '../core/random.ts'
import type { Context } from '../core/task.ts'
import { newArray, type TensorType, type TensorTypes } from '../core/tensor.ts'

/** What a dataset is given beside the index of a sample. */
export interface SampleContext {
  /** Doubles in [0, 1), the same for the same seed, epoch and index whatever the number of workers, batches or retries. */
  readonly random: () => number
  /** Which pass over the dataset this is, from 0. */
  readonly epoch: number
  /** Aborted when the batch's time-out passes or the loader is left. */
  readonly signal: AbortSignal
  /** Reports something that is not a failure. Warnings are counted, and listed when the epoch ends. */
  readonly warn: (message: string) => void
  /** Runs a part of the work and counts its time under a name (`read`, `decode`, ...) in `loader.stats()`. */
  readonly time: <R>(stage: string, work: () => R) => R
  /**
   * Memory for an array of this sample, its content unknown. A loader gives it in the sample's place in the batch, so that what the
   * sample returns in it is not copied. It belongs to this sample only: don't keep it.
   */
  readonly allocate: <T extends TensorType>(type: T, length: number) => TensorTypes[T]
}

/** What the function of a `map` is given: the same, and what a task has. */
export interface MapContext<Params = {}, State = undefined> extends Context<Params, State>, SampleContext {}

/**
 * The random numbers of one sample. `stage` tells apart the functions of a stream that see the same indices: it counts the stages
 * below (see `depthOf`), and is 0 for a map-style dataset. The epoch counts from 1 here: `parallel` has 0.
 */
export function sampleRandom(seed: number, epoch: number, index: number, stage = 0): () => number {
  return stage === 0 ? randomOf(seed, epoch + 1, index) : randomOf(seed, epoch + 1, index, stage)
}

const never = new AbortController().signal
const warn = (message: string): void => process.emitWarning(message, 'MillraceWarning')
const time = <R>(_stage: string, work: () => R): R => work()

/** The context of a sample that is made in place, without a loader: nothing aborts it, warnings are printed. */
class ContextInPlace implements MapContext<unknown, unknown> {
  readonly epoch: number
  /** Those of the task that runs. */
  params: unknown = {}
  state: unknown
  readonly attempt = 1
  readonly signal: AbortSignal = never
  readonly warn: typeof warn = warn
  readonly time: typeof time = time
  readonly allocate: typeof newArray = newArray
  readonly #seed: number
  readonly #index: number
  readonly #stage: number
  #random: (() => number) | undefined

  constructor(seed: number, epoch: number, index: number, stage: number) {
    this.epoch = epoch
    this.#seed = seed
    this.#index = index
    this.#stage = stage
  }

  get random(): () => number {
    return (this.#random ??= sampleRandom(this.#seed, this.epoch, this.#index, this.#stage))
  }
}

/** See `ContextInPlace`. */
export function contextInPlace(seed: number, epoch: number, index: number, stage = 0): ContextInPlace {
  return new ContextInPlace(seed, epoch, index, stage)
}

export type { ContextInPlace }
