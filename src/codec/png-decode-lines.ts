// From the rows of a PNG file to samples of 8 or 16 bits (PNG specification, sections 7 and 8).

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

export interface Layout {
  /** Samples a pixel. */
  samples: number
  /** Bits a sample. */
  depth: number
  /** Whether samples of fewer than 8 bits are stretched to 0..255; indices of a palette are not. */
  stretch: boolean
  /** The picture; if it is of bytes, 16-bit samples keep their high byte. */
  data: Uint8Array | Uint16Array
  /** Of the picture. */
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

/** Puts the pixels of a pass where they belong; `bytes` has its rows, or the first of them. */
export function unpackPass(bytes: Uint8Array, { rowBytes, columns, top, left, stepY, stepX }: Pass, layout: Layout): void {
  const { width, samples } = layout
  for (let y = 0; y * rowBytes < bytes.length; y++) {
    unpackRow(bytes, y * rowBytes, columns, ((top + y * stepY) * width + left) * samples, stepX, layout)
  }
}

function unpackRow(bytes: Uint8Array, row: number, columns: number, to: number, stepX: number, layout: Layout): void {
  const { samples, depth, stretch, data } = layout
  const wide = data.BYTES_PER_ELEMENT === 2
  const mask = 2 ** depth - 1
  const scale = stretch ? 255 / mask : 1
  for (let x = 0; x < columns; x++) {
    for (let s = 0; s < samples; s++) {
      const i = x * samples + s
      let value: number
      if (depth === 8) value = bytes[row + i]!
      else if (depth === 16) value = wide ? bytes[row + 2 * i]! * 256 + bytes[row + 2 * i + 1]! : bytes[row + 2 * i]!
      else value = ((bytes[row + ((i * depth) >> 3)]! >> (8 - depth - ((i * depth) & 7))) & mask) * scale
      data[to + x * stepX * samples + s] = value
    }
  }
}
