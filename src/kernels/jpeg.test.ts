import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import { JpegDecoder } from '../codec/jpeg-decoder.ts'
import { jpegHeader } from '../codec/jpeg-header.ts'
import { describe as tell, plan } from '../codec/jpeg-plan.ts'
import { PlainJpeg } from './jpeg-plain.ts'
import { inverseDct, toRgb } from './jpeg-plain-pixels.ts'
import type { JpegKernel } from './jpeg.ts'
import { pictureKernel } from './picture.ts'

/** Pixels, or why there are none, by the kernel and by its twin. */
function both(bytes: Uint8Array): [string | Uint8Array, string | Uint8Array] {
  const { exports: kernel, memory } = pictureKernel()
  return [
    decodeBy(kernel, bytes, kernel.base(), (end) => {
      kernel.reserve(end)
      return new Uint8Array(memory.buffer)
    }),
    decodeBy(undefined, bytes, 64, (end) => new Uint8Array(end)),
  ]
}

function decodeBy(
  wasm: JpegKernel | undefined,
  bytes: Uint8Array,
  base: number,
  reserve: (end: number) => Uint8Array,
): string | Uint8Array {
  try {
    const header = jpegHeader(bytes)
    const layout = plan(header, bytes.length, base)
    const memory = reserve(layout.end)
    memory.set(bytes, layout.input)
    memory.fill(0, layout.zeros, layout.end)
    const kernel = wasm ?? new PlainJpeg(memory)
    tell(kernel, header, layout)
    new JpegDecoder(kernel, bytes, header, layout).decode()
    return memory.slice(layout.pixels, layout.pixels + header.height * header.width * header.components.length)
  } catch (error) {
    return (error as Error).message
  }
}

const cases = goldenJson<{ name: string; shape: [number, number, number] }[]>('jpeg/cases.json').filter(({ shape: [h, w] }) => h * w < 2500)

test.each(cases)('$name: the kernel and its twin give the same pixels', ({ name }) => {
  const [kernel, plain] = both(golden(`jpeg/files/${name}.jpg`))
  expect(kernel).toBeInstanceOf(Uint8Array)
  expect(kernel).toEqual(plain)
})

test('and they agree on what is damaged, and on what is read from damaged bits', () => {
  const files = cases.map(({ name }) => golden(`jpeg/files/${name}.jpg`)).filter((bytes) => bytes.length < 4000)
  const seen = new Set<string>()
  // Where in the file, in millionths; not the ends for preference.
  const anywhere = fc.noBias(fc.nat(999_999))
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(anywhere, fc.nat(255)), { maxLength: 3 }),
      anywhere,
      fc.integer({ min: -8, max: 8 }),
      (bytes, changes, where, more) => {
        // Tables, scan headers and bits, not the frame: that decides on memory.
        const scan = Buffer.from(bytes).indexOf(Uint8Array.of(0xff, 0xda)) + 4
        const place = (millionths: number) => scan + Math.floor((millionths / 1e6) * (bytes.length - scan))
        const changed = Uint8Array.from(bytes)
        for (const [at, value] of changes) changed[place(at)] = value
        const cut = place(where)
        const mutant = Buffer.concat([
          changed.subarray(0, cut),
          new Uint8Array(Math.max(more, 0)),
          changed.subarray(cut + Math.max(-more, 0)),
        ])
        const [kernel, plain] = both(mutant)
        expect(kernel).toEqual(plain)
        seen.add(typeof kernel === 'string' ? kernel.replaceAll(/\d+/g, 'n') : 'decoded')
      },
    ),
    { numRuns: 400, seed: 3 },
  )
  for (const kind of ['decoded', 'no code', 'ends before its last block', 'restart marker']) expect([...seen].join('\n')).toContain(kind)
})

describe('the twin itself', () => {
  test('its transform is within one level of the cosine transform', () => {
    const cosine = (k: number, x: number) => (k === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * x + 1) * k * Math.PI) / 16)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 64, maxLength: 64 }), (values) => {
        const samples = inverseDct(Int32Array.from(values))
        for (let y = 0; y < 8; y++) {
          for (let x = 0; x < 8; x++) {
            let sum = 128
            for (let v = 0; v < 8; v++) for (let u = 0; u < 8; u++) sum += (values[v * 8 + u]! * cosine(u, x) * cosine(v, y)) / 4
            expect(Math.abs(Math.min(Math.max(sum, 0), 255) - samples[y * 8 + x]!)).toBeLessThan(1)
          }
        }
      }),
      { numRuns: 40, seed: 1 },
    )
  })

  test('its colours are JFIF’s, rounded', () => {
    for (let i = 0; i < 5000; i++) {
      const [y, cb, cr] = [(i * 37) % 256, (i * 91) % 256, (i * 53 + (i >> 8)) % 256]
      const exact = [y + 1.402 * (cr - 128), y - 0.344136286 * (cb - 128) - 0.714136286 * (cr - 128), y + 1.772 * (cb - 128)]
      const colours = toRgb(y, cb, cr)
      for (const [k, value] of exact.entries()) expect(Math.abs(Math.min(Math.max(value, 0), 255) - colours[k]!)).toBeLessThanOrEqual(0.501)
    }
  })
})
