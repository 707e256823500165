import { type Command, Option } from 'commander'
import { duration } from '../core/duration.ts'
import type { Job } from '../core/job.ts'
import { type ItemError, type JobOptions, MillraceError, runJob } from '../index.ts'
import { wholeNumber } from './arguments.ts'
import { interruptible } from './interrupt.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

/** What every command that runs a job takes. */
export interface JobFlags {
  workers?: number
  maxFailures?: number
  redoChanged?: boolean
  restart?: boolean
  durability?: NonNullable<JobOptions['durability']>
  json?: boolean
  quiet?: boolean
}

/** What a command runs, and how its items are called. */
export interface JobCall<Item, Params> {
  job: Job<Item, any, Params>
  items: readonly Item[]
  params: Params
  out: string
  /** An item as people look for it. */
  nameOf: (item: Item) => string
  /** `pictures`, `recordings`. */
  noun: string
  /** For `json`: what was asked for. */
  settings: unknown
}

export interface Failure {
  item: string
  stage: string
  code: string
  message: string
}

/** So many failures are told at the end; the journal has them all. */
const TOLD = 5

export function jobOptions(command: Command): Command {
  return command
    .optionsGroup('Run:')
    .option('--workers <n>', 'threads (default: the CPUs this process may use)', wholeNumber(0))
    .option('--max-failures <n>', 'stop when so many inputs have failed', wholeNumber(1))
    .option('--redo-changed', 'do again what an earlier run into the output did otherwise')
    .option('--restart', 'take away what an earlier run has made, and begin anew')
    .addOption(
      new Option('--durability <when>', 'when outputs are flushed to the disk (default: batch)').choices(['batch', 'item', 'none']),
    )
    .option('--json', 'print one JSON object on stdout: counts, settings and failures')
    .option('--quiet', 'print only what goes wrong')
}

export const JOB_EXITS = `The same command goes on where a run was ended; metadata.jsonl in the output has a line for each input that is done.

Exit codes: 0 all done, 1 some inputs failed, 2 nothing was done because the call or its inputs can't be used, 3 the disk takes no
more, 75 another run works on the output, 130 and 143 ended by Ctrl-C and SIGTERM.`

/** Runs a job with progress, and says what came of it: on stderr for people, with `json` on stdout for programs. Returns the exit code. */
export async function runAndTell<Item, Params>(call: JobCall<Item, Params>, flags: JobFlags): Promise<number> {
  const { job, items, params, out, nameOf, noun, settings } = call
  const { workers, maxFailures, redoChanged = false, restart = false, durability, json = false, quiet = false } = flags
  const interruption = interruptible()
  const failures: Failure[] = []
  let files = 0
  try {
    const run = runJob(job, {
      input: items,
      params: params as never,
      out,
      signal: interruption.signal,
      progress: !quiet,
      onChange: restart ? 'restart' : redoChanged ? 'redo' : 'refuse',
      ...(workers !== undefined && { numWorkers: workers }),
      ...(maxFailures !== undefined && { maxFailures }),
      ...(durability !== undefined && { durability }),
    })
    for await (const { index, error, outputs } of run) {
      if (error === undefined) files += outputs.length
      else if (json || failures.length < TOLD) failures.push(failureOf(nameOf(items[index]!), error))
    }
    const summary = await run.summary
    const { done, failed, skipped, stopped, elapsed } = summary
    if (!quiet) {
      const early = stopped === undefined ? '' : stopped === 'signal' ? 'Ended early: ' : 'Stopped at a number of failures: '
      const before = skipped === 0 ? '' : `, ${count(skipped)} done before`
      say(
        `${early}${count(files)} files of ${count(done)} ${noun}, ${count(failed)} failed${before}, in ${duration(elapsed)}. Outputs: ${pathFor(out)}`,
      )
    }
    for (const { item, code, message } of failures.slice(0, TOLD)) say(`  failed: ${pathFor(item)} (${code}): ${printable(message)}`)
    const exitCode = interruption.exitCode ?? (summary.totalFailed > 0 ? EXIT.someFailed : EXIT.done)
    if (json) {
      const { elapsed: _, numWorkers, ...counts } = summary
      const result = { ...counts, files, elapsedMs: Math.round(elapsed), workers: numWorkers, exitCode, settings, failures }
      answer(`${JSON.stringify(result, undefined, 2)}\n`)
    }
    return exitCode
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode
    const code = error instanceof MillraceError ? EXITS[error.code] : undefined
    if (code === undefined) throw error
    say(`millrace: ${printable((error as Error).message)}`)
    return code
  } finally {
    interruption.release()
  }
}

/** 75 is sysexits' EX_TEMPFAIL. */
const EXITS: Record<string, number> = { LOCKED: 75, OUTPUT_FAILED: EXIT.disk }

function failureOf(item: string, { stage, code, cause, reason }: ItemError): Failure {
  const own = (cause as { code?: unknown } | undefined)?.code
  const message = reason.replace(/^MillraceError: /, '')
  return { item, stage, code: typeof own === 'string' ? own : code, message: message.replace(`${item}: `, '') }
}

const count = (value: number): string => value.toLocaleString('en-US')
