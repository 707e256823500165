import { duration } from '../core/duration.ts'
import { type Failure, runSpectrograms, type RunOptions, type SpectrogramPlan, type SpectrogramReport } from '../recipes/spectrogram.ts'
import { FailureLog } from './failure-log.ts'
import { interruptible } from './interrupt.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

export interface TellOptions extends Pick<RunOptions, 'numWorkers' | 'onError'> {
  json?: boolean
  quiet?: boolean
}

export interface Told {
  report: SpectrogramReport
  exitCode: number
  /** The first failures, or with `json` all of them. */
  failures: Failure[]
}

/** So many failures are told at the end; `failures.jsonl` has them all. */
const TOLD = 5

/** Runs a plan with progress, and says at the end what came of it: on stderr for people, with `json` on stdout for programs. */
export async function runAndTell(plan: SpectrogramPlan, { json = false, quiet = false, ...run }: TellOptions): Promise<Told> {
  const interruption = interruptible()
  const log = new FailureLog(plan.out)
  const failures: Failure[] = []
  let last: Failure | undefined
  const report = await runSpectrograms(plan, {
    ...run,
    signal: interruption.signal,
    progress: !quiet,
    onFailure: (failure) => {
      log.add(failure)
      last = failure
      if (json || failures.length < TOLD) failures.push(failure)
    },
  })
  interruption.release()
  log.end()

  if (!quiet) say(summary(report, plan))
  for (const failure of failures.slice(0, TOLD)) say(`  failed: ${tell(failure)}`)
  if (report.failed > 0 && !quiet) say(`  all failures: ${pathFor(log.path)}`)
  if (log.error !== undefined) say(`  failures.jsonl is not as it should be: ${printable(log.error.message)}`)
  if (report.stopped === 'disk' && last !== undefined) {
    say(`Stopped, because the disk takes no more: ${printable(last.output)}: ${printable(last.message)}. What is made stays made.`)
  }
  const exitCode = interruption.exitCode ?? (report.stopped === 'disk' ? EXIT.disk : report.failed > 0 ? EXIT.someFailed : EXIT.done)
  if (json) {
    const { elapsed, numWorkers, ...counts } = report
    const result = {
      ...counts,
      elapsedMs: Math.round(elapsed),
      workers: numWorkers,
      exitCode,
      out: plan.out,
      settings: plan.settings,
      failures,
    }
    answer(`${JSON.stringify(result, undefined, 2)}\n`)
  }
  return { report, exitCode, failures }
}

function summary({ made, failed, total, elapsed, numWorkers, stopped }: SpectrogramReport, { out }: SpectrogramPlan): string {
  const rate = Math.round(((made + failed) * 1000) / Math.max(1, elapsed))
  const where = numWorkers === 0 ? 'in place' : `on ${numWorkers} workers`
  const early = { signal: 'Ended early', failure: 'Stopped at a failure', disk: 'Stopped' }
  const begin = stopped === undefined ? '' : `${early[stopped]}: `
  const counts = `${number(made)} of ${number(total)} made, ${number(failed)} failed`
  return `${begin}${counts}, in ${duration(elapsed)} (${number(rate)}/s) ${where}. Outputs: ${pathFor(out)}`
}

const tell = ({ input, stage, code, message }: Failure): string =>
  `${pathFor(input)} (${stage}, ${code}): ${printable(message.startsWith(`${input}: `) ? message.slice(input.length + 2) : message)}`

const number = (value: number): string => value.toLocaleString('en-US')
