import { Command } from 'commander'
import type { VerifyProblem } from '../index.ts'
import { answer, EXIT, pathFor, printable, say } from './output.ts'
import { runAgain } from './retry.ts'

const examples = `
Examples:
  millrace verify out/
  millrace verify out/ split.ts --fix

Every output is read and compared with the size and checksum that the journal has of it. With --fix the items whose outputs are
missing or changed are marked as to be done again, and done if the job is named.

Exit codes: 0 all is as it was made, 1 something is missing or changed, 2 it can't be looked at, 75 a run works on it.`

/** So many problems are told; with --json all are. */
const TOLD = 10

export function verifyCommand(): Command {
  return new Command('verify')
    .summary("compare a run's outputs with its journal")
    .description('Compares what lies in an output with what its run has made.')
    .argument('<out>', "the run's output")
    .argument('[job]', 'with --fix: the module that makes again what is missing or changed')
    .option('--fix', 'have it made again')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)
    .action(verify)
}

async function verify(
  out: string,
  job: string | undefined,
  { fix = false, json = false }: { fix?: boolean; json?: boolean },
): Promise<void> {
  const { verifyJob } = await import('../index.ts')
  const problems: VerifyProblem[] = []
  const report = await verifyJob(out, { fix, onProblem: (problem) => void ((json || problems.length < TOLD) && problems.push(problem)) })
  const { outputs, missing, changed, items } = report
  if (json) answer(`${JSON.stringify({ ...report, problems }, undefined, 2)}\n`)
  else {
    say(`${pathFor(out)}: ${outputs.toLocaleString('en-US')} outputs, ${missing} missing, ${changed} changed.`)
    for (const { index, name, what } of problems) say(`  ${what}: ${printable(name)} (item ${index})`)
  }
  process.exitCode = items === 0 ? EXIT.done : EXIT.someFailed
  if (!fix || items === 0) return
  if (job === undefined) say(`${items} items will be done again by the command that began the run.`)
  else await runAgain(out, job, { param: {}, ...(json && { log: 'json' }) }, `millrace verify ${out} --fix`, { retry: false })
}
