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

/** A picture of indices 0 to 255, and 1 for each index that a cell has. */
export interface Drawing {
  indices: Uint8Array
  used: Uint8Array
}

interface Exports {
  base(): number
  reserve(bytes: number): number
  draw(
    data: number,
    frames: number,
    columns: number,
    columnsEnd: number,
    rows: number,
    rowsEnd: number,
    vmin: number,
    span: number,
    width: number,
    out: number,
    used: number,
  ): void
  paint(indices: number, count: number, colours: number, out: number, channels: number): void
}

/**
 * Draws cells as rectangles of pixels. Pixels without a cell are 0.
 * @throws MillraceError `TOO_LARGE` when matrix and picture don't fit into WebAssembly memory.
 */
export function drawMesh(mesh: Mesh): Drawing {
  const { data, frames, columns, rows, vmin, height, width } = mesh
  const { exports, memory } = kernel<Exports>('mesh')
  const size = height * width
  const used = exports.base()
  const columnsAt = used + 256
  const rowsAt = columnsAt + columns.byteLength
  const dataAt = rowsAt + rows.byteLength
  const out = dataAt + data.byteLength
  allocate(exports, out + size + 8)
  const bytes = new Uint8Array(memory.buffer)
  bytes.fill(0, used, used + 256)
  if (columns.length === 0 || rows.length === 0) bytes.fill(0, out, out + size)
  new Int32Array(memory.buffer, columnsAt, columns.length).set(columns)
  new Int32Array(memory.buffer, rowsAt, rows.length).set(rows)
  new Float32Array(memory.buffer, dataAt, data.length).set(data)
  exports.draw(dataAt, frames, columnsAt, rowsAt, rowsAt, dataAt, vmin, spanOf(mesh), width, out, used)
  return { indices: bytes.slice(out, out + size), used: bytes.slice(used, used + 256) }
}

/** The same in plain TypeScript: the oracle of the kernel. */
export function drawMeshTwin(mesh: Mesh): Drawing {
  const { data, frames, columns, rows, vmin, height, width } = mesh
  const indices = new Uint8Array(height * width)
  const used = new Uint8Array(256)
  for (let r = 0; r < rows.length; r += 3) {
    for (let c = 0; c < columns.length; c += 3) {
      const value = Math.fround(data[rows[r]! * frames + columns[c]!]! - vmin)
      const index = Math.trunc(Math.max(0, Math.min(255, Math.fround(value / spanOf(mesh)) * 256)))
      used[index] = 1
      for (let y = rows[r + 1]!; y < rows[r + 2]!; y++) indices.fill(index, y * width + columns[c + 1]!, y * width + columns[c + 2]!)
    }
  }
  return { indices, used }
}

/**
 * Indices as RGB or opaque RGBA; `colours` are 256 of 3 bytes.
 * @throws MillraceError `TOO_LARGE` as `drawMesh`.
 */
export function paint(indices: Uint8Array, colours: Uint8Array, channels: 3 | 4): Uint8Array {
  const { exports, memory } = kernel<Exports>('mesh')
  const table = exports.base()
  const source = table + 1024
  const out = source + indices.length
  const size = indices.length * channels
  allocate(exports, out + size + 1)
  const bytes = new Uint8Array(memory.buffer)
  for (let i = 0; i < 256; i++) bytes.set([colours[3 * i]!, colours[3 * i + 1]!, colours[3 * i + 2]!, 255], table + 4 * i)
  bytes.set(indices, source)
  exports.paint(source, indices.length, table, out, channels)
  return bytes.slice(out, out + size)
}

/** The same in plain TypeScript: the oracle of the kernel. */
export function paintTwin(indices: Uint8Array, colours: Uint8Array, channels: 3 | 4): Uint8Array {
  const out = new Uint8Array(indices.length * channels).fill(255)
  indices.forEach((index, i) => out.set(colours.subarray(3 * index, 3 * index + 3), i * channels))
  return out
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
