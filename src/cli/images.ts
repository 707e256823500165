import { Command, InvalidArgumentError } from 'commander'
import type { CropResizeOptions } from '../image/index.ts'
import { number, pictureSize, wholeNumber } from './arguments.ts'
import { JOB_EXITS, type JobFlags, jobOptions, jobOptionsOf } from './job-options.ts'
import { interruptible } from './interrupt.ts'
import { answer, printable } from './output.ts'

interface Flags extends JobFlags {
  out?: string
  shape?: number | [number, number]
  idColumn?: string
  invert?: boolean
  cropResize?: number
  threshold?: number
  noise?: number
  inset?: number
  margin?: number | [number, number]
  pad?: number
  maxMemory?: number
  cache?: string
  dryRun?: boolean
}

const examples = `
Examples:
  millrace images train_*.parquet --shape 137x236 --id-column image_id --invert --crop-resize 128 --out train.zip
  millrace images train_*.parquet --shape 137x236 --id-column image_id --out pngs/           as they are
  millrace images digits.parquet --shape 28x28 --crop-resize 32 --threshold 60 --margin 2 --out digits/

What is read: Parquet files of one row a picture and one column a pixel, as pandas and pyarrow write them. Each file is read once, on
all cores, into rows (height x width bytes each) in a temporary folder, within --max-memory; a run that goes on finds them there.

--crop-resize finds the box of the drawing, scales its levels so that the brightest is 255, removes faint noise, pads it to a square and
resizes it: pixel for pixel as the NumPy and OpenCV code that is usual for Kaggle's Bengali.AI pictures, its quirks included. A blank
picture, or one without ink inside the inset, is a named failure.

${JOB_EXITS}`

export function imagesCommand(): Command {
  const command = new Command('images')
    .summary('wide Parquet files of pixels to PNGs')
    .description('Turns Parquet files of pixels, a row for each picture and a column for each pixel, into PNGs on every core.')
    .argument('<inputs...>', 'Parquet files, folders and glob patterns')
    // Required, but checked below: commander would complain of a misspelt --out as missing, without the suggestion.
    .option('-o, --out <path>', 'where outputs go: a folder, .zip, or .tar')
    .option('--shape <HxW>', 'of a picture: height x width, whose product is the number of pixel columns', pictureSize)
    .option('--id-column <name>', 'the column that names the pictures (default: their numbers)')
    .option('--invert', 'dark ink on a light ground: levels are taken as 255 - level')
    .optionsGroup('Cutting out (with --crop-resize):')
    .option('--crop-resize <size>', 'cut the drawing out and make it a square of so many pixels', wholeNumber(1))
    .option('--threshold <level>', 'ink is brighter than this (default: 80)', number)
    .option('--noise <level>', 'levels below this become 0 (default: 28)', number)
    .option('--inset <pixels>', 'no ink is looked for so near the edges (default: 5)', number)
    .option('--margin <rows,columns>', 'added around the ink (default: 10,13)', margin)
    .option('--pad <pixels>', 'added to the longer side of the square (default: 16)', number)
    .optionsGroup('Reading:')
    .option('--max-memory <MB>', 'what reading may take at most (default: 512)', wholeNumber(200))
    .option('--cache <folder>', 'where the rows are kept, and stay (default: a temporary folder, until the program ends)')
  return jobOptions(command).addHelpText('after', examples).action(run)
}

async function run(inputs: string[], flags: Flags, command: Command): Promise<void> {
  if (flags.out === undefined) command.error("error: required option '-o, --out <path>' not specified")
  if (!Array.isArray(flags.shape)) command.error("error: required option '--shape <HxW>' not specified, as in --shape 137x236")
  const {
    out,
    shape,
    idColumn,
    invert = false,
    cropResize,
    threshold,
    noise,
    inset,
    pad,
    maxMemory,
    cache,
    dryRun = false,
    ...rest
  } = flags
  const options = { threshold, noise, inset, margin: rest.margin, pad }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Omit<CropResizeOptions, 'invert'>
  if (cropResize === undefined && Object.keys(given).length > 0) {
    command.error(`error: --${Object.keys(given)[0]} says how drawings are cut out, which --crop-resize <size> asks for`)
  }
  const { parquetPixels } = await import('../index.ts')
  const rows = parquetPixels(inputs, {
    shape,
    ...(idColumn !== undefined && { id: idColumn }),
    ...(maxMemory !== undefined && { maxBytes: maxMemory * 1e6 }),
    ...(cache !== undefined && { cache }),
  })
  const settings = { invert, crop: cropResize === undefined ? null : { size: cropResize, ...given } }
  if (dryRun) return answer(`${rows.length} pictures of ${rows.files.length} files -> ${printable(out)}\n${JSON.stringify(settings)}\n`)
  const interruption = interruptible()
  try {
    // Before the run, so that reading is not taken for the first pictures' time.
    await rows.prepare({ signal: interruption.signal, progress: rest.quiet !== true })
  } catch (error) {
    if (interruption.exitCode === undefined) throw error
    process.exitCode = interruption.exitCode
    return
  } finally {
    interruption.release()
  }
  const [{ runAndTell }, { imagesJob }] = await Promise.all([import('./run-tell.ts'), import('../recipes/images-job.ts')])
  await runAndTell(imagesJob, { out, input: rows, params: settings, ...jobOptionsOf(rest) }, rest)
}

/** `10,13`, or one number for both. */
function margin(text: string): number | [number, number] {
  const [rows, columns, ...more] = text.split(',').map(number)
  if (more.length > 0) throw new InvalidArgumentError('It is rows,columns as in 10,13, or one number for both.')
  return columns === undefined ? rows! : [rows!, columns]
}
