import { duration } from '../core/duration.ts'
import type { Job } from '../core/job.ts'
import { type ItemError, type JobOptions, type JobSummary, MillraceError, type Progress, runJob } from '../index.ts'
import { interruptible } from './interrupt.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

export interface TellFlags {
  json?: boolean
  log?: 'text' | 'json'
  quiet?: boolean
}

/** So many failures are told at the end; `failures.jsonl` and `millrace status` have them all. */
const TOLD = 5

interface Failure {
  index: number
  item: unknown
  stage: string
  code: string
  message: string
}

/**
 * Runs a job with progress, and says what came of it: on stderr for people (or with `--log json` a line of JSON for each event), with
 * `--json` on stdout for programs. Sets the exit code.
 */
export async function runAndTell(job: Job, options: JobOptions, flags: TellFlags): Promise<void> {
  const { json = false, log = 'text', quiet = false } = flags
  const interruption = interruptible()
  const failures: Failure[] = []
  const event = (name: string, fields: object): void => say(JSON.stringify({ event: name, time: Date.now(), ...fields }))
  const target = typeof options.out === 'string' ? options.out : options.out.target
  interruption.signal.addEventListener('abort', () => {
    if (log === 'text') say('Finishing what is in flight; once more to stop now.')
  })
  try {
    const run = runJob(job, {
      ...options,
      signal: interruption.signal,
      progress: log === 'json' ? throttled((progress) => event('progress', progress)) : !quiet,
    })
    for await (const { error } of run) {
      if (error === undefined) continue
      const failure = failureOf(error)
      if (log === 'json') event('failed', failure)
      if (json || failures.length < TOLD) failures.push(failure)
    }
    const summary = await run.summary
    const exitCode = interruption.exitCode ?? (summary.totalFailed > 0 ? EXIT.someFailed : EXIT.done)
    process.exitCode = exitCode
    if (log === 'json') event('end', { ...summary, exitCode })
    else tell(summary, failures, target, quiet)
    if (json) {
      const { elapsed, numWorkers, ...counts } = summary
      answer(`${JSON.stringify({ ...counts, elapsedMs: Math.round(elapsed), workers: numWorkers, exitCode, failures }, undefined, 2)}\n`)
    }
  } catch (error) {
    const code = exitCodeOf(error)
    if (code === undefined) throw error
    process.exitCode = code
    if (log === 'json') event('error', { code: (error as MillraceError).code, message: (error as Error).message, exitCode: code })
    else say(`millrace: ${printable((error as Error).message)}`)
  } finally {
    interruption.release()
  }
}

/** Errors that have a code of their own for the shell. */
export function exitCodeOf(error: unknown): number | undefined {
  if (!(error instanceof MillraceError)) return undefined
  return { LOCKED: EXIT.locked, OUTPUT_FAILED: EXIT.disk }[error.code]
}

function tell(
  { done, failed, skipped, totalFailed, stopped, elapsed, numWorkers }: JobSummary,
  failures: readonly Failure[],
  out: string,
  quiet: boolean,
): void {
  const where = numWorkers === 0 ? 'in place' : `on ${numWorkers} workers`
  const before = skipped === 0 ? '' : `, ${number(skipped)} settled before`
  const early = stopped === undefined ? '' : 'Ended early: '
  if (!quiet)
    say(`${early}${number(done)} done, ${number(failed)} failed${before}, in ${duration(elapsed)} ${where}. Outputs: ${pathFor(out)}`)
  for (const { item, index, code, message } of failures) {
    say(`  failed: ${typeof item === 'string' ? pathFor(item) : `item ${index}`} (${code}): ${printable(message)}`)
  }
  if (quiet) return
  if (stopped !== undefined) say(`  To go on: the same command.${stopped === 'failures' ? ' It was ended by --max-failures.' : ''}`)
  else if (totalFailed > 0)
    say(`  All ${number(totalFailed)} failures: millrace status ${pathFor(out)}. To try them again: millrace retry ${pathFor(out)}`)
}

function failureOf({ index, item, stage, code, reason }: ItemError): Failure {
  return { index, item: typeof item === 'string' ? item : undefined, stage, code, message: reason }
}

/** An event a second is enough for a log. */
function throttled(show: (progress: Progress) => void): (progress: Progress) => void {
  let last = 0
  return (progress) => {
    const now = performance.now()
    if (now - last < 1000 && progress.done !== progress.total) return
    last = now
    show(progress)
  }
}

const number = (value: number): string => value.toLocaleString('en-US')
