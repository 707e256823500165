import { Command } from 'commander'
import { duration } from '../core/duration.ts'
import type { JobStatus } from '../index.ts'
import { answer, pathFor, printable } from './output.ts'

const examples = `
Examples:
  millrace status out/
  millrace status train.zip --json

It reads the run's journal and nothing else, so it may be asked at any time, also while the run is on.`

export function statusCommand(): Command {
  return new Command('status')
    .summary('where a run stands: counts, rate, failures by cause, slowest items')
    .description('Says where the run into an output stands.')
    .argument('<out>', "the run's output")
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)
    .action(async (out: string, { json = false }: { json?: boolean }) => {
      const { jobStatus } = await import('../index.ts')
      const status = await jobStatus(out)
      answer(json ? `${JSON.stringify(status, undefined, 2)}\n` : `${linesOf(status).map(printable).join('\n')}\n`)
    })
}

function linesOf(status: JobStatus): string[] {
  const { state, pid, module, total, done, failed, remaining, rate, began, updated, failures, slowest, out } = status
  const counts = [`${number(done)} done`, `${number(failed)} failed`, ...(remaining === undefined ? [] : [`${number(remaining)} to go`])]
  const left = state === 'running' && remaining !== undefined && rate > 0 ? `, about ${duration((remaining * 1000) / rate)} left` : ''
  const lines = [
    `${pathFor(out)}: ${state}${pid === undefined ? '' : ` (process ${pid})`}`,
    `  job      ${pathFor(module)}`,
    `  items    ${counts.join(', ')}${total === undefined ? '' : ` of ${number(total)}`}`,
    `  rate     ${rate < 10 ? rate.toPrecision(2) : number(Math.round(rate))}/s${left}`,
    `  time     begun ${new Date(began).toISOString()}, last committed ${duration(Math.max(0, Date.now() - updated))} ago`,
  ]
  if (failures.length > 0) lines.push('  failures by cause:')
  for (const { stage, code, count, index, item, message } of failures.slice(0, 10)) {
    lines.push(`    ${number(count)} x ${code} (${stage}), as ${item ?? `item ${index}`}: ${message}`)
  }
  if (failures.length > 10) lines.push(`    and ${failures.length - 10} more causes (--json has them all)`)
  if (slowest.length > 0) lines.push('  slowest:')
  for (const { index, ms, item } of slowest.slice(0, 5)) lines.push(`    ${duration(ms)}  ${item ?? `item ${index}`}`)
  if (state === 'stopped') lines.push('  To go on: the command that began it.')
  return lines
}

const number = (value: number): string => value.toLocaleString('en-US')
