// Decodes what compare.py wrote: in.bin and lengths.json in the folder given, to out.bin and results.json (a shape or an error each).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJpeg } from '../../src/codec/jpeg.ts'

const folder = process.argv[2]!
const bytes = readFileSync(join(folder, 'in.bin'))
const lengths = JSON.parse(readFileSync(join(folder, 'lengths.json'), 'utf8')) as number[]
const pixels: Uint8Array[] = []
let at = 0
const results = lengths.map((length) => {
  try {
    const { data, height, width, channels } = decodeJpeg(bytes.subarray(at, (at += length)))
    pixels.push(data)
    return [height, width, channels]
  } catch (error) {
    return (error as Error).message
  }
})
writeFileSync(join(folder, 'out.bin'), Buffer.concat(pixels))
writeFileSync(join(folder, 'results.json'), JSON.stringify(results))
