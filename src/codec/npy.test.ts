import { readFileSync, readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor, TensorType } from '../core/tensor.ts'
import { encodeNpy, loadNpy } from './npy.ts'

const golden = new URL('../../golden/npy/', import.meta.url)
const read = (name: string): Uint8Array => readFileSync(new URL(name, golden))
const cases = JSON.parse(readFileSync(new URL('cases.json', golden), 'utf8')) as Record<
  string,
  { type: TensorType; dims: number[]; values: string[]; plain: boolean }
>
const refused = expect.objectContaining({ code: 'BAD_NPY' })

function number(text: string, type: TensorType): number | bigint {
  if (type === 'bool') return text === 'True' ? 1 : 0
  if (type.endsWith('64') && type !== 'float64') return BigInt(text)
  return Number(text.replace('inf', 'Infinity'))
}

/** A file with this header before this many zero bytes, in format `major`. */
function file(header: string, bytes: number, major = 1): Uint8Array {
  const length = Buffer.alloc(major === 1 ? 2 : 4)
  length.writeUIntLE(header.length, 0, length.length)
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), major, 0]), length, Buffer.from(header, 'latin1'), Buffer.alloc(bytes)])
}

test.each(Object.entries(cases))('reads what NumPy wrote: %s', (name, { type, dims, values, plain }) => {
  const tensor = loadNpy(read(`${name}.npy`))
  expect(tensor.type).toBe(type)
  expect(tensor.dims).toEqual(dims)
  expect([...tensor.data]).toEqual(values.map((text) => number(text, type)))
  if (plain) expect(Buffer.from(encodeNpy(tensor)).equals(read(`${name}.npy`))).toBe(true)
})

test('reads from bytes at any offset and leaves them alone', () => {
  const bytes = read('big-endian.npy')
  const shifted = new Uint8Array(bytes.length + 3)
  shifted.set(bytes, 3)
  const copy = shifted.slice()
  expect([...loadNpy(shifted.subarray(3)).data]).toEqual([1.5, -2, 3, 1e300])
  expect(shifted).toEqual(copy)
})

test('what is written is read back, of any shape', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 5 }), fc.nat(), (dims, seed) => {
      const size = dims.reduce((product, dim) => product * dim, 1)
      const tensor: Tensor = { data: Int32Array.from({ length: size }, (_, i) => Math.imul(i + seed, 0x9e3779b1)), dims, type: 'int32' }
      const bytes = encodeNpy(tensor)
      expect((bytes.length - size * 4) % 64).toBe(0)
      expect(loadNpy(bytes)).toEqual(tensor)
    }),
  )
})

test('a Fortran-ordered file holds the transpose of its shape reversed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), (dims) => {
      const size = dims.reduce((product, dim) => product * dim, 1)
      const bytes = file(`{'descr': '|u1', 'fortran_order': True, 'shape': (${dims.join(',')},), }\n`, size)
      for (let i = 0; i < size; i++) bytes[bytes.length - size + i] = i
      const { data } = loadNpy(bytes)
      for (let target = 0; target < size; target++) {
        let [rest, source, scale] = [target, 0, size]
        for (const dim of [...dims].reverse()) {
          source += (rest % dim) * (scale /= dim)
          rest = Math.floor(rest / dim)
        }
        expect(data[target]).toBe(source % 256)
      }
    }),
  )
})

test.each(readdirSync(new URL('refused/', golden)))('refuses what is no plain array: %s', (name) => {
  expect(() => loadNpy(read(`refused/${name}`))).toThrow(refused)
})

test('refuses every truncation, and bytes too many', () => {
  for (const name of ['float32.npy', 'version-2.npy', 'scalar.npy']) {
    const bytes = read(name)
    for (let length = 0; length < bytes.length; length++) expect(() => loadNpy(bytes.subarray(0, length))).toThrow(refused)
    expect(() => loadNpy(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(refused)
  }
})

const header = (shape: string, descr = "'<f4'", order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`
test.each([
  ['huge', header('(99999999999, 99999999999, 99999999999)')],
  ['huge beside zero', header('(4611686018427387904, 4611686018427387904, 0)')],
  ['petabytes', header('(1000000000000000,)')],
  ['negative', header('(-4,)')],
  ['no numbers', header('(a,)')],
  ['fractions', header('(1.5,)')],
  ['an expression', header("__import__('os').system('x')")],
  ['a call as type', header('(1,)', "__import__('os')")],
  ['an unknown type', header('(1,)', "'<f3'")],
  ['a type named as a property', header('(1,)', "'constructor'")],
  ['an order that is a number', header('(1,)', "'<f4'", '1')],
  ['one key missing', "{'descr': '<f4', 'shape': (1,), }"],
  ['a key too many', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': (1,), }"],
  ['something behind', `${header('(1,)')} True`],
  ['unclosed', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,"],
  ['65 axes', header(`(${'1,'.repeat(65)})`)],
  ['nothing', ''],
  ['spaces', ' '.repeat(60_000)],
  ['commas', header(`(${','.repeat(60_000)})`)],
])('refuses a header with %s', (_, text) => {
  expect(() => loadNpy(file(text, 4))).toThrow(refused)
})

test('refuses a header said to be 4 GB, and unknown formats', () => {
  const bytes = file(header('(1,)'), 4, 2)
  bytes.fill(255, 8, 12)
  expect(() => loadNpy(bytes)).toThrow(refused)
  expect(() => loadNpy(file(header('(1,)'), 4, 4))).toThrow(/format must be/)
  expect(loadNpy(file(header('(1L,)'), 4)).dims).toEqual([1])
})

test('never throws anything else, whatever the bytes', () => {
  const bytes = read('float32.npy')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const copy = new Uint8Array(bytes)
      for (const [at, value] of changes) copy[at] = value
      try {
        loadNpy(copy)
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_NPY' })
      }
    }),
  )
})

test('refuses tensors whose data does not fit', () => {
  expect(() => encodeNpy({ data: new Float32Array(5), dims: [2, 3], type: 'float32' })).toThrow(refused)
  expect(() => encodeNpy({ data: new Float32Array(6), dims: [2, 3], type: 'float64' })).toThrow(refused)
  expect(() => encodeNpy({ data: new Float32Array(6), dims: [2, 3], type: 'toString' as TensorType })).toThrow(refused)
  expect(() => encodeNpy({ data: new Float32Array(6), dims: [-2, -3], type: 'float32' })).toThrow(refused)
})
