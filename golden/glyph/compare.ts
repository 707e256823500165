// Makes what compare.py wrote: in.u8 and jobs.json in the folder given, to out.u8: for each a byte, 1 and the pixels or 0.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../../src/core/errors.ts'
import { cropResize, type CropResizeOptions } from '../../src/image/crop-resize.ts'

const folder = process.argv[2]!
const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as { height: number; width: number; options: CropResizeOptions }[]
const input = readFileSync(join(folder, 'in.u8'))
const output = openSync(join(folder, 'out.u8'), 'w')
let at = 0
for (const { height, width, options } of jobs) {
  const data = input.subarray(at, (at += height * width))
  try {
    const { data: pixels } = cropResize({ data, height, width, channels: 1 }, options)
    writeSync(output, Uint8Array.of(1))
    writeSync(output, pixels)
  } catch (error) {
    if (!(error instanceof MillraceError && (error.code === 'BLANK_IMAGE' || error.code === 'EMPTY_BOX'))) throw error
    writeSync(output, Uint8Array.of(0))
  }
}
closeSync(output)
