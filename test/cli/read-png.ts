import { crc32, inflateSync } from 'node:zlib'

export interface Png {
  height: number
  width: number
  /** 3: palette, 2: RGB, 6: RGBA. */
  type: number
  /** Rows of RGB, or of RGBA. */
  pixels: Buffer
}

/** Reads an 8-bit PNG, and throws when anything in it is not whole. */
export function readPng(file: Buffer): Png {
  const parts: Buffer[] = []
  let [height, width, type, at] = [0, 0, 0, 8]
  let palette: Buffer = Buffer.alloc(0)
  let last = ''
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG')
  while (at < file.length) {
    const end = at + 8 + file.readUInt32BE(at)
    if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) throw new Error(`chunk at ${at} is damaged`)
    last = file.toString('latin1', at + 4, at + 8)
    const data = file.subarray(at + 8, end)
    if (last === 'IHDR') [width, height, type] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9]!]
    if (last === 'PLTE') palette = data
    if (last === 'IDAT') parts.push(data)
    at = end + 4
  }
  if (last !== 'IEND' || at !== file.length) throw new Error('cut short')
  const unit = type === 6 ? 4 : type === 2 ? 3 : 1
  const indices = unfilter(inflateSync(Buffer.concat(parts)), height, width * unit, unit)
  const pixels = unit > 1 ? indices : Buffer.concat(Array.from(indices, (index) => palette.subarray(3 * index, 3 * index + 3)))
  return { height, width, type, pixels }
}

/** Undoes the filters of the PNG specification, clause 9. */
function unfilter(lines: Buffer, height: number, stride: number, unit: number): Buffer {
  if (lines.length !== height * (stride + 1)) throw new Error('a wrong number of pixels')
  const out = Buffer.alloc(height * stride)
  const byte = (y: number, i: number): number => (y < 0 || i < 0 ? 0 : out[y * stride + i]!)
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]!
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [byte(y, i - unit), byte(y - 1, i), byte(y - 1, i - unit)]
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      const prediction = [0, a, b, (a + b) >> 1, paeth][filter]
      if (prediction === undefined) throw new Error(`filter ${filter}`)
      out[y * stride + i] = lines[y * (stride + 1) + 1 + i]! + prediction
    }
  }
  return out
}
