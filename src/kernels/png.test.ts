import { inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflateBlock, deflateState } from './deflate-plain.ts'
import { codesOf, lengthsOf } from './huffman-plain.ts'
import { filterRows } from './png-plain.ts'
import { pngKernel } from './png.ts'

/** Lines and zlib stream of rows given as blocks, by the kernel and by its twin. */
function both(raw: Uint8Array, rows: number[], rowBytes: number, unit: number, adaptive: boolean): [Uint8Array[], Uint8Array[]] {
  const { exports: png, memory } = pngKernel()
  expect(png.begin(Math.max(...rows), rowBytes, unit, rowBytes)).toBe(1)
  const state = deflateState()
  let previous = new Uint8Array(rowBytes)
  const kernel: Uint8Array[] = []
  const plain: Uint8Array[] = []
  let from = 0
  for (const [k, n] of rows.entries()) {
    const last = k === rows.length - 1
    const block = raw.slice(from, (from += n * rowBytes))
    const all = new Uint8Array(memory.buffer)
    all.set(block, png.input())
    png.filter(n, adaptive, false)
    const lines = all.slice(png.lines(), png.lines() + n * (rowBytes + 1))
    kernel.push(lines, all.slice(png.output(), png.output() + png.compress(n, last)))
    const twin = filterRows(block, previous, rowBytes, unit, adaptive)
    plain.push(twin, deflateBlock(twin, rowBytes + 1, unit, last, state))
    previous = block.slice(-rowBytes)
  }
  return [kernel, plain]
}

type Texture = (i: number, random: number) => number
const noise: Texture = (_i, random) => random
const blank: Texture = (_i, random) => (random % 20 === 0 ? random : 0)
const repeats: Texture = (i) => Math.imul(i % 97, 0x9e3779b1) >>> 24
const textures: Texture[] = [
  noise,
  blank,
  repeats,
  (i) => Math.floor(i / 15), // runs
  (i, random) => i * 3 + (random % 3), // a grainy slope
  (i, random) => (Math.floor(i / 500) % 2 ? random : i % 7), // noise beside repeats
]

test('the kernel and its twin give the same bytes, which inflate to the lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.constantFrom(...textures),
      fc.integer(),
      (rows, width, unit, adaptive, texture, seed) => {
        const rowBytes = width * unit
        const raw = new Uint8Array(rowBytes * rows.reduce((sum, n) => sum + n, 0))
        let state = seed
        for (let i = 0; i < raw.length; i++) raw[i] = texture(i, (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 16)
        const [kernel, plain] = both(raw, rows, rowBytes, unit, adaptive)
        expect(kernel).toEqual(plain)
        const parts = (odd: number): Uint8Array[] => kernel.filter((_, i) => i % 2 === odd)
        const stream = Buffer.concat([Buffer.from([0x78, 1]), ...parts(1)])
        expect(Buffer.from(inflateSync(stream)).equals(Buffer.concat(parts(0)))).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

test('long rows, far rows and stored blocks of more than 65,535 bytes', () => {
  for (const [rowBytes, texture] of [
    [40_000, noise],
    [40_000, repeats],
    [32_767, repeats],
    [70_000, blank],
  ] as const) {
    let state = 1
    const raw = Uint8Array.from({ length: rowBytes * 3 }, (_, i) =>
      texture(i % rowBytes, (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 16),
    )
    const [kernel, plain] = both(raw, [2, 1], rowBytes, 1, true)
    expect(kernel.every((part, i) => Buffer.compare(part, plain[i] ?? Buffer.alloc(0)) === 0)).toBe(true)
  }
})

test('code lengths are optimal where the limit allows, and always a full code within it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1 << 17 }), { minLength: 3, maxLength: 286 }), fc.constantFrom(9, 15), (list, limit) => {
      const counts = Uint32Array.from(list)
      const lengths = lengthsOf(counts, limit)
      expect(Math.max(...lengths)).toBeLessThanOrEqual(limit)
      expect([...lengths].reduce((sum, length) => sum + (length > 0 ? 2 ** -length : 0), 0)).toBe(1)
      counts.forEach((count, i) => expect(count === 0 || (lengths[i] ?? 0) > 0).toBe(true))
      // Huffman's own algorithm: the cost is the sum of all inner nodes.
      const heap = [...counts].filter((count) => count > 0)
      let best = 0
      while (heap.length > 1) {
        heap.sort((a, b) => b - a)
        const sum = (heap.pop() as number) + (heap.pop() as number)
        best += sum
        heap.push(sum)
      }
      const cost = list.reduce((sum, count, i) => sum + count * (lengths[i] ?? 0), 0)
      if (limit === 15 && Math.max(...lengths) < 15) expect(cost).toBe(best || cost)
      else expect(cost).toBeGreaterThanOrEqual(best)
    }),
  )
})

test('Fibonacci counts, the deepest tree, stay within the limit', () => {
  const counts = Uint32Array.from({ length: 26 }, () => 1)
  for (let i = 2; i < 26; i++) counts[i] = (counts[i - 1] ?? 0) + (counts[i - 2] ?? 0)
  const lengths = lengthsOf(counts, 15)
  expect(Math.max(...lengths)).toBe(15)
  expect([...lengths].reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1)
  expect(new Set([...codesOf(lengths)].map((code, i) => `${lengths[i]}/${code}`)).size).toBe(26)
})

test('memory that the machine cannot have is refused, not half taken', () => {
  const { exports: png } = pngKernel()
  expect(png.begin(64, 1 << 27, 4, 1 << 27)).toBe(0)
  expect(png.begin(1, 8, 1, 8)).toBe(1)
})
