import { readFileSync } from 'node:fs'
import { crc32, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Image } from '../core/image.ts'
import { loadNpy } from './npy.ts'
import { toRgb } from './palette.ts'
import { type EncodePngOptions, encodePng } from './png.ts'

const golden = (name: string): Uint8Array => readFileSync(new URL(`../../golden/png/${name}`, import.meta.url))
const refused = expect.objectContaining({ code: 'BAD_IMAGE' })

interface Decoded {
  type: number
  idat: number
  image: Image
}

/** A reader of its own: strict about chunks and CRCs, and checked below against files that Pillow wrote. */
function decode(bytes: Uint8Array): Decoded {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  expect(file.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n')
  const chunks: { type: string; data: Buffer }[] = []
  let at = 8
  while (at < file.length) {
    const end = at + 8 + file.readUInt32BE(at)
    expect(crc32(file.subarray(at + 4, end))).toBe(file.readUInt32BE(end))
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, end) })
    at = end + 4
  }
  expect(at).toBe(file.length)
  const names = chunks.map(({ type }) => type).join(' ')
  expect(names).toMatch(/^IHDR (PLTE )?(IDAT )+IEND$/)
  const header = (chunks[0] as { data: Buffer }).data
  const [width, height, depth, type] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8] as number, header[9] as number]
  expect([...header.subarray(10)]).toEqual([0, 0, 0])
  const channels = type === 2 ? 3 : type === 6 ? 4 : 1
  const unit = (channels * depth) / 8
  const parts = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  const lines = inflateSync(Buffer.concat(parts))
  const stride = 1 + width * unit
  expect(lines.length).toBe(height * stride)
  const pixels = Buffer.alloc(height * width * unit)
  const pixel = (y: number, i: number): number => (y < 0 || i < 0 ? 0 : (pixels[y * (stride - 1) + i] as number))
  for (let y = 0; y < height; y++) {
    const filter = lines[y * stride] as number
    for (let i = 0; i < stride - 1; i++) {
      const [a, b, c] = [pixel(y, i - unit), pixel(y - 1, i), pixel(y - 1, i - unit)]
      const p = a + b - c
      const nearest = [a, b, c].reduce((best, value) => (Math.abs(p - value) < Math.abs(p - best) ? value : best), a)
      const prediction = [0, a, b, (a + b) >> 1, nearest][filter] ?? Number.NaN
      pixels[y * (stride - 1) + i] = (lines[y * stride + 1 + i] as number) + prediction
    }
  }
  if (depth === 16) pixels.swap16()
  const data = depth === 16 ? new Uint16Array(new Uint8Array(pixels).buffer) : new Uint8Array(pixels)
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  const image = { data, height, width, channels, ...(palette && { palette: new Uint8Array(palette) }) } as Image
  return { type, idat: parts.reduce((sum, { length }) => sum + length, 0), image }
}

/** Small seeded numbers, so that pictures are the same in every run. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return state >>> 8
  }
}

type Texture = (x: number, y: number, c: number, random: () => number) => number
const textures = {
  noise: (_x, _y, _c, random) => random(),
  blank: () => 7,
  gradient: (x, y, c) => x * 3 + y * 5 + c * 40,
  grainy: (x, y, _c, random) => x + y + (random() % 4),
  blocks: (x, y, c) => Math.imul(Math.imul(Math.floor(x / 5) + 1, 31) + Math.floor(y / 2) + c, 0x9e3779b1) >>> 11,
  rows: (x, y) => Math.imul(x + 1, 0x9e3779b1) >>> (24 - (Math.floor(y / 7) % 3)),
  mixed: (x, y, c, random) => (y % 4 === 0 ? random() : x % 9 === 0 ? c : x),
} satisfies Record<string, Texture>
const names = Object.keys(textures) as (keyof typeof textures)[]

interface Kind {
  channels: 1 | 3 | 4
  wide?: boolean
  entries?: number
}
const kinds: Kind[] = [
  { channels: 1 },
  { channels: 3 },
  { channels: 4 },
  { channels: 1, wide: true },
  { channels: 1, entries: 256 },
  { channels: 1, entries: 5 },
]

function picture(
  { channels, wide = false, entries }: Kind,
  height: number,
  width: number,
  texture: keyof typeof textures,
  seed = 1,
): Image {
  const size = height * width * channels
  const data = wide ? new Uint16Array(size) : new Uint8Array(size)
  const random = noise(seed)
  for (let i = 0; i < size; i++) {
    const p = Math.floor(i / channels)
    const value = textures[texture](p % width, Math.floor(p / width), i % channels, random)
    data[i] = entries === undefined ? value : value % entries
  }
  const palette = entries === undefined ? undefined : Uint8Array.from({ length: entries * 3 }, (_, i) => i * 37)
  return { data, height, width, channels, ...(palette && { palette }) }
}

test.each([
  ['gray', 0],
  ['gray16', 0],
  ['palette', 3],
  ['rgb', 2],
  ['rgba', 6],
])('this file reads what Pillow wrote: %s', (name, type) => {
  const decoded = decode(golden(`${name}.png`))
  expect(decoded.type).toBe(type)
  expect(decoded.image.data).toEqual(loadNpy(golden(`${name}.npy`)).data)
})

test('every kind of picture is read back, at any size and level', () => {
  const levels: NonNullable<EncodePngOptions['level']>[] = ['fast', 'fast', 'fast', 0, 1, 6, 9]
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(...names),
      fc.integer(),
      fc.constantFrom(...levels),
      (kind, height, width, texture, seed, level) => {
        const image = picture(kind, height, width, texture, seed)
        const decoded = decode(encodePng(image, { level }))
        expect(decoded.image).toEqual(image)
        expect(decoded.type).toBe(kind.entries === undefined ? { 1: 0, 3: 2, 4: 6 }[kind.channels] : 3)
        const scanlines = height * (1 + image.data.byteLength / height)
        expect(decoded.idat).toBeLessThanOrEqual(scanlines * 1.001 + 1024)
      },
    ),
    { numRuns: 300 },
  )
})

test('a palette written as RGB equals its expansion, byte for byte', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 5, 200, 256),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(...names),
      (entries, height, width, texture) => {
        const image = picture({ channels: 1, entries }, height, width, texture)
        const rgb = encodePng(image, { rgb: true })
        expect(rgb).toEqual(encodePng(toRgb(image)))
        expect(decode(rgb).image).toEqual(toRgb(image))
      },
    ),
  )
})

test.each([
  ['many blocks', 900, 500],
  ['rows longer than a block', 3, 100_000],
  ['rows longer than a distance may be', 9, 11_000],
])('%s', (_, height, width) => {
  for (const texture of ['noise', 'grainy', 'blocks', 'rows'] as const) {
    const image = picture({ channels: 3 }, height, width, texture)
    const bytes = encodePng(image)
    expect(Buffer.from((decode(bytes).image.data as Uint8Array).buffer).equals(image.data as Uint8Array)).toBe(true)
    expect(bytes.length).toBeLessThanOrEqual(height * (1 + width * 3) * 1.001 + 1024)
  }
})

test('pictures of blocks and of repeated rows become small, whatever the one before was', () => {
  const image = picture({ channels: 3 }, 224, 224, 'blocks')
  const bytes = encodePng(image)
  const zlib = decode(encodePng(image, { level: 6 }))
  expect(bytes.length).toBeLessThan(1.7 * zlib.idat)
  encodePng(picture({ channels: 4 }, 50, 50, 'noise'))
  expect(encodePng(image)).toEqual(bytes)
  expect(encodePng(picture({ channels: 1 }, 2000, 2000, 'blank')).length).toBeLessThan(10_000)
})

test('filters are chosen by row: a gradient shrinks to almost nothing', () => {
  expect(encodePng(picture({ channels: 3 }, 200, 200, 'gradient')).length).toBeLessThan(4000)
})

test('views into larger buffers are written alone', () => {
  const whole = Uint8Array.from({ length: 40 }, (_, i) => i)
  const image: Image = { data: whole.subarray(7, 7 + 12), height: 3, width: 4, channels: 1 }
  expect(decode(encodePng(image)).image.data).toEqual(image.data.slice())
})

const four = new Uint8Array(4)
const square: Image = { data: four, height: 2, width: 2, channels: 1 }
test.each<[string, Image]>([
  ['no height', { ...square, data: new Uint8Array(0), height: 0 }],
  ['no width', { ...square, data: new Uint8Array(0), width: 0 }],
  ['half a pixel', { ...square, width: 2.5 }],
  ['a side of 2^31', { ...square, height: 2 ** 31, width: 1 }],
  ['a side that is no number', { ...square, height: Number.NaN }],
  ['too little data', { ...square, data: new Uint8Array(3) }],
  ['too much data', { ...square, data: new Uint8Array(5) }],
  ['sides whose product is far off', { ...square, height: 2 ** 30, width: 2 ** 30 }],
  ['two channels', { ...square, data: new Uint8Array(8), channels: 2 as 1 }],
  ['16-bit RGB', { data: new Uint16Array(12), height: 2, width: 2, channels: 3 }],
  ['floats', { ...square, data: new Float32Array(4) as unknown as Uint8Array }],
  ['an empty palette', { ...square, palette: new Uint8Array(0) }],
  ['a palette of 257', { ...square, palette: new Uint8Array(771) }],
  ['a palette cut short', { ...square, palette: new Uint8Array(7) }],
  ['a palette with RGB', { data: new Uint8Array(12), height: 2, width: 2, channels: 3, palette: new Uint8Array(6) }],
  ['a 16-bit palette', { ...square, data: new Uint16Array(4), palette: new Uint8Array(6) }],
  ['an index outside of the palette', { ...square, data: Uint8Array.of(0, 1, 2, 0), palette: new Uint8Array(6) }],
])('refuses %s', (_, image) => {
  expect(() => encodePng(image)).toThrow(refused)
  expect(() => encodePng(image, { rgb: true, level: 6 })).toThrow(refused)
})

test('refuses other levels', () => {
  for (const level of [10, -1, 1.5, 'best']) {
    expect(() => encodePng(square, { level: level as 1 })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  }
})
