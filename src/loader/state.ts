import { MillraceError } from '../core/errors.ts'
import type { StreamPosition } from './batches.ts'

/** Where a loader stands, as plain JSON: what `loader.state()` gives and the option `state` takes. */
export interface LoaderState {
  version: 1
  seed: number
  /** The pass over the dataset, from 0. */
  epoch: number
  /** How many of its batches were delivered, from the first on. */
  batches: number
  /** With `inOrder: false`: those delivered beyond. */
  beyond?: number[]
  /** Of a stream: where it stands behind those batches. */
  stream?: StreamPosition
  /** What must be the same for the order to be the same. */
  batchSize: number | null
  length?: number
  /** The class of the sampler, where there is one. */
  sampler?: string
}

/** Follows what is delivered of an epoch. */
export class Position {
  epoch: number
  batches: number
  readonly #beyond: Set<number>
  /** Where the stream stands behind each batch that was not delivered yet. */
  readonly streamAfter: Map<number, StreamPosition> = new Map()
  stream: StreamPosition | undefined

  constructor(epoch: number, from?: LoaderState) {
    this.epoch = epoch
    this.batches = from?.batches ?? 0
    this.#beyond = new Set(from?.beyond)
    this.stream = from?.stream
  }

  /** Whether an earlier program has had this batch. */
  isDelivered(batch: number): boolean {
    return batch < this.batches || this.#beyond.has(batch)
  }

  delivered(batch: number): void {
    this.#beyond.add(batch)
    while (this.#beyond.delete(this.batches)) {
      this.stream = this.streamAfter.get(this.batches) ?? this.stream
      this.streamAfter.delete(this.batches++)
    }
  }

  toState(loader: Pick<LoaderState, 'seed' | 'batchSize' | 'length' | 'sampler'>): LoaderState {
    const state: LoaderState = { version: 1, epoch: this.epoch, batches: this.batches, ...loader }
    if (this.#beyond.size > 0) state.beyond = [...this.#beyond].sort((a, b) => a - b)
    if (this.stream !== undefined && this.batches > 0) state.stream = this.stream
    return state
  }
}

/** Refuses a state that another loader has given: continued here it would give other samples. */
export function checkState(
  state: LoaderState,
  loader: { seed: number | undefined; batchSize: number | null; length?: number; sampler?: string },
): void {
  const valid =
    typeof state === 'object' &&
    state !== null &&
    state.version === 1 &&
    Number.isSafeInteger(state.seed) &&
    [state.epoch, state.batches].every((count) => Number.isSafeInteger(count) && count >= 0)
  if (!valid) throw new MillraceError('BAD_STATE', 'state must be what loader.state() gave (version 1).')
  const differ = (what: string, now: unknown, then: unknown): never => {
    throw new MillraceError(
      'BAD_STATE',
      `The state is of a loader with ${what} ${String(then)}; this one has ${String(now)}, so its batches would be others. Make the loader as it was, or leave state out.`,
    )
  }
  if (loader.seed !== undefined && loader.seed !== state.seed) differ('seed', loader.seed, state.seed)
  if (loader.batchSize !== state.batchSize) differ('batchSize', loader.batchSize, state.batchSize)
  if (loader.sampler !== state.sampler) differ('the sampler', loader.sampler ?? 'none', state.sampler ?? 'none')
  if (loader.length !== state.length) differ('a dataset of', loader.length ?? 'unknown length', state.length ?? 'unknown length')
}
