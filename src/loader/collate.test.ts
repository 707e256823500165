import { describe, expect, test } from 'vitest'
import { collate } from './collate.ts'

const f32 = (...values: number[]): Float32Array => Float32Array.from(values)
const tensor = (data: Float32Array, ...dims: number[]): { data: Float32Array; dims: number[]; type: 'float32' } => ({
  data,
  dims,
  type: 'float32',
})
const refused = (samples: unknown[], message: RegExp): void => expect(() => collate(samples)).toThrow(message)

describe('numbers', () => {
  test('numbers, bigints and booleans become tensors', () => {
    expect(collate([1, 2.5])).toEqual({ data: Float64Array.of(1, 2.5), dims: [2], type: 'float64' })
    expect(collate([1n, 2n])).toEqual({ data: BigInt64Array.of(1n, 2n), dims: [2], type: 'int64' })
    expect(collate([true, false])).toEqual({ data: Uint8Array.of(1, 0), dims: [2], type: 'bool' })
  })

  test('typed arrays are stacked and keep their type', () => {
    expect(collate([f32(1, 2), f32(3, 4)])).toEqual({ data: f32(1, 2, 3, 4), dims: [2, 2], type: 'float32' })
    for (const [array, type] of [
      [Int8Array.of(-1), 'int8'],
      [Uint16Array.of(1), 'uint16'],
      [Int16Array.of(1), 'int16'],
      [Int32Array.of(1), 'int32'],
      [Uint32Array.of(1), 'uint32'],
      [BigUint64Array.of(1n), 'uint64'],
      [Uint8Array.of(1), 'uint8'],
      [Uint8ClampedArray.of(1), 'uint8'],
      [Buffer.of(1), 'uint8'],
    ] as const) {
      expect(collate([array, array])).toMatchObject({ dims: [2, 1], type })
    }
  })

  test('tensors are stacked, scalars too', () => {
    expect(collate([tensor(f32(1, 2), 2, 1), tensor(f32(3, 4), 2, 1)])).toEqual(tensor(f32(1, 2, 3, 4), 2, 2, 1))
    expect(collate([tensor(f32(1)), tensor(f32(2))])).toEqual(tensor(f32(1, 2), 2))
  })

  test('images are stacked as height x width x channels', () => {
    const image = (value: number): object => ({ data: new Uint8Array(6).fill(value), height: 1, width: 2, channels: 3 })
    expect(collate([image(1), image(2)])).toEqual({
      data: Uint8Array.of(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2),
      dims: [2, 1, 2, 3],
      type: 'uint8',
    })
  })

  test('a batch is not the memory of its samples', () => {
    const sample = f32(1, 2)
    const batch = collate([sample, sample])
    batch.data[0] = 9
    expect(sample[0]).toBe(1)
  })
})

describe('structures', () => {
  test('objects by field, tuples by place', () => {
    expect(
      collate([
        { x: f32(1), y: { z: 1 } },
        { x: f32(2), y: { z: 2 } },
      ]),
    ).toEqual({
      x: { data: f32(1, 2), dims: [2, 1], type: 'float32' },
      y: { z: { data: Float64Array.of(1, 2), dims: [2], type: 'float64' } },
    })
    expect(
      collate([
        [f32(1), 7, 'a'],
        [f32(2), 8, 'b'],
      ]),
    ).toEqual([{ data: f32(1, 2), dims: [2, 1], type: 'float32' }, { data: Float64Array.of(7, 8), dims: [2], type: 'float64' }, ['a', 'b']])
  })

  test('strings and lists stay lists, whatever their lengths', () => {
    expect(collate(['a', 'b'])).toEqual(['a', 'b'])
    expect(collate([['sim', 'imp'], ['sca']])).toEqual([['sim', 'imp'], ['sca']])
    expect(
      collate([
        ['a', 'b'],
        ['c', 'd'],
      ]),
    ).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(collate([[1, 2], [3]])).toEqual([[1, 2], [3]])
    expect(collate([[{ box: 1 }], []])).toEqual([[{ box: 1 }], []])
    expect(collate([null, null])).toEqual([null, null])
    expect(collate([new Date(0), new Date(1)])).toEqual([new Date(0), new Date(1)])
  })

  test('a field named __proto__ is a field', () => {
    const sample = JSON.parse('{"__proto__": 1}') as object
    expect(JSON.stringify(collate([sample, sample]))).toContain('"__proto__"')
  })
})

describe('what does not fit together is refused with the field, both samples and both shapes', () => {
  test('shapes', () => {
    refused(
      [tensor(f32(1, 2), 2), tensor(f32(1), 1)],
      /sample 1 of the batch is a tensor of float32 \[1\], but sample 0 of the batch: a tensor of float32 \[2\]/,
    )
    refused([{ image: f32(1) }, { image: f32(1, 2) }], /field image is a typed array of float32 \[2\]/)
    refused([f32(1), Float64Array.of(1)], /float64 \[1\].*float32 \[1\]/)
  })

  test('kinds', () => {
    refused([1, 'a'], /sample 1 of the batch is a string, but sample 0 of the batch: a number/)
    refused([{ label: 1 }, { label: undefined }], /field label is undefined/)
    refused([{ a: 1 }, { b: 1 }], /has the fields b.*: a/)
    refused([[f32(1), 1], [f32(1)]], /a tuple of 1.*a tuple of 2/)
    refused([['a'], 'a'], /is a string.*a list of 1/)
  })
})
