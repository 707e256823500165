import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { drawMesh, drawMeshTwin, type Spans } from './mesh.ts'

/** Runs of pixels that follow each other and cover `size`, with cells in any order. */
const spans = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }).map((lengths) => {
  let at = 0
  const triples = lengths.flatMap((length, i) => [(i * 7) % lengths.length, at, (at += length)])
  return { spans: Int32Array.from(triples) as Spans, size: at, cells: lengths.length }
})
/** Of a palette's indices, of RGB and of RGBA. */
const colours = [1, 3, 4].map((unit) => Uint8Array.from({ length: 256 * unit }, (_, i) => (i * 37) % 251))
const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -80, max: 0 }))

it('the kernel draws what its twin draws', () => {
  fc.assert(
    fc.property(
      spans,
      spans,
      fc.array(value, { minLength: 64, maxLength: 64 }),
      value,
      value,
      fc.constantFrom(undefined, ...colours),
      (columns, rows, values, a, b, colours) => {
        const mesh = {
          data: Float32Array.from(values).subarray(0, columns.cells * rows.cells),
          frames: columns.cells,
          columns: columns.spans,
          rows: rows.spans,
          vmin: Math.min(a, b),
          vmax: Math.max(a, b),
          height: rows.size,
          width: columns.size,
        }
        expect(drawMesh(mesh, colours)).toEqual(drawMeshTwin(mesh, colours))
      },
    ),
  )
})

it.each([undefined, ...colours])('a mesh without cells has the first colour, whatever was drawn before', (colours) => {
  const full = { data: Float32Array.of(1, 2), frames: 2, rows: Int32Array.of(0, 0, 9), vmin: 0, vmax: 1, height: 9, width: 9 }
  drawMesh({ ...full, columns: Int32Array.of(1, 0, 9) }, colours)
  const blank = { ...full, columns: new Int32Array(0) }
  expect(drawMesh(blank, colours)).toEqual(drawMeshTwin(blank, colours))
})
