import { Command, Option } from 'commander'
import type { ResizePlanOptions } from '../recipes/resize.ts'
import { number, pictureSize, wholeNumber } from './arguments.ts'
import { JOB_EXITS, type JobFlags, jobOptions, jobOptionsOf, recipeFlags } from './job-options.ts'
import { answer, printable } from './output.ts'

type Flags = ResizePlanOptions & JobFlags & { out?: string; dryRun?: boolean }

const examples = `
Examples:
  millrace resize photos/ --size 224 --method crop --out small/
  millrace resize photos/ --size 256 --method short --format jpeg --quality 92 --out small.zip
  millrace resize 'train/**/*.png' --size 128x96 --like opencv --filter area --out small/

Methods:
  squish   to the size, whatever becomes of the proportions
  crop     the largest part of the size's proportions, from the middle, then to the size (fastai's, on validation data)
  pad      all of it, with its edges mirrored around (fastai's; see --pad-mode)
  short    the shorter side to the size, in proportion (torchvision's Resize)

Every pixel is what Pillow 13 (or 12), or OpenCV, gives. Orientation is applied, since the outputs carry no EXIF data.

${JOB_EXITS}`

const choice = (flags: string, description: string, choices: readonly string[]): Option => new Option(flags, description).choices(choices)

export function resizeCommand(): Command {
  const command = new Command('resize')
    .summary('pictures to pictures of one size')
    .description('Resizes pictures on every core, with the pixels of Pillow or OpenCV.')
    .argument('<inputs...>', 'folders, files and glob patterns')
    // Required, but checked below: commander would complain of a misspelt --out as missing, without the suggestion.
    .option('-o, --out <path>', 'where outputs go: a folder, .zip, or .tar')
    .option('--size <pixels>', 'a square, or HxW (default: 224)', pictureSize)
    .addOption(choice('--method <how>', 'how a picture fits the size (default: squish)', ['squish', 'crop', 'pad', 'short']))
    .addOption(choice('--like <library>', 'whose pixels (default: pillow)', ['pillow', 'opencv']))
    .addOption(
      choice('--filter <name>', 'how pixels are mixed (default: bilinear; OpenCV: linear)', [
        'nearest',
        'box',
        'bilinear',
        'hamming',
        'bicubic',
        'lanczos',
        'linear',
        'area',
      ]),
    )
    .addOption(choice('--pad-mode <mode>', 'what is around a padded picture (default: reflect)', ['reflect', 'border', 'constant']))
    .optionsGroup('Files:')
    .addOption(choice('--format <format>', 'of the outputs (default: png)', ['png', 'jpeg', 'webp']))
    .option('--quality <n>', 'of JPEG and WebP, 1 to 100 (default: 90)', number)
    .option('--lossless', 'WebP without loss')
    .addOption(choice('--exif <what>', 'apply or ignore the orientation (default: apply)', ['apply', 'ignore']))
    .option('--name <template>', 'how outputs are named: {stem}, {name}, {parent}, {index} (default: {stem}.png)')
    .option('--recursive', "take folders' folders too", true)
    .option('--no-recursive', "leave folders' folders out")
    .option('--limit <n>', 'only the first n inputs', wholeNumber(1))
  return jobOptions(command).addHelpText('after', examples).action(run)
}

async function run(inputs: string[], flags: Flags, command: Command): Promise<void> {
  if (flags.out === undefined) command.error("error: required option '-o, --out <path>' not specified")
  const { out, dryRun, json = false } = flags
  const { planResize } = await import('../recipes/resize.ts')
  const { items, settings } = planResize(inputs, recipeFlags(flags))
  if (dryRun === true) {
    if (json) answer(`${JSON.stringify({ out, settings, items }, undefined, 2)}\n`)
    else for (const { input, output } of items) answer(`${printable(input)} -> ${printable(output)}\n`)
    return
  }
  const [{ runAndTell }, { resizeJob }] = await Promise.all([import('./run-tell.ts'), import('../recipes/resize-job.ts')])
  await runAndTell(resizeJob, { out, input: items, params: settings, ...jobOptionsOf(flags) }, flags)
}
