import { MillraceError } from '../core/errors.ts'
import type { IterableDataset } from '../dataset/iterable.ts'
import { Pass, type Position } from '../dataset/position.ts'
import type { BatchSamplerLike, Epoch, Sampler } from '../dataset/sampler.ts'
import type { Items } from '../engine/source.ts'
import type { BatchItem } from './fetch.ts'

/** The batches of an epoch as the engine takes them. */
export interface Batches {
  items: Items<BatchItem>
  /** How many there are from here on, where that is known. */
  total?: number | undefined
  /** The order of the samples, where batches have numbers. */
  order?: Uint32Array | undefined
  /** How many samples the epoch has, where batches have numbers. */
  length: number
}

export interface BatchRule {
  batchSize: number | null
  dropLast: boolean
}

/** Batches by number: which samples they hold follows from the order. */
export function numberedBatches(length: number, order: Uint32Array | undefined, from: number, rule: BatchRule): Batches {
  const count = batchCount(length, rule)
  const items = Uint32Array.from({ length: Math.max(0, count - from) }, (_, i) => from + i)
  return { items, total: items.length, order, length }
}

/** How many batches so many samples make. */
export function batchCount(length: number, { batchSize, dropLast }: BatchRule): number {
  if (batchSize === null) return length
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize)
}

/** The whole order of an epoch, where its sampler says how long it is; else undefined: it must be pulled. */
export function wholeOrder(sampler: Sampler, epoch: Epoch, shared: boolean): Uint32Array | undefined {
  const indices = sampler.indices(epoch)
  if (ArrayBuffer.isView(indices) || Array.isArray(indices)) return toOrder(indices as ArrayLike<number>, shared)
  if (sampler.length === undefined) return undefined
  const list: number[] = []
  for (const index of indices) {
    // One that gives more than it says may be endless.
    if (list.length === sampler.length) break
    list.push(index)
  }
  return toOrder(list, shared)
}

function toOrder(indices: ArrayLike<number>, shared: boolean): Uint32Array {
  const bytes = 4 * indices.length
  const order = new Uint32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
  // A negative or fractional index would turn into another one.
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (!(index >= 0 && index <= 0xffffffff && Number.isInteger(index))) {
      throw new MillraceError('BAD_INDEX', `A sampler gives indices, whole numbers from 0 on; number ${i} is ${String(index)}.`)
    }
    order[i] = index
  }
  return order
}

/** Batches of a sampler that does not say how long it is. */
export function* pulledBatches(sampler: Sampler, epoch: Epoch, from: number, { batchSize, dropLast }: BatchRule): Generator<BatchItem> {
  const size = batchSize ?? 1
  let skip = from * size
  let batch: number[] = []
  for (const index of sampler.indices(epoch)) {
    if (skip-- > 0) continue
    batch.push(index)
    if (batch.length < size) continue
    yield { indices: batch }
    batch = []
  }
  if (batch.length > 0 && !dropLast) yield { indices: batch }
}

/** Batches as the user's batch sampler makes them. */
export function* sampledBatches(
  sampler: BatchSamplerLike | readonly (readonly number[])[],
  epoch: Epoch,
  from: number,
): Generator<BatchItem> {
  let skip = from
  const batches = 'batches' in sampler ? sampler.batches(epoch) : sampler
  for (const indices of batches) if (skip-- <= 0) yield { indices: [...indices] }
}

/** Where a stream stands, as it goes into the loader's state. */
export interface StreamPosition {
  /** How many samples were taken from it. */
  samples: number
  position: Position
}

/**
 * Batches of a stream. `onBatch` is told where the stream stands behind each.
 *
 * @param from Where to go on. A stream that says where it stands continues there; another one is read again up to there.
 */
export async function* streamedBatches(
  source: IterableDataset,
  epoch: Epoch,
  from: StreamPosition | undefined,
  { batchSize, dropLast }: BatchRule,
  onBatch: (position: StreamPosition) => void,
): AsyncGenerator<BatchItem, void, undefined> {
  const pass = new Pass(source, epoch, from?.position)
  let ordinal = from?.samples ?? 0
  let batch: unknown[] = []
  const taken = (): BatchItem => {
    onBatch({ samples: ordinal, position: pass.position() })
    const item = { samples: batch, first: ordinal - batch.length }
    batch = []
    return item
  }
  for await (const sample of pass) {
    batch.push(sample)
    ordinal++
    if (batch.length === (batchSize ?? 1)) yield taken()
  }
  if (batch.length > 0 && !dropLast) yield taken()
}
