import { Command, InvalidArgumentError, Option } from 'commander'
import type { SplitPlan, SplitPlanOptions } from '../recipes/split.ts'
import { number, wholeNumber } from './arguments.ts'
import { type JobFlags, jobOptions, jobOptionsOf, recipeFlags } from './job-options.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

interface Flags extends SplitPlanOptions, JobFlags {
  dryRun?: boolean
}

const examples = `
Examples:
  millrace split recordings/ --seconds 10 --out clips/
  millrace split recordings/ --seconds 10 --overlap 1 --last pad --out clips/ --labels labels.csv
  millrace split 'calls/**/*.flac' --seconds 5 --last shift --out clips.zip --subtype PCM_16
  millrace split interviews/ --seconds 30 --snap 5 --out clips/           cut where it is quiet, never longer than 30 s
  millrace split words/ --silence -40dB --min-silence 0.3 --out clips/    a clip for each sound between silences
  millrace split recordings/ --seconds 10 --out clips/ --dry-run

Clips are cut to the sample. Those of a WAV file have its own encoding, byte for byte (8 to 32 bits, float, A-law, mu-law), and
hold its samples and its format, no other chunks; those of FLAC, MP3 and Ogg are stored as float, which loses nothing, or as
--subtype says. Lengths are rounded to whole samples once, so that all clips of a file are of one length.

Silence is where every 10 ms of the loudest channel stay below the level, in dB below full scale (RMS, as pydub has it), for at
least --min-silence. Each sound keeps --keep-silence at both sides, and is then cut as a recording of its own.

Labels: a CSV (or .tsv) with the columns file, start, end (seconds) and label; names are relative to the list's folder. Without
start and end they are about whole files. Each clip gets its labels with times of its own, "truncated" where a part lies outside,
and the list's other columns. A row that can't be used is a failure, of its recording or of its own.

In the output: the clips, and metadata.jsonl with a line for each (source, destination, start, end, samples, sr, channels,
labels). The same command goes on where a run was ended; with --retry it tries again what failed.

Exit codes: 0 all done, 1 some inputs failed (see failures.jsonl in the output), 2 nothing was done because the call or its
inputs can't be used, 3 the disk takes no more, 75 another run works on the output, 130 and 143 ended by Ctrl-C and SIGTERM.`

export function splitCommand(): Command {
  return jobOptions(
    new Command('split')
      .summary('long recordings to clips, with their labels')
      .description('Cuts recordings into clips, to the sample and in their own encoding, and takes labels along.')
      .argument('<inputs...>', 'folders, files and glob patterns')
      // Required, but checked below: commander would complain of a misspelt --out as missing, without the suggestion.
      .option('-o, --out <path>', 'where clips go: a folder, .zip, or .tar')
      .option('--seconds <s>', 'length of a clip; with --silence the greatest', number)
      .option('--overlap <s>', 'what a clip shares with the one before (default: 0)', number)
      .addOption(
        new Option('--last <rule>', 'what becomes of a rest shorter than a clip (default: keep)').choices(['drop', 'keep', 'pad', 'shift']),
      )
      .option('--min-last <s>', 'drop a rest shorter than this whatever --last says (default: 0)', number)
      .optionsGroup('Silence:')
      .option('--snap <s>', 'cut at the quietest place within the last s seconds of a clip (default: 0)', number)
      .option('--silence <db>', 'leave out what is quieter than this, as -40dB', decibels)
      .option('--min-silence <s>', 'the shortest silence that is left out (default: 0.3)', number)
      .option('--keep-silence <s>', 'how much of it stays at each side of a sound (default: 0.1)', number)
      .optionsGroup('Labels:')
      .option('--labels <list>', 'CSV or TSV: file, start, end, label, and others that come along')
      .option('--label-columns <names>', 'what the list calls them, as in file=filename,start=onset,end=offset', columnNames)
      .option('--label-folder <folder>', "what its names are relative to (default: the list's folder)")
      .optionsGroup('Files:')
      .option(
        '--name <template>',
        'how clips are named: {stem}, {name}, {parent}, {index}, {start}, {end} (default: {stem}/{stem}-{index}.wav)',
      )
      .addOption(
        new Option('--subtype <kind>', 'how clips are stored (default: WAV as it is, others FLOAT)').choices([
          'PCM_U8',
          'PCM_16',
          'PCM_24',
          'PCM_32',
          'FLOAT',
          'DOUBLE',
        ]),
      )
      .addOption(
        new Option('--truncated <what>', 'a file of fewer samples than its header says (default: error)').choices(['error', 'keep']),
      )
      .option('--recursive', "take folders' folders too", true)
      .option('--no-recursive', "leave folders' folders out")
      .option('--limit <n>', 'only the first n recordings', wholeNumber(1)),
  )
    .addHelpText('after', examples)
    .action(split)
}

async function split(inputs: string[], flags: Flags, command: Command): Promise<void> {
  if (flags.out === undefined) command.error("error: required option '-o, --out <path>' not specified")
  const { out, labels, dryRun, json = false, quiet = false } = flags
  const how = jobOptionsOf(flags)
  const { planSplit } = await import('../recipes/split.ts')
  const plan = planSplit(inputs, { ...(recipeFlags(flags) as unknown as SplitPlanOptions), out })
  if (plan.otherLabels > 0 && !quiet) say(`Rows of ${printable(labels!)} about other files: ${plan.otherLabels}.`)
  if (dryRun === true) return await preview(plan, out, json)

  const [{ runAndTell }, { splitJob }] = await Promise.all([import('./run-tell.ts'), import('../recipes/split-job.ts')])
  await runAndTell(splitJob, { out, input: plan.items, params: plan.settings, ...how }, flags)
}

async function preview(plan: SplitPlan, out: string, json: boolean): Promise<void> {
  const { previewSplit } = await import('../recipes/split.ts')
  const clips: object[] = []
  const failures: object[] = []
  for await (const { item, error, clips: rows = [], warnings = [] } of previewSplit(plan)) {
    if (error !== undefined) {
      failures.push({ item: item.file ?? item.name, code: error.code, message: error.message })
      say(`  would fail: ${printable(error.message)}`)
    }
    for (const warning of warnings) say(`  ${printable(warning)}`)
    for (const row of rows) {
      if (json) clips.push(row)
      else {
        const { source, destination, start, end, labels } = row
        const marks = labels.length === 0 ? '' : ` [${labels.map(({ label }) => label).join(', ')}]`
        answer(`${pathFor(source)} ${start.toFixed(3)}-${end.toFixed(3)} s -> ${printable(`${destination}${marks}`)}\n`)
      }
    }
  }
  if (json) answer(`${JSON.stringify({ out, settings: plan.settings, clips, failures }, undefined, 2)}\n`)
  process.exitCode = failures.length > 0 ? EXIT.someFailed : EXIT.done
}

/** `-40dB`, `-40`. */
function decibels(text: string): number {
  return number(text.replace(/ ?dB$/i, ''))
}

const COLUMNS = ['file', 'start', 'end', 'label']

function columnNames(text: string): Record<string, string> {
  const columns: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [, name, column] = /^([a-z]+)=(.+)$/s.exec(part) ?? []
    if (name === undefined || !COLUMNS.includes(name)) {
      throw new InvalidArgumentError(`It names ${COLUMNS.join(', ')}, as in file=filename,start=onset.`)
    }
    columns[name] = column!
  }
  return columns
}
