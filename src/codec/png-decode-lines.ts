// From a PNG file's filtered rows to samples of 8 or 16 bits (PNG specification, sections 8 and 9).

/** One picture of rows: the whole, or one of the seven of an interlaced file. */
export interface Pass {
  rows: number
  columns: number
  /** Without the byte that names the filter. */
  rowBytes: number
  /** Bytes from a byte to the one that filters compare it with, at least 1. */
  unit: number
  /** Where its pixels lie in the whole. */
  top: number
  left: number
  stepY: number
  stepX: number
}

export interface Lines {
  /** The rows, each with its filter byte, or the first of them; they are unfiltered in place. */
  lines: Uint8Array
  samples: number
  /** Bits a sample. */
  depth: number
  /** Whether samples of fewer than 8 bits are stretched to 0..255; indices of a palette are not. */
  stretch: boolean
  /** The picture; 16-bit samples keep their high byte if it is of bytes. */
  data: Uint8Array | Uint16Array
  width: number
}

/** [top, left, stepY, stepX] of Adam7. */
const adam7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const

export function passesOf(height: number, width: number, pixelBits: number, interlaced: boolean): Pass[] {
  return (interlaced ? adam7 : [[0, 0, 1, 1] as const])
    .map(([top, left, stepY, stepX]) => {
      const rows = Math.ceil((height - top) / stepY)
      const columns = Math.ceil((width - left) / stepX)
      return { rows, columns, rowBytes: Math.ceil((columns * pixelBits) / 8), unit: Math.max(1, pixelBits >> 3), top, left, stepY, stepX }
    })
    .filter(({ rows, columns }) => rows > 0 && columns > 0)
}

/** Puts the pixels of a pass where they belong, as far as there are rows, which begin at `at`. False for a filter that does not exist. */
export function unpackPass(layout: Lines, pass: Pass, at: number): boolean {
  const { lines, samples, depth, data, width } = layout
  const { rows, rowBytes, unit, top, left, stepY, stepX, columns } = pass
  for (let y = 0; y < rows; y++) {
    const row = at + y * (rowBytes + 1) + 1
    if (row + rowBytes > lines.length) break
    if (!unfilter(lines, row, rowBytes, unit, y > 0)) return false
    const to = ((top + y * stepY) * width + left) * samples
    if (depth === 8 && stepX === 1) data.set(lines.subarray(row, row + rowBytes), to)
    else unpackRow(layout, row, columns, to, stepX)
  }
  return true
}

function unpackRow({ lines, samples, depth, stretch, data }: Lines, row: number, columns: number, to: number, stepX: number): void {
  const wide = data.BYTES_PER_ELEMENT === 2
  const mask = 2 ** depth - 1
  const scale = stretch ? 255 / mask : 1
  for (let x = 0; x < columns; x++) {
    for (let s = 0; s < samples; s++) {
      const i = x * samples + s
      let value: number
      if (depth === 8) value = lines[row + i]!
      else if (depth === 16) value = wide ? lines[row + 2 * i]! * 256 + lines[row + 2 * i + 1]! : lines[row + 2 * i]!
      else value = ((lines[row + ((i * depth) >> 3)]! >> (8 - depth - ((i * depth) & 7))) & mask) * scale
      data[to + x * stepX * samples + s] = value
    }
  }
}

/** Undoes the filter of one row in place; the row before it is unfiltered already. */
function unfilter(lines: Uint8Array, row: number, rowBytes: number, unit: number, above: boolean): boolean {
  const filter = lines[row - 1]!
  const up = rowBytes + 1
  const end = row + rowBytes
  const second = Math.min(end, row + unit)
  switch (filter) {
    case 0:
      return true
    case 1:
      for (let i = second; i < end; i++) lines[i] = lines[i]! + lines[i - unit]!
      return true
    case 2:
      if (above) for (let i = row; i < end; i++) lines[i] = lines[i]! + lines[i - up]!
      return true
    case 3:
      for (let i = row; i < second; i++) lines[i] = lines[i]! + (above ? lines[i - up]! >> 1 : 0)
      for (let i = second; i < end; i++) lines[i] = lines[i]! + ((lines[i - unit]! + (above ? lines[i - up]! : 0)) >> 1)
      return true
    case 4:
      if (!above) for (let i = second; i < end; i++) lines[i] = lines[i]! + lines[i - unit]!
      else paeth(lines, row, second, end, unit, up)
      return true
    default:
      return false
  }
}

function paeth(lines: Uint8Array, row: number, second: number, end: number, unit: number, up: number): void {
  for (let i = row; i < second; i++) lines[i] = lines[i]! + lines[i - up]!
  for (let i = second; i < end; i++) {
    const a = lines[i - unit]!
    const b = lines[i - up]!
    const c = lines[i - up - unit]!
    const pa = Math.abs(b - c)
    const pb = Math.abs(a - c)
    const pc = Math.abs(a + b - 2 * c)
    lines[i] = lines[i]! + (pa <= pb && pa <= pc ? a : pb <= pc ? b : c)
  }
}
