import { expect, test } from 'vitest'
import { golden } from '../../golden/read.ts'
import type { Tensor } from '../core/tensor.ts'
import { encodeNpz, loadNpz } from './npz.ts'

const arrays: Record<string, Tensor> = {
  mel: { data: Float32Array.from({ length: 12 }, (_, i) => i / 8), dims: [3, 4], type: 'float32' },
  label: { data: BigInt64Array.of(7n), dims: [], type: 'int64' },
  ünicode: { data: Uint8Array.of(1, 0), dims: [2], type: 'bool' },
}

test("NumPy's own files, and ours again", () => {
  expect(loadNpz(golden('sinks/files/numpy.npz'))).toEqual(arrays)
  const zeros = { data: new Uint8Array(2000), dims: [2000], type: 'uint8' }
  expect(loadNpz(golden('sinks/files/numpy-compressed.npz'))).toEqual({ ...arrays, zeros })
  expect(loadNpz(encodeNpz(arrays))).toEqual(arrays)
  expect(loadNpz(encodeNpz({}))).toEqual({})
})

test('what is no npz is refused', () => {
  expect(() => encodeNpz({ '': arrays['mel']! })).toThrow(/name must have 1 to/)
  expect(() => loadNpz(golden('sinks/files/stored.zip'))).toThrow(/this one has "yes\/"/)
  expect(() => loadNpz(golden('npy/float32.npy'))).toThrow(/no end record/)
  expect(() => loadNpz(golden('sinks/files/numpy-compressed.npz'), { maxBytes: 1000 })).toThrow(/at most 1000 bytes/)
})
