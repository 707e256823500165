import { createHash, type Hash } from 'node:crypto'
import { MillraceError } from '../core/errors.ts'
import { Dataset } from '../dataset/dataset.ts'
import { IterableDataset, peelMaps } from '../dataset/iterable.ts'
import { Pass } from '../dataset/position.ts'
import { packParcel, type Parcel } from '../dataset/travel.ts'
import type { WorkerInput } from './item-task.ts'

/** The items of a run. */
export interface RunInput {
  /** Where items are taken on the main thread; of a dataset workers fetch them by number. */
  items: readonly unknown[] | Iterable<unknown> | AsyncIterable<unknown> | undefined
  worker: WorkerInput
  /** How many, where that is known. */
  length: number | undefined
  /** For messages. */
  name: string
}

/** Understands what may be given as input. */
export function inputOf(given: unknown): RunInput {
  if (given instanceof Dataset) {
    return { items: undefined, worker: { dataset: given, maps: [] }, length: given.length, name: given.constructor.name }
  }
  if (given instanceof IterableDataset) {
    const { source, maps } = peelMaps(given)
    return { items: new Pass(source, { epoch: 0, seed: 0 }), worker: { maps }, length: given.length, name: given.constructor.name }
  }
  if (Array.isArray(given)) return { items: given, worker: { maps: [] }, length: given.length, name: 'list' }
  if (typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given)) {
    const { size } = given as { size?: unknown }
    const length = given instanceof Set || given instanceof Map ? (size as number) : undefined
    return { items: given as Iterable<unknown>, worker: { maps: [] }, length, name: 'iterable' }
  }
  const received =
    typeof given === 'string' ? `the text ${JSON.stringify(given.slice(0, 60))} (files() makes a dataset of paths)` : String(given)
  throw new MillraceError(
    'BAD_ARGUMENT',
    `A job's input is an array, an iterable, a Dataset or an IterableDataset, but received ${received}.`,
  )
}

/** Digest of a list or dataset as it would travel; undefined for what can only be read from the front, or can't travel. */
export function digestOf({ items, worker, name }: RunInput): string | undefined {
  if (items !== undefined && !Array.isArray(items)) return undefined
  try {
    const hash = createHash('sha256')
    hashParcel(packParcel(items ?? worker.dataset, name, false), hash)
    return hash.digest('hex').slice(0, 32)
  } catch {
    return undefined
  }
}

function hashParcel({ bytes, parts }: Parcel, hash: Hash): void {
  hash.update(bytes)
  for (const { path, part } of parts) {
    hash.update(JSON.stringify([path, part.kind]))
    if (part.kind === 'object') hash.update(part.class.name)
    else if (part.kind === 'task') hashParcel(part.params, hash)
    else if (part.kind === 'source') hash.update(part.source)
    else if (part.kind === 'strings') hash.update(part.list.bytes).update(part.list.ends)
  }
}
