// Does what compare.py wrote (in.bin and jobs.json in the folder given), and writes what it got: out.bin and out.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Image } from '../../src/core/image.ts'
import type { OpenOptions } from '../../src/image/decode.ts'
import { open, openTransformed } from '../../src/image/open.ts'
import { imagenet } from '../../src/image/tensor.ts'
import { compose } from '../../src/image/transform.ts'
import * as transforms from '../../src/image/transforms.ts'

interface Job {
  bytes: number
  options: OpenOptions
  /** A function of transforms.ts and its arguments after the picture; 'tensor' and a size; or only open it. */
  call: [name: string, ...args: unknown[]] | null
}

async function main(folder: string): Promise<void> {
  const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as Job[]
  const input = readFileSync(join(folder, 'in.bin'))
  const outputs: Uint8Array[] = []
  const shapes: number[][] = []
  let at = 0
  for (const { bytes, options, call } of jobs) {
    const { data, height, width } = await done(input.subarray(at, (at += bytes)), options, call)
    outputs.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    shapes.push([height, width, data.byteLength])
  }
  writeFileSync(join(folder, 'out.bin'), Buffer.concat(outputs))
  writeFileSync(join(folder, 'out.json'), JSON.stringify(shapes))
}

async function done(file: Uint8Array, options: OpenOptions, call: Job['call']): Promise<Omit<Image, 'data'> & { data: Uint8Array | Uint16Array | Float32Array }> {
  if (call === null) return open(file, options)
  const [name, ...args] = call
  if (name === 'tensor') {
    const size = args[0] as [number, number]
    const steps = compose(transforms.resize(size, { method: 'crop' }), transforms.toTensor(), transforms.normalize(imagenet))
    const { data } = await openTransformed(file, steps, options, {})
    return { data, height: size[0], width: size[1], channels: 3 }
  }
  const operation = transforms[name as keyof typeof transforms] as unknown as (image: Image, ...args: unknown[]) => Image
  return operation(await open(file, options), ...args)
}

await main(process.argv[2]!)
