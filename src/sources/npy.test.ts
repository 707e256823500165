import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { golden } from '../../golden/read.ts'
import { encodeNpy, loadNpy } from '../codec/npy.ts'
import { NpyDataset } from './npy.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-npy-'))
afterAll(() => rmSync(folder, { recursive: true }))
const pathOf = (name: string): string => fileURLToPath(new URL(`../../golden/npy/${name}.npy`, import.meta.url))
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test.each(['float32', 'int64', 'bool', 'uint16', 'big-endian', 'big-endian-int64', 'five-axes', 'one-axis', 'version-2', 'version-3'])(
  "the rows of NumPy's %s",
  (name) => {
    const whole = loadNpy(golden(`npy/${name}.npy`))
    const rows = new NpyDataset(pathOf(name))
    const size = whole.data.length / whole.dims[0]!
    expect(rows.length).toBe(whole.dims[0])
    for (let i = 0; i < rows.length; i++) {
      expect(rows.get(i)).toEqual({ data: whole.data.slice(i * size, (i + 1) * size), dims: whole.dims.slice(1), type: whole.type })
    }
  },
)

test('what has no rows that lie together, or has changed', () => {
  expect(() => new NpyDataset(pathOf('scalar'))).toThrow(code('BAD_NPY', /one number/))
  expect(() => new NpyDataset(pathOf('fortran'))).toThrow(code('BAD_NPY', /Fortran order.*ascontiguousarray/))
  expect(() => new NpyDataset(join(folder, 'gone.npy'))).toThrow(code('INPUT_UNREADABLE', /ENOENT/))
  const file = join(folder, 'a.npy')
  writeFileSync(file, encodeNpy({ data: Float32Array.of(1, 2, 3, 4), dims: [2, 2], type: 'float32' }))
  const rows = new NpyDataset(file)
  expect(() => rows.get(2)).toThrow(code('BAD_INDEX', /0 to 1/))
  truncateSync(file, 140)
  expect(rows.get(0).data).toEqual(Float32Array.of(1, 2))
  expect(() => rows.get(1)).toThrow(code('BAD_NPY', /ends before row 1/))
  expect(() => new NpyDataset(file)).toThrow(code('BAD_NPY', /needs 16 bytes/))
})
