import { MillraceError } from '../core/errors.ts'
import { kernel } from './instance.ts'

/** Which pixels show which cells: triples of cell, first pixel and first pixel after it, in the order of the pixels. */
export type Spans = Int32Array

export interface Mesh {
  /** Values, `frames` to a row. */
  data: Float32Array
  frames: number
  columns: Spans
  rows: Spans
  /** The values of the first and of the last colour. When they are equal all cells have the first. */
  vmin: number
  vmax: number
  height: number
  width: number
}

/** Pixels, and 1 for each colour that a cell has. */
export interface Drawing {
  pixels: Uint8Array
  used: Uint8Array
}

interface Exports {
  base(): number
  reserve(bytes: number): number
  levels(data: number, count: number, vmin: number, span: number): void
  draw(
    data: number,
    frames: number,
    columns: number,
    columnsEnd: number,
    rows: number,
    rowsEnd: number,
    width: number,
    colours: number,
    unit: number,
    out: number,
    used: number,
  ): void
}

/** The colours of a palette picture: every index is its own. */
const INDICES = Uint8Array.from({ length: 256 }, (_, i) => i)
/** What the kernel may read or write too much. */
const SLACK = 16

/**
 * Draws cells as rectangles of pixels. `colours` are 256 of as many bytes as a pixel has, 1 to 4: by default their own numbers.
 * In a mesh without cells all pixels have the first colour.
 * @throws MillraceError `TOO_LARGE` when matrix and picture don't fit into WebAssembly memory.
 */
export function drawMesh(mesh: Mesh, colours: Uint8Array = INDICES): Drawing {
  const { data, frames, columns, rows, vmin, height, width } = mesh
  const { exports, memory } = kernel<Exports>('mesh')
  const unit = colours.length / 256
  const size = height * width * unit
  const used = exports.base()
  const coloursAt = used + 256
  const columnsAt = coloursAt + colours.length + SLACK
  const rowsAt = columnsAt + columns.byteLength
  const dataAt = rowsAt + rows.byteLength
  const out = dataAt + data.byteLength + SLACK
  allocate(exports, out + size + SLACK)
  const bytes = new Uint8Array(memory.buffer)
  bytes.fill(0, used, coloursAt)
  bytes.set(colours, coloursAt)
  new Int32Array(memory.buffer, columnsAt, columns.length).set(columns)
  new Int32Array(memory.buffer, rowsAt, rows.length).set(rows)
  new Float32Array(memory.buffer, dataAt, data.length).set(data)
  if (columns.length === 0 || rows.length === 0) for (let i = 0; i < size; i++) bytes[out + i] = colours[i % unit]!
  exports.levels(dataAt, data.length, vmin, spanOf(mesh))
  exports.draw(dataAt, frames, columnsAt, rowsAt, rowsAt, dataAt, width, coloursAt, unit, out, used)
  return { pixels: bytes.slice(out, out + size), used: bytes.slice(used, coloursAt) }
}

/** The same in plain TypeScript: the oracle of the kernel. */
export function drawMeshTwin(mesh: Mesh, colours: Uint8Array = INDICES): Drawing {
  const { data, frames, columns, rows, vmin, height, width } = mesh
  const unit = colours.length / 256
  const pixels = Uint8Array.from({ length: height * width * unit }, (_, i) => colours[i % unit]!)
  const used = new Uint8Array(256)
  for (let r = 0; r < rows.length; r += 3) {
    for (let c = 0; c < columns.length; c += 3) {
      const value = Math.fround(data[rows[r]! * frames + columns[c]!]! - vmin)
      const index = Math.trunc(Math.max(0, Math.min(255, Math.fround(value / spanOf(mesh)) * 256)))
      used[index] = 1
      const colour = colours.subarray(index * unit, (index + 1) * unit)
      for (let y = rows[r + 1]!; y < rows[r + 2]!; y++) {
        for (let x = columns[c + 1]!; x < columns[c + 2]!; x++) pixels.set(colour, (y * width + x) * unit)
      }
    }
  }
  return { pixels, used }
}

function allocate(exports: Exports, end: number): void {
  if (end >= 2 ** 32 || exports.reserve(end) === 0) {
    throw new MillraceError('TOO_LARGE', `A picture needs ${end} bytes of WebAssembly memory, more than there is: draw a part of it`)
  }
}

/** matplotlib gives all cells the first colour when the limits are equal; a division by infinity does. */
function spanOf({ vmin, vmax }: Mesh): number {
  return vmax === vmin ? Infinity : vmax - vmin
}
