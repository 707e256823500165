import { rmSync } from 'node:fs'
import { reviveError } from '../core/error-record.ts'
import { ItemError } from '../core/item-error.ts'
import type { Committed, Sink } from '../core/sink.ts'
import { keyOf, FOLDER, OWN } from './claims.ts'
import type { ItemFailure, ItemResult } from './item-runner.ts'
import type { Journal } from './journal.ts'
import type { Line } from './journal-lines.ts'
import type { JobOutcome } from './options.ts'
import { DONE, FAILED, VOIDED } from './run-index.ts'

type Made = Extract<ItemResult, { outputs: unknown }>

/** Makes what items made lasting, batch by batch: outputs first, then the lines that say so. Only the main thread does. */
export class Committer {
  readonly #sink: Sink
  readonly #journal: Journal

  constructor(sink: Sink, journal: Journal) {
    this.#sink = sink
    this.#journal = journal
  }

  async commit(results: readonly ItemResult[]): Promise<JobOutcome[]> {
    const batch = new Batch(this.#sink, this.#journal)
    for (const result of results) batch.add(result)
    return await batch.commit()
  }
}

class Batch {
  readonly #sink: Sink
  readonly #journal: Journal
  readonly #made = new Map<number, Made>()
  readonly #failed = new Map<number, ItemFailure>()
  /** Names of what was made earlier and is not wanted any more. */
  readonly #stale: string[] = []

  constructor(sink: Sink, journal: Journal) {
    this.#sink = sink
    this.#journal = journal
  }

  add(result: ItemResult): void {
    const { ordinal } = result
    if (result.failure !== undefined) return this.#fail(ordinal, result.failure)
    const clash = this.#clashOf(result)
    if (clash !== undefined) {
      discard(result)
      return this.#fail(ordinal, clash)
    }
    this.#replace(ordinal)
    this.#made.set(ordinal, result)
    for (const { name } of result.outputs) this.#journal.claims.add(name, ordinal)
  }

  async commit(): Promise<JobOutcome[]> {
    const committed: Committed[] = []
    const lines: Line[] = []
    const outcomes: JobOutcome[] = []
    for (const [ordinal, { outputs, stem, entry, metadata }] of this.#made) {
      committed.push(stem === undefined ? { ordinal, outputs } : { ordinal, stem, outputs })
      const told = outputs.map(({ name, size, crc }) => ({ name, size, crc }))
      const rest = JSON.stringify(entry).slice(1, -1)
      const json = `{"outputs":${JSON.stringify(told)},${rest}${metadata === undefined ? '' : `,"metadata":${metadata}`}}`
      lines.push({ ordinal, kind: 'done', json })
      outcomes.push({ index: ordinal, outputs: told, metadata: metadata === undefined ? undefined : (JSON.parse(metadata) as unknown) })
    }
    for (const [ordinal, failure] of this.#failed) {
      const { stage, code, message, label, print } = failure
      const attempt = failure.attempt + this.#attemptsBefore(ordinal)
      lines.push({ ordinal, kind: 'fail', json: JSON.stringify({ stage, code, message, attempt, label, item: print }) })
      const cause = reviveError(failure.error)
      outcomes.push({ index: ordinal, error: new ItemError(message, { index: ordinal, item: label, stage, code, attempt, cause }) })
    }
    // What is taken away comes first: whoever is killed in between finds it to do again, and does the same.
    const stale = this.#stale.filter((name) => this.#journal.claims.owner(name) === undefined)
    if (stale.length > 0) await this.#sink.remove?.(stale)
    const moved = committed.length > 0 || stale.length > 0
    const position = moved ? await this.#sink.commit(committed) : undefined
    await this.#journal.append(lines, { position, time: Date.now() })
    return outcomes
  }

  #fail(ordinal: number, failure: ItemFailure): void {
    this.#replace(ordinal)
    this.#failed.set(ordinal, failure)
  }

  /** What an earlier run made of the item is no longer wanted. */
  #replace(ordinal: number): void {
    if (this.#journal.index.status(ordinal) === VOIDED) this.#stale.push(...this.#journal.release(ordinal))
  }

  #attemptsBefore(ordinal: number): number {
    return this.#journal.index.status(ordinal) === FAILED ? (this.#journal.read(ordinal).attempt ?? 0) : 0
  }

  /**
   * Two items that make the same file: the one that comes first in the input has it, whichever was quicker, so that it does not depend
   * on chance.
   */
  #clashOf(result: Made): ItemFailure | undefined {
    const { claims } = this.#journal
    const evicted = new Set<number>()
    for (const { name } of result.outputs) {
      const owner = claims.owner(name)
      if (owner === undefined || owner === result.ordinal) continue
      if (owner < result.ordinal || this.#sink.ordered) return clash(result.entry, name, owner)
      evicted.add(owner)
    }
    for (const owner of evicted) this.#evict(owner, result)
    return undefined
  }

  #evict(ordinal: number, by: Made): void {
    const { claims, index } = this.#journal
    const mine = this.#made.get(ordinal)
    const names = mine === undefined ? this.#journal.release(ordinal) : mine.outputs.map(({ name }) => name)
    if (mine !== undefined) {
      for (const name of names) claims.remove(name)
      this.#made.delete(ordinal)
      discard(mine)
    } else if (index.status(ordinal) === DONE) this.#stale.push(...names)
    else return // It is to run again anyway.
    const taken = new Set(by.outputs.map(({ name }) => keyOf(name)))
    const shared = names.find((name) => taken.has(keyOf(name))) ?? names[0]!
    this.#failed.set(ordinal, clash(mine?.entry ?? { attempt: 1, ms: 0 }, shared, by.ordinal))
  }
}

function clash({ attempt, input, item }: Made['entry'], name: string, owner: number): ItemFailure {
  const who =
    owner === OWN ? 'is a file of the run itself' : owner === FOLDER ? 'is a folder of other items' : `is made by item ${owner} too`
  const message = `${JSON.stringify(name)} ${who}. Inputs of one name in different folders keep these with --keep-folders (root).`
  return { stage: 'write', code: 'OUTPUT_CLASH', message, attempt, label: input?.path, print: item, error: { name: 'Error', message } }
}

function discard({ outputs }: Made): void {
  for (const { file } of outputs) if (file !== undefined) rmSync(file, { force: true })
}
