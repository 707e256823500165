import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KernelMemory, kernelBytes, parquetKernel, snappyDecompress } from './parquet.ts'
import { hybridPlain, snappyPlain, transposePlain } from './parquet-plain.ts'

const bytes = (options: fc.IntArrayConstraints = {}): fc.Arbitrary<Uint8Array> => fc.uint8Array(options)

/** A varint, as snappy and the hybrid have it. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])

/** Places in the kernel's memory, with other bytes around them. */
function place(...parts: Uint8Array[]): number[] {
  const memory = new KernelMemory()
  const places = parts.map((part) => memory.take(part.length))
  for (const [i, part] of parts.entries())
    kernelBytes()
      .fill(0xa5, places[i]!, places[i]! + part.length + 64)
      .set(part, places[i])
  return places
}

/** A stream of snappy's, whole: literals, and copies of what there is by then. */
const stream = fc
  .array(fc.record({ kind: fc.constantFrom(0, 0, 1, 2, 3), data: bytes({ minLength: 1, maxLength: 300 }), far: fc.nat() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((parts) => {
    const body: number[] = []
    let length = 0
    for (const { kind, data, far } of parts) {
      const count = length === 0 || kind === 0 ? data.length : kind === 1 ? 4 + (data.length % 8) : 1 + (data.length % 64)
      const offset = 1 + (far % Math.min(length, kind === 1 ? 2047 : 65535))
      if (length === 0 || kind === 0) body.push(...literalHead(count - 1), ...data)
      else if (kind === 1) body.push(((offset >> 8) << 5) | ((count - 4) << 2) | 1, offset & 255)
      else if (kind === 2) body.push(((count - 1) << 2) | 2, offset & 255, offset >> 8)
      else body.push(((count - 1) << 2) | 3, offset & 255, offset >> 8, 0, 0)
      length += count
    }
    return { data: [...varint(length), ...body], length }
  })
const literalHead = (most: number): number[] => {
  return most < 60 ? [most << 2] : most < 256 ? [60 << 2, most] : [62 << 2, most & 255, most >> 8, 0]
}

test('snappy: the kernel and its twin agree on whole and on damaged data', () => {
  fc.assert(
    fc.property(stream, fc.nat(), fc.nat(255), ({ data, length }, place, damage) => {
      const whole = snappyPlain(Uint8Array.from(data), length)
      expect(whole?.length).toBe(length)
      const damaged = Uint8Array.from(data)
      damaged[place % data.length] = damage
      for (const each of [Uint8Array.from(data), damaged, damaged.subarray(0, place % data.length)]) {
        for (const size of [length, length + 1, length - 1]) {
          const [ours, plain] = [snappyDecompress(each, size), snappyPlain(each, size)]
          expect(ours === undefined || plain === undefined ? ours === plain : Buffer.from(ours).equals(plain)).toBe(true)
        }
      }
    }),
    { numRuns: 500, seed: 5 },
  )
})

test('snappy writes nothing behind the length it was told, but for a vector', () => {
  const memory = new KernelMemory()
  const [source, target] = [memory.take(5000), memory.take(100)]
  const data = [...varint(100), (99 - 4) << 2, ...Array.from({ length: 200 }, (_, i) => i)]
  kernelBytes()
    .fill(0xee, target, target + 1000)
    .set(data, source)
  parquetKernel().exports.snappy(source, source + data.length, target, 100)
  expect(
    kernelBytes()
      .subarray(target + 164, target + 1000)
      .every((byte) => byte === 0xee),
  ).toBe(true)
})

/** Runs and packed groups of numbers of `width` bits, as they are written. */
const hybrid = (width: number): fc.Arbitrary<number[]> => {
  const valueBytes = Math.ceil(width / 8)
  const run = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(Math.min(255, 2 ** width - 1))).map(([count, value]) => {
    return [...varint(count * 2), ...[value, 0, 0, 0].slice(0, valueBytes)]
  })
  const packed = fc.integer({ min: 1, max: 5 }).chain((groups) => {
    // Of more than eight bits most would be over 255.
    const data = bytes({ minLength: groups * width, maxLength: groups * width }).map((all) => (width > 8 ? all.fill(0) : all))
    return data.map((all) => [...varint(groups * 2 + 1), ...all])
  })
  return fc.array(fc.oneof(run, packed), { minLength: 1, maxLength: 12 }).map((parts) => parts.flat())
}

test('hybrid: the kernel and its twin agree on every width, on whole and on damaged data', () => {
  let whole = 0
  const inputs = fc
    .integer({ min: 0, max: 32 })
    .chain((width) => fc.tuple(fc.constant(width), hybrid(width), fc.nat(300), fc.nat(), fc.nat(255)))
  fc.assert(
    fc.property(inputs, ([width, data, count, at, damage]) => {
      const damaged = [...data]
      damaged[at % data.length] = damage
      for (const each of [data, damaged, data.slice(0, at % data.length)]) {
        const plain = hybridPlain(Uint8Array.from(each), width, count)
        const [source, target] = place(Uint8Array.from(each), new Uint8Array(count))
        const most = parquetKernel().exports.hybrid(source!, source! + each.length, width, count, target!)
        expect(most).toBe(plain === undefined ? -1 : plain.reduce((a, b) => Math.max(a, b), 0))
        if (plain === undefined) continue
        whole++
        expect(kernelBytes().slice(target, target! + count)).toEqual(plain)
        const ones = width === 1 && plain.every((value) => value === 1)
        if (width === 1) expect(parquetKernel().exports.allOnes(source!, source! + each.length, count)).toBe(ones ? 1 : 0)
      }
    }),
    { numRuns: 2000, seed: 5 },
  )
  expect(whole).toBeGreaterThan(500)
})

test('allOnes: runs and packed bits, the last group cut off, and one zero anywhere', () => {
  const { allOnes } = parquetKernel().exports
  const of = (count: number, ...data: number[]): boolean => {
    const [at] = place(Uint8Array.from(data))
    return allOnes(at!, at! + data.length, count) === 1
  }
  expect(of(300, ...varint(600), 1)).toBe(true)
  expect(of(301, ...varint(600), 1)).toBe(false)
  expect(of(300, ...varint(600), 0)).toBe(false)
  expect(of(11, 5, 0xff, 0x07)).toBe(true)
  expect(of(11, 5, 0xff, 0x03)).toBe(false)
  expect(of(24, 3, 0xff, 32, 1)).toBe(true)
  expect(of(24, 3, 0xff)).toBe(false)
  expect(of(0)).toBe(true)
})

test('narrow takes bytes and refuses all else, wherever it stands', () => {
  for (const size of [4, 8]) {
    for (const count of [0, 1, 15, 16, 17, 64, 100]) {
      const values = BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 37) % 256))
      const write = (): Uint8Array => new Uint8Array(size === 8 ? values.slice().buffer : Int32Array.from(values, Number).buffer)
      const [source, target] = place(write(), new Uint8Array(count))
      expect(parquetKernel().exports.narrow(source!, size, count, target!)).toBe(1)
      expect(kernelBytes().slice(target, target! + count)).toEqual(Uint8Array.from(values, Number))
      for (const bad of [256n, -1n, 65536n, -(2n ** 31n), ...(size === 8 ? [2n ** 32n, -(2n ** 63n)] : [])]) {
        for (const at of [0, 14, 15, 16, 63, 99].filter((place) => place < count)) {
          const kept = values[at]!
          values[at] = bad
          const [source, target] = place(write(), new Uint8Array(count))
          values[at] = kept
          expect(parquetKernel().exports.narrow(source!, size, count, target!)).toBe(0)
        }
      }
    }
  }
})

test('transpose and translate: every shape up to two blocks, and nothing beside it is written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 }), fc.nat(20), fc.nat(7), (columns, rows, more, gap) => {
      const apart = rows + more
      const data = Uint8Array.from({ length: columns * apart }, (_, i) => (i * 2654435761) >>> 24)
      const stride = columns + gap
      const [source, target, table] = place(
        data,
        new Uint8Array(rows * stride),
        Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
      )
      kernelBytes().fill(0xa5, target, target! + rows * stride + 64)
      const { exports } = parquetKernel()
      exports.transpose(source!, apart, columns, rows, target!, stride)
      const parts = Array.from({ length: columns }, (_, x) => data.subarray(x * apart, x * apart + rows))
      const plain = transposePlain(parts, rows)
      for (let y = 0; y < rows; y++) {
        const row = kernelBytes().slice(target! + y * stride, target! + (y + 1) * stride)
        expect(row).toEqual(Uint8Array.from([...plain.subarray(y * columns, (y + 1) * columns), ...Array<number>(gap).fill(0xa5)]))
      }
      expect(kernelBytes()[target! + rows * stride]).toBe(0xa5)
      exports.translate(source!, data.length, table!)
      expect(kernelBytes().slice(source, source! + data.length)).toEqual(data.map((byte) => 255 - byte))
    }),
    { numRuns: 200, seed: 5 },
  )
})
