import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { drawMesh, drawMeshTwin, paint, paintTwin, type Spans } from './mesh.ts'

/** Runs of pixels that follow each other and cover `size`, with cells in any order. */
const spans = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 }).map((lengths) => {
  let at = 0
  const triples = lengths.flatMap((length, i) => [(i * 7) % lengths.length, at, (at += length)])
  return { spans: Int32Array.from(triples) as Spans, size: at, cells: lengths.length }
})
const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -80, max: 0 }))

it('the kernel draws what its twin draws', () => {
  fc.assert(
    fc.property(spans, spans, fc.array(value, { minLength: 144, maxLength: 144 }), value, value, (columns, rows, values, a, b) => {
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
      expect(drawMesh(mesh)).toEqual(drawMeshTwin(mesh))
    }),
  )
})

it('a mesh without cells is a picture of zeros, whatever was drawn before', () => {
  const full = { data: Float32Array.of(1, 2), frames: 2, rows: Int32Array.of(0, 0, 9), vmin: 0, vmax: 1, height: 9, width: 9 }
  drawMesh({ ...full, columns: Int32Array.of(1, 0, 9) })
  expect(drawMesh({ ...full, columns: new Int32Array(0) })).toEqual({ indices: new Uint8Array(81), used: new Uint8Array(256) })
})

it('paints what its twin paints', () => {
  const colours = Uint8Array.from({ length: 768 }, (_, i) => (i * 37) % 251)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.constantFrom(3 as const, 4 as const), (indices, channels) => {
      expect(paint(indices, colours, channels)).toEqual(paintTwin(indices, colours, channels))
    }),
  )
})
