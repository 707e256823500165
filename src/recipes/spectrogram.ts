import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import type { ItemError } from '../core/item-error.ts'
import { availableCpus, bind, parallel, type ProgressOption } from '../index.ts'
import { findInputs, SOUNDS } from './inputs.ts'
import { checkClashes, outputNamer } from './output-names.ts'
import { presets, resolveSettings, type SpectrogramOptions, type SpectrogramSettings } from './spectrogram-settings.ts'
import { type SpectrogramItem, spectrogramTask, type Stage } from './spectrogram-task.ts'
import { makeFolder } from './whole-file.ts'

/** So few are done before workers have started. */
const WORTH_WORKERS = 33
/** A disk that says so once says it for every file. */
const DISK_ERRORS = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'])

export interface PlanOptions extends SpectrogramOptions {
  /** The folder for the outputs. */
  out: string
  /** How outputs are named; see `outputNamer`. Default `{stem}.png`, or `{stem}.npy`. */
  name?: string
  /** The files of a folder's folders too. Default true. */
  recursive?: boolean
  /** Only so many inputs, the first ones. */
  limit?: number
}

/** A run as plain data. Paths are absolute. */
export interface SpectrogramPlan {
  out: string
  settings: SpectrogramSettings
  items: SpectrogramItem[]
}

export interface Failure {
  input: string
  output: string
  /** `worker` when not the item's own code failed but what it ran in (out of memory, killed). */
  stage: Stage | 'worker'
  code: string
  message: string
}

export interface RunOptions {
  /** Default: the CPUs this process may use. Few inputs are done in place. */
  numWorkers?: number
  /** What a failed input does to the others. Default `continue`. */
  onError?: 'stop' | 'continue'
  signal?: AbortSignal
  progress?: ProgressOption
  /** Told of each failure as it happens. */
  onFailure?: (failure: Failure) => void
}

export interface SpectrogramReport {
  made: number
  failed: number
  total: number
  /** Milliseconds. */
  elapsed: number
  /** 0: in place. */
  numWorkers: number
  /** Why the run ended early: its signal, a failure (`onError: 'stop'`) or a disk that takes no more. */
  stopped?: 'signal' | 'failure' | 'disk'
}

/**
 * Decides what a run will do, and does nothing: which files there are, where their outputs go, and every setting. The folders of
 * the inputs are kept below `out`, from the nearest folder that all inputs have in common.
 *
 * @param inputs Folders, files and glob patterns; see `findInputs`.
 * @throws MillraceError `NO_INPUT`, `INPUT_UNREADABLE`, `BAD_OPTION`, `BAD_NAME`, `OUTPUT_CLASH` when two outputs would be one file.
 */
export async function planSpectrograms(inputs: readonly string[], options: PlanOptions): Promise<SpectrogramPlan> {
  const { out, name, recursive = true, limit, ...rest } = options
  const settings = resolveSettings(rest)
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new MillraceError('BAD_OPTION', `limit is a whole number from 1, not ${limit}.`)
  }
  if (!isPreset(settings)) (await import('./spectrogram-steps.ts')).trySettings(settings)
  const found = findInputs(inputs, { recursive, extensions: SOUNDS })
  const taken = limit === undefined ? found : found.slice(0, limit)
  const nameOf = outputNamer(name ?? `{stem}.${settings.format}`, `.${settings.format}`, taken.length)
  const folder = resolve(out)
  const items = taken.map((input, index) => ({ input: input.path, output: join(folder, nameOf(input, index)) }))
  checkClashes(items)
  return { out: folder, settings, items }
}

/** The presets are known to be right; what is changed of them only the audio room can check. */
function isPreset({ preset, sr, cmap, audio }: SpectrogramSettings): boolean {
  return cmap === 'auto' && sr === presets[preset].sr && JSON.stringify(audio) === JSON.stringify(presets[preset].audio)
}

/**
 * Runs a plan. Outputs appear only whole, in place of older ones; no temporary file stays, however the run ends. An input that
 * fails is a `Failure` and costs no other.
 *
 * @throws MillraceError `OUTPUT_UNWRITABLE` before anything is done, when the output folders can't be made or written to.
 */
export async function runSpectrograms(plan: SpectrogramPlan, options: RunOptions = {}): Promise<SpectrogramReport> {
  const { onError = 'continue', signal, progress = false, onFailure } = options
  const { settings, items } = plan
  const total = items.length
  const numWorkers = total < WORTH_WORKERS ? 0 : Math.min(options.numWorkers ?? availableCpus(), total)
  const temporary = join(plan.out, `.tmp-${randomBytes(6).toString('hex')}`)
  prepareFolders(plan, temporary)

  const report: SpectrogramReport = { made: 0, failed: 0, total, elapsed: 0, numWorkers: numWorkers < 2 ? 0 : numWorkers }
  const started = performance.now()
  try {
    const outcomes = parallel.stream(bind(spectrogramTask, { settings, temporary }), items, {
      onError: 'collect',
      ordered: false,
      executor: report.numWorkers === 0 ? 'inline' : 'threads',
      ...(numWorkers > 0 && { numWorkers }),
      progress,
      total,
      ...(signal && { signal }),
    })
    for await (const { index, error } of outcomes) {
      if (error === undefined) {
        report.made++
        continue
      }
      report.failed++
      const failure = failureOf(items[index]!, error)
      onFailure?.(failure)
      if (failure.stage === 'write' && DISK_ERRORS.has(failure.code)) report.stopped = 'disk'
      else if (onError === 'stop') report.stopped = 'failure'
      if (report.stopped !== undefined) break
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error
    report.stopped = 'signal'
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
    report.elapsed = performance.now() - started
  }
  return report
}

/** Makes every folder and tries to write to one, so that what is wrong with all outputs is told at once. */
function prepareFolders({ out, items }: SpectrogramPlan, temporary: string): void {
  const folders = new Set([out])
  for (const { output } of items) folders.add(dirname(output))
  try {
    for (const folder of folders) makeFolder(folder)
    mkdirSync(temporary)
    writeFileSync(join(temporary, 'probe'), '')
  } catch (cause) {
    throw new MillraceError('OUTPUT_UNWRITABLE', `${out} can't be written to: ${(cause as Error).message}.`, { cause })
  }
}

function failureOf({ input, output }: SpectrogramItem, error: ItemError): Failure {
  const { cause } = error
  if (cause instanceof Error && 'stage' in cause && 'code' in cause) {
    return { input, output, stage: cause.stage as Stage, code: String(cause.code), message: cause.message }
  }
  return { input, output, stage: 'worker', code: error.code, message: error.message }
}
