import type { Work } from '../core/executor.ts'
import type { ItemError } from '../core/item-error.ts'
import type { Items } from './source.ts'
import type { Pool } from './pool.ts'

/** One call as the engine takes it; the faces fill in every default. */
export interface Call {
  items: Items<unknown>
  /** Where it runs first. */
  place: Place
  ordered: boolean
  /** After a failure nothing new is started; the face throws it when it comes to it. */
  failFast: boolean
  /** Items per message; undefined lets the engine measure. */
  chunkSize?: number | undefined
  /** Milliseconds an item may take. */
  timeout?: number | undefined
  /** How often a failed item is tried again. */
  retries: number
  seed: number
  /** How many items may be ahead of the consumer, at most. */
  maxAhead?: number | undefined
  /** So many may be ahead beside twice what is in flight, where `maxAhead` does not say less. Default 256. */
  minAhead?: number | undefined
  /** Finished values that wait for the consumer hold about so many bytes at the most, plus what is in flight. Default 64 MiB. */
  maxWaitingBytes?: number | undefined
  /** Buffers that the consumer is done with; they go back to the workers with the next chunks. */
  spares?: ArrayBuffer[] | undefined
  signal?: AbortSignal | undefined
  /** The function or task, by which measurements are remembered. */
  key: object
  /** It has a setup or a teardown, so workers must be told when the call is over. */
  keepsState: boolean
  automatic?: Automatic | undefined
  listener: Listener
}

/** Workers of one kind. */
export interface Place {
  pool: Pool
  numWorkers: number
  work: Work
}

/** Automatic mode: the call starts in place and moves to workers when that pays. */
export interface Automatic {
  /** Called between chunks with the milliseconds that the items done so far have run; returns where to move on to, once. */
  decide(progress: { done: number; remaining: number | undefined; busy: number }): Place | undefined
  /** The move did not work out (threads are forbidden, say); the call goes on in place. */
  failed(reason: string): void
}

export interface Printer {
  print(stream: 'stdout' | 'stderr', text: string): void
  /** Ends a line that was left open: the item that wrote it is done, or its worker is gone. */
  flush(): void
}

export interface Listener {
  /** One for each worker, so that lines stay whole. */
  openPrinter(): Printer
  warn(index: number, message: string): void
  settled(done: number, failed: number): void
}

/** The next outcomes, in a run of neighbouring indices. */
export interface Block {
  first: number
  /** Nothing to go by where the item failed. */
  values: ArrayLike<unknown>
  /** The failures among them by index. */
  errors?: Map<number, ItemError> | undefined
}
