import type { ItemError } from '../core/item-error.ts'
import type { Fetched } from './fetch.ts'

/** How many skipped samples are kept one by one. */
const LISTED = 1000

/** Where the time of an epoch went: of the one that runs, else of the last. Times are milliseconds. */
export interface LoaderStats {
  epoch: number
  batches: number
  samples: number
  /** Since the epoch's first batch was asked for. */
  time: number
  /** The consumer waited for a batch. */
  waitForWorker: number
  /** The loader waited for the consumer to ask. */
  waitForConsumer: number
  /** In workers together: `get` (with its stages, if the dataset times them) and `collate`. */
  stages: Record<string, number>
  /** How many workers made batches; 0: this thread. */
  numWorkers: number
  /** Which part of the time the workers were at work, from 0 to 1. */
  busy: number
  /** Samples left out under `onError: 'skip'`; the first thousand of them. */
  skipped: { count: number; errors: ItemError[] }
  /** What holds the epoch up, in words, and what would help. */
  verdict: string
}

/** Adds up what `LoaderStats` shows. */
export class Meter {
  readonly #epoch: number
  readonly #started = performance.now()
  #ended: number | undefined
  #asked = this.#started
  #batches = 0
  #samples = 0
  #waitForWorker = 0
  #waitForConsumer = 0
  readonly #stages: Record<string, number> = {}
  #skipped = 0
  readonly #errors: ItemError[] = []
  numWorkers = 0
  /** Why there are no workers where there might be. */
  reason: () => string | undefined = () => undefined

  constructor(epoch: number) {
    this.#epoch = epoch
  }

  /** A batch is about to be handed out. Returns when. */
  delivers(): number {
    const now = performance.now()
    this.#waitForWorker += now - this.#asked
    return now
  }

  /** The consumer asks for the next batch, having had the last one since `then`. */
  asked(then: number): void {
    this.#asked = performance.now()
    this.#waitForConsumer += this.#asked - then
  }

  fetched({ count, times }: Pick<Fetched, 'count' | 'times'>): void {
    if (count > 0) this.#batches++
    this.#samples += count
    for (const stage in times) this.#stages[stage] = (this.#stages[stage] ?? 0) + times[stage]!
  }

  skips(error: ItemError): void {
    if (this.#skipped++ < LISTED) this.#errors.push(error)
  }

  /** Samples that are missing must not be missed. */
  tellSkipped(): void {
    const [first] = this.#errors
    if (first === undefined) return
    const others = this.#skipped > 1 ? `${this.#skipped} samples were left out; the first: ` : 'a sample was left out: '
    process.stderr.write(`warning: ${others}${first.message}\n`)
  }

  end(): void {
    this.#ended ??= performance.now()
  }

  stats(): LoaderStats {
    const time = Math.max((this.#ended ?? performance.now()) - this.#started, 1e-6)
    const stages = { ...this.#stages }
    const work = (stages['get'] ?? 0) + (stages['collate'] ?? 0)
    const stats: LoaderStats = {
      epoch: this.#epoch,
      batches: this.#batches,
      samples: this.#samples,
      time,
      waitForWorker: this.#waitForWorker,
      waitForConsumer: this.#waitForConsumer,
      stages,
      numWorkers: this.numWorkers,
      busy: Math.min(1, work / (time * Math.max(1, this.numWorkers))),
      skipped: { count: this.#skipped, errors: [...this.#errors] },
      verdict: '',
    }
    stats.verdict = verdict(stats, this.reason())
    return stats
  }
}

/** A consumer that waits for less of the time than this is kept busy. */
const KEPT_UP = 0.1
/** Workers that are at work for this much of the time have no more to give. */
const FULL = 0.8

function verdict({ batches, time, waitForWorker, stages, numWorkers, busy }: LoaderStats, reason: string | undefined): string {
  if (batches === 0) return 'no batch yet'
  const waits = waitForWorker / time
  const percent = (part: number): string => `${Math.round(100 * part)}%`
  const slowest = slowestStage(stages)
  const where = numWorkers === 0 ? 'this thread' : `${numWorkers} of ${numWorkers} workers`
  const facts = `${where} busy ${percent(busy)}; the consumer waits ${percent(waits)}`
  if (waits < KEPT_UP) return `the loader keeps up: ${facts}`
  if (numWorkers === 0) {
    const help = reason === undefined ? 'workers would share the work: set numWorkers' : `no workers: ${reason}`
    return `${slowest}-bound: ${facts}; ${help}`
  }
  if (busy >= FULL) return `${slowest}-bound: ${facts}; more CPUs, or less work in ${slowest}, would help`
  return `waiting: ${facts}; the workers wait too (for files, or for the main thread): more workers than CPUs, or larger batches, may help`
}

/** `get` is the sum of what the dataset times itself, if it does. */
function slowestStage(stages: Record<string, number>): string {
  const own = Object.keys(stages).filter((stage) => stage !== 'get' && stage !== 'collate')
  const rest = (stages['get'] ?? 0) - own.reduce((sum, stage) => sum + stages[stage]!, 0)
  const named: [string, number][] = [...own.map((stage): [string, number] => [stage, stages[stage]!]), ['collate', stages['collate'] ?? 0]]
  named.push([own.length > 0 ? 'the rest of get' : 'get', rest])
  return named.sort((a, b) => b[1] - a[1])[0]![0]
}
