import { duration } from '../core/duration.ts'
import { type ItemError, type JobOptions, MillraceError, runJob } from '../index.ts'
import { splitJob } from '../recipes/split-job.ts'
import type { SplitPlan } from '../recipes/split.ts'
import { interruptible } from './interrupt.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

export interface SplitRunFlags {
  workers?: number
  maxFailures?: number
  redoChanged?: boolean
  restart?: boolean
  durability?: NonNullable<JobOptions['durability']>
  json?: boolean
  quiet?: boolean
}

/** So many failures are told at the end; `failures.jsonl` has them all. */
const TOLD = 5

/** Runs a plan with progress and says what came of it. Returns the exit code. */
export async function runAndTell(plan: SplitPlan, out: string, flags: SplitRunFlags): Promise<number> {
  const { workers, maxFailures, redoChanged = false, restart = false, durability, json = false, quiet = false } = flags
  const interruption = interruptible()
  const failures: { item: string; stage: string; code: string; message: string }[] = []
  let clips = 0
  try {
    const run = runJob(splitJob, {
      input: plan.items,
      params: plan.settings,
      out,
      signal: interruption.signal,
      progress: !quiet,
      onChange: restart ? 'restart' : redoChanged ? 'redo' : 'refuse',
      ...(workers !== undefined && { numWorkers: workers }),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(durability !== undefined && { durability }),
    })
    for await (const { index, error, outputs } of run) {
      if (error === undefined) clips += outputs.length
      else if (json || failures.length < TOLD) failures.push(failureOf(plan, index, error))
    }
    const summary = await run.summary
    const { done, failed, skipped, stopped, elapsed } = summary
    if (!quiet) {
      const early = stopped === undefined ? '' : stopped === 'signal' ? 'Ended early: ' : 'Stopped at a number of failures: '
      const before = skipped === 0 ? '' : `, ${count(skipped)} settled before`
      say(
        `${early}${count(clips)} clips of ${count(done)} recordings, ${count(failed)} failed${before}, in ${duration(elapsed)}. Outputs: ${pathFor(out)}`,
      )
    }
    const earlier = summary.totalFailed - failed
    if (earlier > 0 && !quiet) say(`  failed before: ${count(earlier)}. To try them again: millrace retry ${pathFor(out)}`)
    for (const { item, code, message } of failures.slice(0, TOLD)) say(`  failed: ${pathFor(item)} (${code}): ${printable(message)}`)
    const exitCode = interruption.exitCode ?? (summary.totalFailed > 0 ? EXIT.someFailed : EXIT.done)
    if (json) {
      const { elapsed: _, numWorkers, ...counts } = summary
      const result = { ...counts, clips, elapsedMs: Math.round(elapsed), workers: numWorkers, exitCode, settings: plan.settings, failures }
      answer(`${JSON.stringify(result, undefined, 2)}\n`)
    }
    return exitCode
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode
    if (!(error instanceof MillraceError)) throw error
    const code = error.code === 'LOCKED' ? BUSY : error.code === 'OUTPUT_FAILED' ? EXIT.disk : undefined
    if (code === undefined) throw error
    say(`millrace: ${printable(error.message)}`)
    return code
  } finally {
    interruption.release()
  }
}

/** sysexits' EX_TEMPFAIL. */
const BUSY = 75

function failureOf(
  { items }: SplitPlan,
  index: number,
  { stage, code, cause, reason }: ItemError,
): { item: string; stage: string; code: string; message: string } {
  const { file, name = '' } = items[index]!
  const own = (cause as { code?: unknown } | undefined)?.code
  const message = reason.replace(/^MillraceError: /, '')
  return {
    item: file ?? name,
    stage,
    code: typeof own === 'string' ? own : code,
    message: file === undefined ? message : message.replace(`${file}: `, ''),
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
