import { type Command, Option } from 'commander'
import { type JobOptions, MillraceError } from '../index.ts'
import { wholeNumber } from './arguments.ts'

/** What every recipe's command takes that runs a job. */
export interface JobFlags {
  workers?: number
  maxFailures?: number
  retry?: boolean
  redoChanged?: boolean
  restart?: boolean
  durability?: NonNullable<JobOptions['durability']>
  json?: boolean
  log?: 'text' | 'json'
  quiet?: boolean
}

export function jobOptions(command: Command): Command {
  return command
    .optionsGroup('Run:')
    .option('--workers <n>', 'threads (default: the CPUs this process may use)', wholeNumber(0))
    .option('--max-failures <n>', 'stop when so many inputs have failed', wholeNumber(1))
    .option('--retry', 'try inputs again that failed before')
    .option('--redo-changed', 'do again what an earlier run into the output did otherwise')
    .option('--restart', 'take away what an earlier run has made, and begin anew')
    .addOption(
      new Option('--durability <when>', 'when outputs are flushed to the disk (default: batch)').choices(['batch', 'item', 'none']),
    )
    .option('--dry-run', 'print what would be made, and make nothing')
    .option('--json', 'print one JSON object on stdout: counts and failures (with --dry-run, the plan)')
    .addOption(new Option('--log <kind>', 'what is told on the way: for people (default), or lines of JSON').choices(['text', 'json']))
    .option('--quiet', 'print only what goes wrong')
}

const OWN = ['out', 'dryRun', 'workers', 'maxFailures', 'retry', 'redoChanged', 'restart', 'durability', 'json', 'log', 'quiet']

/** The flags that are the recipe's own. */
export function recipeFlags(flags: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !OWN.includes(name)))
}

/** The flags as a job takes them. */
export function jobOptionsOf({ workers, maxFailures, retry, redoChanged, restart, durability }: JobFlags): Omit<JobOptions, 'out'> {
  if (redoChanged === true && restart === true) throw new MillraceError('BAD_OPTION', 'Give --redo-changed or --restart, not both.')
  return {
    ...(workers !== undefined && { numWorkers: workers }),
    ...(maxFailures !== undefined && { maxFailures }),
    ...(retry !== undefined && { retry }),
    ...(redoChanged === true && { onChange: 'redo' as const }),
    ...(restart === true && { onChange: 'restart' as const }),
    ...(durability !== undefined && { durability }),
  }
}

export const JOB_EXITS = `The same command goes on where a run was ended; metadata.jsonl in the output has a line for each input that is done.

Exit codes: 0 all done, 1 some inputs failed, 2 nothing was done because the call or its inputs can't be used, 3 the disk takes no
more, 75 another run works on the output, 130 and 143 ended by Ctrl-C and SIGTERM.`
