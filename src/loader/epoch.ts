import { reasonOf, reviveError } from '../core/error-record.ts'
import { ItemError } from '../core/item-error.ts'
import { execute } from '../engine/engine.ts'
import type { Call } from '../engine/call.ts'
import { LinePrinter } from '../engine/printer.ts'
import { Warnings } from '../engine/warnings.ts'
import { HandedOver } from '../tasks/pack.ts'
import type { Batches } from './batches.ts'
import type { BatchItem, EpochPlan, Fetched } from './fetch.ts'
import type { DataLoaderOptions } from './options.ts'
import type { Whereabouts } from './place.ts'
import type { Position } from './state.ts'
import type { Meter } from './stats.ts'

/** Batches that each worker may be ahead, however large they are: one is made while the last one waits. */
const MIN_AHEAD = 2

export interface EpochParts {
  /** By which the engine remembers how long batches take. */
  key: object
  options: DataLoaderOptions
  plan: EpochPlan
  batches: Batches
  /** The number of the first batch, where `batches.items` are not numbers themselves. */
  from: number
  whereabouts: Whereabouts
  position: Position
  meter: Meter
  signal: AbortSignal
  spares: ArrayBuffer[] | undefined
  /** Tasks of the user's have a setup or a teardown. */
  keepsState: boolean
}

/** One pass over the dataset: the engine's blocks as batches, with what happened to their samples. */
export class EpochRun {
  readonly #parts: EpochParts
  readonly #warnings = new Warnings('sample')

  constructor(parts: EpochParts) {
    this.#parts = parts
  }

  async *batches(): AsyncGenerator<Fetched, void, undefined> {
    const { batches, options, position, meter } = this.#parts
    try {
      for await (const { first, values, errors } of execute(this.#call(batches.items, options.inOrder ?? true))) {
        for (let i = 0; i < values.length; i++) {
          const number = this.#numberOf(first + i)
          const error = errors?.get(first + i)
          const fetched = error === undefined ? received(values[i]) : await this.#rescue(error)
          this.#account(fetched)
          if (position.isDelivered(number)) continue
          position.delivered(number)
          if (fetched.count > 0) yield fetched
        }
      }
    } finally {
      meter.end()
      this.#warnings.list()
      meter.tellSkipped()
    }
  }

  #numberOf(index: number): number {
    const { batches, from } = this.#parts
    return ArrayBuffer.isView(batches.items) ? (batches.items as Uint32Array)[index]! : from + index
  }

  #call(items: Batches['items'], ordered: boolean): Call {
    const { key, options, whereabouts, plan, signal, spares, meter, keepsState } = this.#parts
    const { prefetchFactor, timeout, retries = 0, maxBufferedBytes, onError = 'throw' } = options
    const { place, automatic } = whereabouts
    const inPlace = place.pool.executor.inThisThread === true
    meter.numWorkers = inPlace ? 0 : place.numWorkers
    return {
      items,
      place,
      ordered,
      failFast: onError === 'throw',
      timeout,
      retries,
      seed: plan.seed,
      // In this thread for good: a plain loop, which makes a batch when it is asked for.
      ...(inPlace && automatic === undefined && { chunkSize: 1, maxAhead: 1 }),
      ...(prefetchFactor !== undefined && { maxAhead: prefetchFactor * place.numWorkers }),
      minAhead: inPlace ? 0 : MIN_AHEAD * place.numWorkers,
      maxWaitingBytes: maxBufferedBytes,
      spares: inPlace ? undefined : spares,
      signal,
      key,
      keepsState,
      automatic: automatic && {
        decide: (progress) => {
          const next = automatic.decide(progress)
          if (next !== undefined) meter.numWorkers = next.numWorkers
          return next
        },
        failed: (reason) => {
          meter.numWorkers = 0
          automatic.failed(reason)
        },
      },
      listener: { openPrinter: () => new LinePrinter(), warn: (index, message) => this.#warnings.add(index, message), settled() {} },
    }
  }

  #account(fetched: Fetched): void {
    const { meter } = this.#parts
    for (const [index, message] of fetched.warnings) this.#warnings.add(index, message)
    for (const [index, record] of fetched.skipped) meter.skips(sampleError(index, 'SAMPLE_FAILED', reviveError(record)))
    meter.fetched(fetched)
  }

  /** A batch failed as a whole: finds the sample that is to blame, and under `skip` makes the batch without it. */
  async #rescue(error: ItemError): Promise<Fetched> {
    const skip = this.#parts.plan.skip
    const { sampleIndex, cause } = (error.cause ?? {}) as { sampleIndex?: number; cause?: unknown }
    if (sampleIndex !== undefined) throw sampleError(sampleIndex, 'SAMPLE_FAILED', cause, error.attempt)
    const singles = this.#singlesOf(error.item as BatchItem)
    const died = ['WORKER_EXITED', 'WORKER_KILLED', 'OUT_OF_MEMORY', 'STRAY_ERROR'].includes(error.code)
    const late = error.code === 'TIMEOUT'
    // Who stopped answering is found by running each sample alone; a batch that is late is only looked through to skip its sample.
    if (singles.length < 2 || !(died || (late && skip))) {
      const named = this.#batchError(error, singles)
      if (!skip || singles.length !== 1) throw named
      this.#parts.meter.skips(named)
      return nothing()
    }
    const left: BatchItem[] = []
    for await (const { first, values, errors } of execute({
      ...this.#call(singles, true),
      failFast: false,
      retries: 0,
      automatic: undefined,
    })) {
      for (let i = 0; i < values.length; i++) {
        const single = singles[first + i]!
        const reason = errors?.get(first + i)
        if (reason === undefined) left.push(single)
        else if (!skip) throw this.#batchError(reason, [single])
        else this.#parts.meter.skips(this.#batchError(reason, [single]))
      }
    }
    // Alone none of them fails: it is the batch that does.
    if (left.length === singles.length && !died) throw this.#batchError(error, singles)
    if (left.length === 0) return nothing()
    for await (const { values, errors } of execute({ ...this.#call([joined(left)], true), automatic: undefined })) {
      const again = errors?.values().next().value
      if (again !== undefined) throw this.#batchError(again, left)
      return received(values[0])
    }
    return nothing()
  }

  /** The batch's samples as batches of one. */
  #singlesOf(item: BatchItem): BatchItem[] {
    if (typeof item === 'object') {
      return 'indices' in item
        ? item.indices.map((index) => ({ indices: [index] }))
        : item.samples.map((sample, i) => ({ samples: [sample], first: item.first + i }))
    }
    const { order, length, batchSize } = this.#parts.plan
    const size = batchSize ?? 1
    const count = Math.min(size, length - item * size)
    return Array.from({ length: count }, (_, i) => ({ indices: [order === undefined ? item * size + i : order[item * size + i]!] }))
  }

  #batchError(error: ItemError, singles: readonly BatchItem[]): ItemError {
    const indices = singles.map(indexOf)
    const { code, attempt, cause, reason } = error
    const sampleIndex = (cause as { sampleIndex?: number } | undefined)?.sampleIndex
    if (sampleIndex !== undefined) return sampleError(sampleIndex, 'SAMPLE_FAILED', (cause as Error).cause, attempt)
    const which = indices.length === 1 ? '' : `the batch of the samples ${listed(indices)}: `
    return new ItemError(`${which}${reason}`, { index: indices[0]!, code, attempt, cause, noun: 'sample' })
  }
}

function received(value: unknown): Fetched {
  return (value instanceof HandedOver ? value.value : value) as Fetched
}

const nothing = (): Fetched => ({ batch: undefined, count: 0, buffers: [], times: {}, skipped: [], warnings: [] })

function sampleError(index: number, code: string, cause: unknown, attempt = 1): ItemError {
  return new ItemError(reasonOf(cause), { index, code, attempt, cause, noun: 'sample' })
}

function indexOf(single: BatchItem): number {
  return typeof single === 'number' ? single : 'indices' in single ? single.indices[0]! : single.first
}

/** A batch of these batches of one. Samples of a stream keep their neighbours' order, not their ordinals. */
function joined(singles: readonly BatchItem[]): BatchItem {
  const [first] = singles
  if (typeof first === 'object' && 'samples' in first) {
    return {
      samples: singles.flatMap((single) => (typeof single === 'object' && 'samples' in single ? single.samples : [])),
      first: first.first,
    }
  }
  return { indices: singles.map(indexOf) }
}

function listed(indices: readonly number[]): string {
  return indices.length > 8 ? `${indices.slice(0, 8).join(', ')}, ... (${indices.length})` : indices.join(', ')
}
