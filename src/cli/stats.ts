import { Command, Option } from 'commander'
import type { ItemError } from '../index.ts'
import { pictureSize, wholeNumber } from './arguments.ts'
import { interruptible } from './interrupt.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'

interface Flags {
  size?: number | [number, number]
  method: 'crop' | 'pad' | 'squish'
  workers?: number
  json?: boolean
  quiet?: boolean
}

const examples = `
Examples:
  millrace stats photos/
  millrace stats photos/ --size 224 --method crop        of what the model will see
  millrace stats 'train/**/*.jpg' --json

Each pixel weighs the same; values are from 0 to 1, as normalize() takes them. A picture that can't be opened is named and left out.

Exit codes: 0 all counted, 1 some pictures could not be opened, 2 there is nothing to count, 130 and 143 ended by a signal.`

/** So many failures are told. */
const TOLD = 5

export function statsCommand(): Command {
  return new Command('stats')
    .summary("a dataset's mean and standard deviation")
    .description('Counts the pixels of pictures on every core: the mean and standard deviation of each channel, for normalize().')
    .argument('<inputs...>', 'folders, files and glob patterns')
    .option('--size <pixels>', 'resize the pictures first: a square, or HxW', pictureSize)
    .addOption(new Option('--method <how>', 'how they are resized').choices(['crop', 'pad', 'squish']).default('crop'))
    .option('--workers <n>', 'threads (default: the CPUs this process may use)', wholeNumber(0))
    .option('--json', 'print one JSON object on stdout')
    .option('--quiet', 'print only the result and what goes wrong')
    .addHelpText('after', examples)
    .action(stats)
}

async function stats(inputs: string[], { size, method, workers, json = false, quiet = false }: Flags): Promise<void> {
  const [{ pictureStats }, { resize }] = await Promise.all([import('../recipes/stats.ts'), import('../image/index.ts')])
  const interruption = interruptible()
  const failures: { file: string; code: string; message: string }[] = []
  try {
    const result = await pictureStats(inputs, {
      ...(size !== undefined && { transform: resize(size, { method }) }),
      ...(workers !== undefined && { numWorkers: workers }),
      signal: interruption.signal,
      progress: !quiet,
      onFailure: (file, error) => failures.push({ file, ...failureOf(error) }),
    })
    for (const { file, message } of failures.slice(0, TOLD)) say(`  failed: ${pathFor(file)}: ${printable(message)}`)
    if (failures.length > TOLD) say(`  and ${failures.length - TOLD} more`)
    if (json) answer(`${JSON.stringify({ ...result, failures }, undefined, 2)}\n`)
    else {
      const row = (values: readonly number[]): string => values.map((value) => value.toFixed(6)).join(', ')
      answer(`pictures ${result.pictures}, pixels ${result.pixels}\nmean [${row(result.mean)}]\nstd  [${row(result.std)}]\n`)
    }
    process.exitCode = result.pictures === 0 ? EXIT.unusable : result.failed > 0 ? EXIT.someFailed : EXIT.done
  } catch (error) {
    if (interruption.exitCode === undefined) throw error
    process.exitCode = interruption.exitCode
  } finally {
    interruption.release()
  }
}

function failureOf({ cause, code, reason }: ItemError): { code: string; message: string } {
  const own = (cause as { code?: unknown } | undefined)?.code
  return { code: typeof own === 'string' ? own : code, message: reason.replace(/^MillraceError: /, '') }
}
