// Resizes what compare.py wrote: in.u8 and jobs.json in the folder given, to out.u8.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { resample, type ResampleOptions } from '../../src/image/resample.ts'

interface Job {
  height: number
  width: number
  channels: 1 | 3 | 4
  bits: 8 | 16
  size: [height: number, width: number]
  options: ResampleOptions
}

const folder = process.argv[2]!
const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as Job[]
const input = readFileSync(join(folder, 'in.u8'))
const output = openSync(join(folder, 'out.u8'), 'w')
let at = 0
for (const { height, width, channels, bits, size, options } of jobs) {
  const bytes = Uint8Array.from(input.subarray(at, (at += (height * width * channels * bits) / 8)))
  const data = bits === 16 ? new Uint16Array(bytes.buffer) : bytes
  const resized = resample({ data, height, width, channels }, size, options).data
  writeSync(output, new Uint8Array(resized.buffer, resized.byteOffset, resized.byteLength))
}
closeSync(output)
