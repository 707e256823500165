import { type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { type ErrorRecord, reasonOf, recordError } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import type { Job, JobContext, Outputs } from '../core/job.ts'
import { randomOf } from '../core/random.ts'
import type { Output } from '../core/sink.ts'
import type { Context } from '../core/task.ts'
import { contextInPlace } from '../dataset/context.ts'
import type { Dataset } from '../dataset/dataset.ts'
import type { InPlace } from '../dataset/in-place.ts'
import { TRANSIENT_ERRORS } from '../sinks/durable.ts'
import { ItemOutputs, type Store, WriteError } from './item-outputs.ts'
import type { DoneEntry, InputFile } from './journal.ts'
import { labelOf, pathOf, stemOf } from './names.ts'
import { metadataText } from './schema.ts'

/** An item on its way to a worker: its number where workers have the dataset, else the item itself. */
export type RunItem = number | { ordinal: number; item: unknown }

/** What became of an item, on its way to the main thread. */
export type ItemResult =
  | {
      ordinal: number
      outputs: Output[]
      /** The folder of the item's own that its outputs lie in. */
      stem: string | undefined
      /** The rest of the item's line in the journal. */
      entry: Omit<DoneEntry, 'outputs' | 'metadata'>
      /** As JSON. */
      metadata: string | undefined
      warnings: string[]
      failure?: undefined
    }
  | { ordinal: number; failure: ItemFailure; warnings: string[] }

export interface ItemFailure {
  stage: string
  code: string
  message: string
  attempt: number
  label: string | undefined
  print: number | undefined
  error: ErrorRecord
}

/** How items of a run are treated, as it travels. */
export interface RunRules extends Pick<Store, 'flush'> {
  seed: number
  retries: number
  layout: 'stem' | 'own'
  root: string | undefined
}

export interface RunnerParts {
  job: Pick<Job, 'run' | 'schema'>
  params: unknown
  state: unknown
  dataset: Dataset | undefined
  /** What items go through first: the maps of a stream. */
  maps: InPlace | undefined
  folder: string | undefined
  rules: RunRules
}

/** Tries of what passes by itself, where the user does not ask for more. */
const TRANSIENT_RETRIES = 4
/** The pause before the second try, in milliseconds; each further one is twice as long. */
const BACK_OFF = 100
const NETWORK_ERRORS = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
])
/** To try again would give the same. */
const PERMANENT_ERRORS = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EISDIR',
  'ENOTDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EIO',
])

/** Runs items of a job one after the other, in a worker or in place. Whatever an item does is in its result. */
export class ItemRunner {
  readonly #parts: RunnerParts

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  async run(item: RunItem, call: Context<unknown, unknown>): Promise<ItemResult> {
    const { retries } = this.#parts.rules
    const ordinal = typeof item === 'number' ? item : item.ordinal
    const warnings: string[] = []
    for (let tries = 0; ; tries++) {
      const attempt = new Attempt(this.#parts, call, ordinal, call.attempt + tries, warnings)
      try {
        return await attempt.run(item)
      } catch (thrown) {
        attempt.outputs?.discard()
        const codes = codesOf(thrown)
        const code = codes[0] ?? 'ITEM_FAILED'
        const transient = codes.some((each) => TRANSIENT_ERRORS.has(each) || NETWORK_ERRORS.has(each))
        const permanent =
          PERMANENT_ERRORS.has(code) || thrown instanceof MillraceError || attempt.stage === 'write' || attempt.stage === 'metadata'
        const more = tries < (transient ? Math.max(retries, TRANSIENT_RETRIES) : permanent ? 0 : retries)
        if (!more || call.signal.aborted) return { ordinal, failure: attempt.failure(thrown, code), warnings }
        if (transient) await wait(BACK_OFF * 2 ** tries, undefined, { signal: call.signal }).catch(() => {})
      }
    }
  }
}

/** One try of an item. */
class Attempt implements JobContext<unknown, unknown> {
  readonly ordinal: number
  readonly attempt: number
  /** What it is at. */
  stage = 'read'
  readonly #parts: RunnerParts
  readonly #call: Context<unknown, unknown>
  readonly #warnings: string[]
  #item: unknown
  #print: number | undefined
  #made: ItemOutputs | undefined
  #random: (() => number) | undefined

  constructor(parts: RunnerParts, call: Context<unknown, unknown>, ordinal: number, attempt: number, warnings: string[]) {
    this.#parts = parts
    this.#call = call
    this.ordinal = ordinal
    this.attempt = attempt
    this.#warnings = warnings
  }

  get params(): unknown {
    return this.#parts.params
  }

  get state(): unknown {
    return this.#parts.state
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  get random(): () => number {
    return (this.#random ??= randomOf(this.#parts.rules.seed, 0, this.ordinal))
  }

  get warn(): (message: string) => void {
    return (message) => void this.#warnings.push(message)
  }

  get outputs(): Outputs & { discard(): void } {
    return this.#made!
  }

  async run(given: RunItem): Promise<ItemResult> {
    const { job, dataset, maps, rules, folder } = this.#parts
    const { ordinal, attempt } = this
    const started = performance.now()
    let item = typeof given === 'number' ? await dataset!.get(given, contextInPlace(rules.seed, 0, ordinal)) : given.item
    const print = (this.#print = printOf(item))
    if (maps !== undefined) item = await maps.run(item, ordinal, contextInPlace(rules.seed, 0, ordinal))
    this.#item = item
    const input = inputFile(item)
    const stem = rules.layout === 'own' ? undefined : stemOf(item, ordinal, rules.root)
    const made = (this.#made = new ItemOutputs(stem === undefined ? '' : `${stem}/`, { folder, flush: rules.flush }))
    this.stage = 'run'
    const returned = (await job.run(item, ordinal, this)) as unknown
    this.stage = 'write'
    await made.end()
    this.stage = 'metadata'
    const metadata = await metadataText(returned, job.schema)
    this.stage = 'read'
    if (input !== undefined) checkUnchanged(input)
    const entry: Omit<DoneEntry, 'outputs' | 'metadata'> = { attempt, ms: Math.round((performance.now() - started) * 100) / 100 }
    if (input !== undefined) entry.input = input
    if (print !== undefined) entry.item = print
    return { ordinal, outputs: made.made, stem, entry, metadata, warnings: this.#warnings }
  }

  failure(thrown: unknown, code: string): ItemFailure {
    const error = recordError(thrown)
    const stage = (thrown as { stage?: unknown } | null | undefined)?.stage === 'write' ? 'write' : this.stage
    const message = thrown instanceof MillraceError || thrown instanceof WriteError ? thrown.message : reasonOf(thrown)
    return { stage, code, message, attempt: this.attempt, label: labelOf(this.#item), print: this.#print, error }
  }
}

/** CRC-32 of an item, to know it again; undefined for one that can't be written down. */
export function printOf(item: unknown): number | undefined {
  try {
    return crc32(typeof item === 'string' ? item : serialize(item))
  } catch {
    return undefined
  }
}

/** The file that an item is about, if it is one. */
function inputFile(item: unknown): InputFile | undefined {
  const path = pathOf(item)
  const stats = path === undefined || path.length > 4096 ? undefined : statOf(path)
  if (stats?.isFile() !== true) return undefined
  return { path: resolve(path!), size: stats.size, mtimeMs: stats.mtimeMs }
}

export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // A text that can't be a path.
  }
}

/** One that is gone was perhaps taken away by the job itself; one that is another now was perhaps read in part. */
function checkUnchanged({ path, size, mtimeMs }: InputFile): void {
  const now = statOf(path)
  if (now === undefined || (now.size === size && now.mtimeMs === mtimeMs)) return
  throw new MillraceError('INPUT_CHANGED', `${path} changed while the item ran.`)
}

/** The codes of an error and of what caused it. */
function codesOf(thrown: unknown): string[] {
  const codes: string[] = []
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const { code } = error as { code?: unknown }
    if (typeof code === 'string') codes.push(code)
  }
  return codes
}
