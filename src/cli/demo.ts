import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { wholeNumber } from './arguments.ts'
import { EXIT, pathFor, say } from './output.ts'

interface Flags {
  out: string
  count: number
  workers?: number
}

const examples = `
Examples:
  millrace demo
  millrace demo --out /tmp/demo --count 5000 --workers 2`

export function demoCommand(): Command {
  return new Command('demo')
    .summary('try it: make sounds, and spectrograms of them')
    .description('Makes sounds (ten synthetic words, two files broken on purpose) and turns them into spectrograms.')
    .option('-o, --out <folder>', 'where everything goes', 'demo')
    .option('--count <n>', 'how many sounds', wholeNumber(1), 1000)
    .option('--workers <n>', 'threads (default: the CPUs this process may use)', wholeNumber(0))
    .addHelpText('after', examples)
    .action(demo)
}

async function demo({ out, count, workers }: Flags): Promise<void> {
  const { demoSounds } = await import('../recipes/demo-sounds.ts')
  const { planSpectrograms } = await import('../recipes/spectrogram.ts')
  const { runAndTell } = await import('./spectrogram-run.ts')
  const sounds = join(resolve(out), 'sounds')
  const pictures = join(resolve(out), 'spectrograms')
  say(`Making ${count.toLocaleString('en-US')} sounds of one second in ${pathFor(sounds)} ...`)
  const { broken, words } = demoSounds(sounds, { count })
  say(
    `Turning them into spectrograms as librosa and matplotlib draw them (millrace spectrogram ${pathFor(sounds)} --out ${pathFor(pictures)}) ...`,
  )

  const plan = await planSpectrograms([sounds], { out: pictures })
  const { report, failures, exitCode } = await runAndTell(plan, workers === undefined ? {} : { numWorkers: workers })
  const planted = new Set(broken.map((name) => resolve(sounds, name)))
  const asPlanned = report.stopped === undefined && failures.length === planted.size && failures.every(({ input }) => planted.has(input))
  if (!asPlanned) {
    process.exitCode = exitCode === EXIT.done ? EXIT.someFailed : exitCode
    return
  }
  say(`The ${planted.size} failures are meant: those files are broken, and a broken file costs no other.`)
  say(`Look at ${pathFor(join(pictures, words[0]!, '0001.png'))} first.`)
}
