#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { MillraceError } from '../core/errors.ts'
import { demoCommand } from './demo.ts'
import { imagesCommand } from './images.ts'
import { EXIT, outliveReaders, printable, say } from './output.ts'
import { reportCommand } from './report.ts'
import { retryCommand } from './retry.ts'
import { runCommand } from './run.ts'
import { resizeCommand } from './resize.ts'
import { spectrogramCommand } from './spectrogram.ts'
import { splitCommand } from './split.ts'
import { statsCommand } from './stats.ts'
import { statusCommand } from './status.ts'
import { verifyCommand } from './verify.ts'

const program = new Command('millrace')
  .description('Prepares data for deep learning on every core, with the same numbers as Python.')
  .version((createRequire(import.meta.url)('../../package.json') as { version: string }).version)
  .exitOverride()
  .showSuggestionAfterError()
  .showHelpAfterError('(--help says more)')
  .addHelpText(
    'after',
    '\nExamples:\n  millrace demo\n  millrace spectrogram wavs/ --out specs/\n  millrace split recordings/ --seconds 10 --out clips/\n  millrace resize photos/ --size 224 --method crop --out small/\n  millrace run my-job.ts --input dataset.csv --out out/\n  millrace split --help',
  )

for (const command of [
  runCommand(),
  statusCommand(),
  reportCommand(),
  retryCommand(),
  verifyCommand(),
  spectrogramCommand(),
  splitCommand(),
  resizeCommand(),
  imagesCommand(),
  statsCommand(),
  demoCommand(),
])
  program.addCommand(command.copyInheritedSettings(program))

outliveReaders()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** Says what went wrong, unless commander has said it, and how to tell the shell. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.unusable
  if (error instanceof MillraceError) {
    // Differences stand on lines of their own; in all other messages a line end can only come from a name.
    const lines = error.code === 'RUN_CHANGED' ? error.message.split('\n') : [error.message]
    say(`millrace: ${lines.map((line) => printable(inFlags(line))).join('\n')}`)
    return error.code === 'LOCKED' ? EXIT.locked : error.code === 'OUTPUT_FAILED' ? EXIT.disk : EXIT.unusable
  }
  const { code, message } = error as NodeJS.ErrnoException
  const disk = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO'
  say(`millrace: ${disk ? printable(message) : ((error as Error)?.stack ?? String(error))}`)
  return disk ? EXIT.disk : EXIT.unusable
}

/** The library speaks of `nFft`, the command line of `--n-fft`. */
function inFlags(message: string): string {
  const names = program.commands.flatMap(({ options }) => options.map((option) => [option.attributeName(), option.long ?? ''] as const))
  return names
    .filter(([name]) => /[A-Z]/.test(name))
    .reduce((text, [name, flag]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), flag), message)
}
