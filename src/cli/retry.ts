import { Command } from 'commander'
import { MillraceError } from '../index.ts'
import { pathFor } from './output.ts'
import { type RunFlags, runJobFile, type RunNote, runOptions } from './run.ts'

const examples = `
Examples:
  millrace retry out/ split.ts
  millrace retry out/ split.ts --timeout 120000

Input and parameters are those of the run; items that are missing run too. In a zip or tar what is made now stands behind the rest.
The job must be named: what stands in an output folder is never taken for code to run.`

export function retryCommand(): Command {
  const command = new Command('retry')
    .summary('run the failed items of a run again')
    .description('Runs the items again that have failed, and those that are missing.')
    .argument('<out>', "the run's output")
    .argument('[job]', "the job's module, as it was given to millrace run")
  return runOptions(command).addHelpText('after', examples).action(retry)
}

async function retry(out: string, job: string | undefined, flags: RunFlags): Promise<void> {
  await runAgain(out, job, flags, `millrace retry ${out}`, { retry: true })
}

/** Runs a job again into an output, with the input and the parameters that its `run.json` names. */
export async function runAgain(
  out: string,
  job: string | undefined,
  flags: RunFlags,
  command: string,
  { retry }: { retry: boolean },
): Promise<void> {
  const { runOf } = await import('../jobs/status.ts')
  const { manifest } = await runOf(out)
  if (job === undefined) {
    throw new MillraceError('NO_JOB', `Name the job, which was ${manifest.job.module}: ${command} ${pathFor(manifest.job.module)}`)
  }
  const { input, column } = (manifest.note ?? {}) as RunNote
  if (input?.[0] === '-')
    throw new MillraceError('BAD_OPTION', 'The items came from standard input. Save the list in a file, and run it with that.')
  const what = { input, column, out, params: manifest.params, root: manifest.root }
  await runJobFile(job, what, flags, { note: manifest.note ?? {}, retry, seed: manifest.seed })
}
