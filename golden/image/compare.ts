// Does what compare.py wrote (in.bin and jobs.json in the folder given), and writes what it got: out.bin and out.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Image } from '../../src/core/image.ts'
import type { OpenOptions } from '../../src/image/decode.ts'
import { open } from '../../src/image/open.ts'
import * as transforms from '../../src/image/transforms.ts'

interface Job {
  bytes: number
  options: OpenOptions
  /** A function of transforms.ts and its arguments after the picture. */
  call: [name: string, ...args: unknown[]] | null
}

async function main(folder: string): Promise<void> {
  const jobs = JSON.parse(readFileSync(join(folder, 'jobs.json'), 'utf8')) as Job[]
  const input = readFileSync(join(folder, 'in.bin'))
  const outputs: Uint8Array[] = []
  const shapes: number[][] = []
  let at = 0
  for (const { bytes, options, call } of jobs) {
    let image = await open(input.subarray(at, (at += bytes)), options)
    if (call !== null) {
      const [name, ...args] = call
      const operation = transforms[name as keyof typeof transforms] as unknown as (image: Image, ...args: unknown[]) => Image
      image = operation(image, ...args)
    }
    const { data, height, width } = image
    outputs.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    shapes.push([height, width, data.byteLength])
  }
  writeFileSync(join(folder, 'out.bin'), Buffer.concat(outputs))
  writeFileSync(join(folder, 'out.json'), JSON.stringify(shapes))
}

await main(process.argv[2]!)
