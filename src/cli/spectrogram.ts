import { Command, Option } from 'commander'
import type { PlanOptions } from '../recipes/spectrogram.ts'
import { number, numberOr, pictureSize, wholeNumber, windowName } from './arguments.ts'
import { answer, printable } from './output.ts'

interface Flags extends Omit<PlanOptions, 'sr' | 'norm' | 'topDb'> {
  sr?: number | 'native'
  norm?: number | 'slaney' | 'none'
  topDb?: number | 'none'
  workers?: number
  onError: 'stop' | 'continue'
  dryRun?: boolean
  json?: boolean
  quiet?: boolean
}

const examples = `
Examples:
  millrace spectrogram wavs/ --out specs/
  millrace spectrogram 'train/**/*.flac' --out specs/ --cmap gray --size 128x300
  millrace spectrogram wavs/ --out features/ --preset whisper
  millrace spectrogram wavs/ --out mels/ --format npy --n-mels 64 --hop-length 256 --fmax 11025
  millrace spectrogram wavs/ --out specs/ --dry-run --limit 10

Presets:
  story        22,050 Hz, n_fft 1024, hop 512, 128 mels from 20 to 8,000 Hz, magnitude, dB under the maximum,
               drawn as by specshow with its own defaults
  librosa      melspectrogram's defaults, dB under the maximum, drawn as by specshow that is told what they are
  torchaudio   MelSpectrogram at 16 kHz: power, as numbers (a picture shows dB under the maximum)
  kaldi        torchaudio.compliance.kaldi.fbank at 16 kHz without dither, [frames, bins], as numbers
  whisper      WhisperFeatureExtractor: [80, 3000], as numbers
  ast          ASTFeatureExtractor: [1024, 128], as numbers

What is taken: the sounds in folders and in their folders (names that begin with a dot are left out), and every file
that is named or matches a pattern. Outputs keep the folders of the inputs, from the nearest one they have in common.

Exit codes: 0 all done, 1 some inputs failed (see failures.jsonl in the output folder), 2 nothing was done because the
call or its inputs can't be used, 3 the disk takes no more, 130 and 143 ended by Ctrl-C and SIGTERM.`

export function spectrogramCommand(): Command {
  return (
    new Command('spectrogram')
      .summary('sounds to mel spectrograms: pictures, or numbers for NumPy')
      .description('Turns sounds into mel spectrograms on every core, with the numbers and the pixels of librosa and matplotlib.')
      .argument('<inputs...>', 'folders, files and glob patterns')
      // Required, but checked below: commander would complain of a misspelt --out as missing, without the suggestion.
      .option('-o, --out <folder>', 'where outputs go; it is made if need be')
      .addOption(choice('--preset <name>', 'whose conventions and defaults', ['story', 'librosa', 'torchaudio', 'kaldi', 'whisper', 'ast']))
      .addOption(choice('--format <format>', "a picture, or float32 for numpy.load (default: the preset's)", ['png', 'npy']))
      .optionsGroup('Files:')
      .option('--name <template>', 'how outputs are named: {stem}, {name}, {parent}, {index} (default: {stem}.png)')
      .option('--recursive', "take folders' folders too", true)
      .option('--no-recursive', "leave folders' folders out")
      .option('--limit <n>', 'only the first n inputs', wholeNumber(1))
      .optionsGroup('Run:')
      .option('--workers <n>', 'threads (default: the CPUs this process may use)', wholeNumber(0))
      .addOption(choice('--on-error <what>', 'what a failed input does to the others', ['continue', 'stop']).default('continue'))
      .option('--dry-run', 'print what would be made, and make nothing')
      .option('--json', 'print one JSON object on stdout: counts, settings and failures (with --dry-run, the plan)')
      .option('--quiet', 'print only what goes wrong')
      .optionsGroup('Picture:')
      .addOption(choice('--png <kind>', 'how pixels are stored (default: rgb)', ['rgb', 'palette', 'rgba']))
      .option('--size <pixels>', 'a square, or HxW (default: 224)', pictureSize)
      .option('--cmap <name>', "auto (librosa's rule), magma, viridis, inferno, gray, gray_r, coolwarm (default: auto)")
      .addOption(choice('--short <what>', 'clips of fewer than 2 frames fail, or keep: a blank picture', ['error', 'keep']))
      .optionsGroup("Sound, by librosa's names (defaults: the preset's):")
      .option('--sr <hz>', "sampling rate, or native for each file's own", numberOr('native'))
      .option('--n-fft <samples>', 'length of a transform', number)
      .option('--hop-length <samples>', 'from one frame to the next', number)
      .option('--win-length <samples>', 'under the window', number)
      .option('--window <name>', 'hann, hamming, blackman, ..., kaiser:14', windowName)
      .option('--center', 'frames are centred on their samples (as all presets have it)')
      .option('--no-center', 'frames begin at their samples')
      .addOption(choice('--pad-mode <mode>', 'beyond the ends of a centred sound', ['constant', 'reflect', 'symmetric', 'edge', 'wrap']))
      .option('--n-mels <n>', 'mel bands', number)
      .option('--fmin <hz>', 'lowest frequency', number)
      .option('--fmax <hz>', 'highest frequency', number)
      .option('--power <exponent>', '1 magnitude, 2 power', number)
      .option('--htk', "HTK's mel scale")
      .option('--no-htk', "Slaney's mel scale")
      .option('--norm <norm>', 'slaney, a p-norm, or none', numberOr('slaney', 'none'))
      .option('--ref <value>', '0 dB: a power, or max', numberOr('max'))
      .option('--amin <power>', 'smallest power told apart', number)
      .option('--top-db <db>', 'how far below the maximum, or none', numberOr('none'))
      .addOption(choice('--precision <kind>', 'float64 transforms as librosa, or faster ones', ['parity', 'float32']))
      .addHelpText('after', examples)
      .action(spectrogram)
  )
}

async function spectrogram(inputs: string[], flags: Flags, command: Command): Promise<void> {
  if (flags.out === undefined) command.error("error: required option '-o, --out <folder>' not specified")
  const { workers, onError, dryRun = false, json = false, quiet = false, ...options } = flags
  const { planSpectrograms } = await import('../recipes/spectrogram.ts')
  const plan = await planSpectrograms(inputs, withNulls(options))
  if (dryRun) {
    if (json) answer(`${JSON.stringify(plan, undefined, 2)}\n`)
    else for (const { input, output } of plan.items) answer(`${printable(input)} -> ${printable(output)}\n`)
    return
  }
  const { runAndTell } = await import('./spectrogram-run.ts')
  const { exitCode } = await runAndTell(plan, { onError, json, quiet, ...(workers !== undefined && { numWorkers: workers }) })
  process.exitCode = exitCode
}

/** Commander makes an empty text of null, so that the words for it come until here. */
function withNulls({ sr, norm, topDb, ...same }: Omit<Flags, 'onError'>): PlanOptions {
  return {
    ...same,
    ...(sr !== undefined && { sr: sr === 'native' ? null : sr }),
    ...(norm !== undefined && { norm: norm === 'none' ? null : norm }),
    ...(topDb !== undefined && { topDb: topDb === 'none' ? null : topDb }),
  }
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices)
}
