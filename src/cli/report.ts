import { statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { Command } from 'commander'
import { MillraceError } from '../index.ts'
import type { Thumbnail } from '../recipes/report-pictures.ts'
import { answer, pathFor, say } from './output.ts'

const examples = `
Examples:
  millrace report out/
  millrace report train.zip --html train.html
  millrace report out/ --html -             onto stdout

One page that holds everything it shows: counts, throughput, failures by cause, slowest items, some of the pictures. It reads
the run, also while it is on, and changes nothing of it.`

/** Pictures on the page, and names of other outputs. */
const [MAX_PICTURES, MAX_OTHERS] = [48, 24]
/** A larger file is no picture for a page. */
const MAX_BYTES = 1 << 26

export function reportCommand(): Command {
  return new Command('report')
    .summary('a page about a run, with sample pictures')
    .description('Writes an HTML page about the run into an output.')
    .argument('<out>', "the run's output")
    .option('--html [file]', 'where the page goes, - for stdout', 'report.html')
    .addHelpText('after', examples)
    .action(report)
}

async function report(out: string, { html }: { html: string | true }): Promise<void> {
  const file = html === true ? 'report.html' : html
  if (file !== '-' && !/^\.html?$/i.test(extname(file))) {
    throw new MillraceError('BAD_OPTION', `--html takes the name of a page, ending in .html, or - for stdout; received ${file}.`)
  }
  const page = await pageOf(out)
  if (file === '-') return answer(page)
  const { makeFolder, writeWhole } = await import('../recipes/whole-file.ts')
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new MillraceError('BAD_OPTION', `--html takes the name of a page, and ${file} is a folder.`)
  makeFolder(dirname(resolve(file)))
  writeWhole(file, Buffer.from(page), `${file}.${process.pid}.tmp`)
  say(`Written: ${pathFor(resolve(file))} (${Math.ceil(page.length / 1000).toLocaleString('en-US')} kB)`)
}

async function pageOf(out: string): Promise<string> {
  const [{ runReport }, { readOutputs }, { reportPage }, { PICTURES, thumbnailOf }] = await Promise.all([
    import('../jobs/report.ts'),
    import('../recipes/report-outputs.ts'),
    import('../recipes/report-page.ts'),
    import('../recipes/report-pictures.ts'),
  ])
  const pick = Object.keys(PICTURES)
  const { status, manifest, picked, ...rest } = await runReport(out, { pick, pickCount: MAX_PICTURES, otherCount: MAX_OTHERS })
  const made = new Map<string, Thumbnail>()
  for await (const { name, bytes } of readOutputs(out, picked, MAX_BYTES)) made.set(name, await thumbnailOf(name, bytes))
  const isOpenZip = /\.zip$/i.test(out) && made.size === 0 && status.state !== 'complete'
  const reason = isOpenZip ? 'Pictures in a zip can be shown when it is finished.' : 'It is gone, or too large to be shown.'
  const thumbnails = picked.map(({ name }) => made.get(name) ?? { name, picture: { reason } })
  const { millrace, seed, input, code } = manifest
  return reportPage({ status, now: Date.now(), version: millrace, seed, input: input.name, code, thumbnails, ...rest })
}
