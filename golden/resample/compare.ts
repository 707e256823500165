// Resamples what compare.py wrote: in.f32 and jobs.json in the folder given, to out.f32 and lengths.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resample } from '../../src/audio/resample.ts'

const folder = process.argv[2]!
const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as { origSr: number; targetSr: number; length: number }[]
const bytes = readFileSync(join(folder, 'in.f32'))
const input = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
let at = 0
const outputs = jobs.map(({ length, ...rates }) => resample(input.subarray(at, (at += length)), rates))
writeFileSync(join(folder, 'out.f32'), Buffer.concat(outputs.map((y) => Buffer.from(y.buffer, y.byteOffset, y.byteLength))))
writeFileSync(join(folder, 'lengths.json'), JSON.stringify(outputs.map((y) => y.length)))
