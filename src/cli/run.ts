import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type JobOptions, type JobPlan, MillraceError } from '../index.ts'
import { number, wholeNumber } from './arguments.ts'
import { answer, pathFor, printable } from './output.ts'

export interface RunFlags {
  input?: string[]
  column?: string
  out?: string
  param: Record<string, string>
  keepFolders?: string
  workers?: number
  processes?: boolean
  timeout?: number
  retries?: number
  maxFailures?: number
  seed?: number
  redoChanged?: boolean
  restart?: boolean
  durability?: 'batch' | 'item' | 'none'
  dryRun?: boolean
  json?: boolean
  log?: 'text' | 'json'
  quiet?: boolean
}

/** What `millrace retry` needs to say the command again; it stands in `run.json`. */
export interface RunNote {
  input?: string[]
  column?: string
}

const examples = `
Examples:
  millrace run split.ts --input dataset.csv --out out/ --param seconds=10
  millrace run words.ts --input 'texts/**/*.txt' --out words.zip --workers 4 --timeout 60000
  find photos -name '*.jpg' | millrace run thumbnails.ts --input - --out small/
  millrace run split.ts --input dataset.csv --out out/ --dry-run

The job is the module's default export, the only job it exports, or split.ts#name:

  import { job } from 'millrace'
  export default job(import.meta, {
    params: { seconds: 10 },
    async run(row, index, { params, outputs }) {
      const name = await outputs.write('0.txt', row.input)      // <stem of row.input>/0.txt
      return { source: row.input, name }                        // a line of metadata.jsonl
    },
  })

Ended at any moment, the same command goes on where the run stopped, and ends with the same outputs. Failed inputs are not tried again
unless by millrace retry. The module is your code and runs with your rights: run only what you trust.

Exit codes: 0 all done, 1 some items failed, 2 the call or its inputs can't be used, or the run was begun with other code, parameters or
inputs, 3 the disk takes no more, 75 another run works on the output, 130 and 143 ended by Ctrl-C and SIGTERM.`

export function runCommand(): Command {
  const command = new Command('run')
    .summary('run a job of your own over many inputs, into a folder, zip or tar')
    .description('Runs a job (InputFile -> OutputFiles + metadata) on every core, and goes on where it was ended.')
    .argument('<job>', 'the module: split.ts, split.js, split.ts#name')
    .option('-i, --input <where...>', "a .csv, .tsv or .jsonl list, folders, files, patterns, or - (default: the job's own)")
    .option('--column <name>', "the items are one column's values instead of whole rows")
    .option('-o, --out <where>', 'a folder, or a name that ends in .zip or .tar')
    .option('-p, --param <key=value>', "in place of the job's default; as often as wanted", pair, {})
    .option('--keep-folders <folder>', 'inputs below this folder keep their folders in the output')
  return runOptions(command).addHelpText('after', examples).action(run)
}

/** Options that say how, not what. */
export function runOptions(command: Command): Command {
  return command
    .optionsGroup('Run:')
    .option('--workers <n>', 'how many (default: the CPUs this process may use); 0 runs in place', wholeNumber(0))
    .option('--processes', 'workers are processes, for native code that may crash')
    .option('--timeout <ms>', 'an item that takes longer fails', number)
    .option('--retries <n>', 'how often a failed item is tried again', wholeNumber(0))
    .option('--max-failures <n>', 'stop when so many items have failed', wholeNumber(1))
    .option('--seed <n>', "of the job's ctx.random", number)
    .option('--redo-changed', 'do again what an earlier run did with other code, parameters or inputs')
    .option('--restart', 'take away what an earlier run has made, and begin anew')
    .addOption(
      new Option('--durability <when>', 'when outputs are flushed to the disk').choices(['batch', 'item', 'none']).default('batch'),
    )
    .option('--dry-run', 'print what would be done, and do nothing')
    .option('--json', 'print one JSON object on stdout (with --dry-run, the plan)')
    .addOption(
      new Option('--log <kind>', 'what is told on the way: for people, or lines of JSON').choices(['text', 'json']).default('text'),
    )
    .option('--quiet', 'print only what goes wrong')
}

async function run(where: string, flags: RunFlags, command: Command): Promise<void> {
  if (flags.out === undefined) command.error("error: required option '-o, --out <where>' not specified")
  const { input, column, out } = flags
  const note: RunNote = {}
  if (input !== undefined) note.input = input.map((each) => (each === '-' ? each : resolve(each)))
  if (column !== undefined) note.column = column
  await runJobFile(where, { input, column, out, params: flags.param, root: flags.keepFolders }, flags, { note })
}

interface What {
  input: string[] | undefined
  column: string | undefined
  out: string
  /** Texts become what the job's defaults are; other values stay. */
  params: Record<string, unknown>
  root: string | undefined
}

/** Loads a job and runs it, or tells its plan. */
export async function runJobFile(
  where: string,
  what: What,
  flags: RunFlags,
  more: { note: RunNote; retry?: boolean; seed?: number },
): Promise<void> {
  const { loadJob } = await import('../jobs/load-job.ts')
  const job = await loadJob(where)
  const {
    workers,
    processes,
    timeout,
    retries,
    maxFailures,
    seed = more.seed,
    redoChanged,
    restart,
    durability,
    dryRun,
    json = false,
  } = flags
  if (redoChanged === true && restart === true) throw new MillraceError('BAD_OPTION', 'Give --redo-changed or --restart, not both.')
  const options: JobOptions = {
    out: what.out,
    params: typed(what.params, (job.params ?? {}) as Record<string, unknown>),
    note: { ...more.note },
  }
  if (what.input !== undefined) options.input = (await import('./run-input.ts')).inputFrom(what.input, what.column)
  if (what.root !== undefined) options.root = resolve(what.root)
  if (workers !== undefined) options.numWorkers = workers
  if (processes === true) options.executor = 'processes'
  if (timeout !== undefined) options.timeout = timeout
  if (retries !== undefined) options.retries = retries
  if (maxFailures !== undefined) options.maxFailures = maxFailures
  if (seed !== undefined) options.seed = seed
  if (durability !== undefined) options.durability = durability
  if (more.retry === true) options.retry = true
  if (redoChanged === true) options.onChange = 'redo'
  if (restart === true) options.onChange = 'restart'
  if (dryRun === true) {
    const { plan } = await import('../index.ts')
    tellPlan(await plan(job as Parameters<typeof plan>[0], options), json)
  } else {
    const { runAndTell } = await import('./run-tell.ts')
    await runAndTell(job, options, flags)
  }
}

function tellPlan(plan: JobPlan, json: boolean): void {
  if (json) return answer(`${JSON.stringify(plan, undefined, 2)}\n`)
  const { module, params, out, input, code, done, failed, remaining, differences, runningPid } = plan
  const lines = [
    `job        ${pathFor(module)}`,
    `code       ${code.join(', ')}`,
    `parameters ${JSON.stringify(params)}`,
    `input      ${input.name}, ${input.length === undefined ? 'of unknown length' : `${input.length} items`}`,
    `output     ${pathFor(out)}`,
    `done       ${done}, failed ${failed}${remaining === undefined ? '' : `, to run ${remaining}`}`,
    ...differences.map((each) => `differs    ${each}`),
    ...(runningPid === undefined ? [] : [`running    process ${runningPid} works on it`]),
  ]
  answer(`${lines.map(printable).join('\n')}\n`)
}

function pair(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It is key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** A text as the kind of value that the job's default is. */
function typed(params: Record<string, unknown>, defaults: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, typeof value === 'string' ? valueOf(key, value, defaults[key]) : value]),
  )
}

function valueOf(key: string, text: string, example: unknown): unknown {
  if (typeof example === 'string') return text
  try {
    if (typeof example === 'number') return number(text)
    const value = JSON.parse(text) as unknown
    if (typeof example === 'boolean' && typeof value !== 'boolean') throw new Error('It is true or false.')
    return value
  } catch (error) {
    if (example === undefined || example === null) return text
    throw new MillraceError(
      'BAD_OPTION',
      `--param ${key}=${text} does not fit the job's default, ${JSON.stringify(example)}: ${(error as Error).message}`,
    )
  }
}
