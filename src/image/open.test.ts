import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import { toRgb } from '../codec/palette.ts'
import { MillraceError } from '../core/errors.ts'
import { apply } from './apply.ts'
import type { Mode } from './convert.ts'
import type { OpenOptions } from './decode.ts'
import { open, openSync, openTransformed } from './open.ts'
import { imagenet } from './tensor.ts'
import { compose } from './transform.ts'
import { normalize, resize, toTensor } from './transforms.ts'

interface Case {
  file: string
  options: OpenOptions
  /** Pillow's. */
  mode: string
  height: number
  width: number
  /** Where each mode's pixels begin. */
  at: Partial<Record<Mode, number>>
}

const cases = goldenJson<Case[]>('image/cases.json')
const pixels = golden('image/pixels.z')
const fileOf = (name: string): string => fileURLToPath(new URL(`../../golden/image/files/${name}`, import.meta.url))
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(fileOf(name)))

describe('equal to Pillow', () => {
  test.each(cases)('$file', async ({ file, options, height, width, at }) => {
    for (const [mode, start] of Object.entries(at) as [Mode, number][]) {
      const image = await open(fileOf(file), { ...options, mode })
      expect([image.height, image.width]).toEqual([height, width])
      const bytes = Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength)
      const expected = pixels.subarray(start, start + bytes.length)
      let different = 0
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== expected[i]) different++
      expect({ mode, different }).toEqual({ mode, different: 0 })
    }
  })
})

describe('what is refused', () => {
  const jpeg = bytesOf('baseline-420.jpg')
  const png = bytesOf('rgb-8.png')
  const header = (kind: number[]): Uint8Array => {
    const bytes = png.slice()
    bytes.set(kind, 16)
    new DataView(bytes.buffer).setUint32(29, crc32(bytes.subarray(12, 29)))
    return bytes
  }
  test.each<[string, string, Uint8Array | string, OpenOptions, RegExp]>([
    ['no such file', 'IMAGE_FILE', '/nowhere/cat.jpg', {}, /^\/nowhere\/cat\.jpg: .*ENOENT/],
    ['an empty file', 'IMAGE_EMPTY', new Uint8Array(0), {}, /empty/],
    ['text', 'IMAGE_FORMAT', Buffer.from('<html></html>'), {}, /begins with the text "<html><\/html>"/],
    ['CMYK', 'IMAGE_CMYK', bytesOf('cmyk.jpg'), {}, /cmyk: 'pillow'/],
    ['a JPEG cut off', 'IMAGE_DAMAGED', jpeg.subarray(0, -20), {}, /truncated: 'keep'/],
    ['a PNG cut off', 'IMAGE_TRUNCATED', bytesOf('cut.png'), {}, /truncated: 'keep'/],
    ['a GIF cut off', 'IMAGE_TRUNCATED', bytesOf('cut.gif'), {}, /truncated: 'keep'/],
    ['a WebP cut off', 'IMAGE_DAMAGED', bytesOf('lossy.webp').subarray(0, -30), {}, /can't be decoded/],
    ['a large JPEG', 'IMAGE_TOO_LARGE', jpeg, { maxPixels: 1000 }, /29 x 37/],
    ['a large PNG', 'IMAGE_TOO_LARGE', png, { maxPixels: 1072 }, /29 x 37/],
    ['a large GIF', 'IMAGE_TOO_LARGE', bytesOf('palette.gif'), { maxPixels: 1000 }, /29 x 37/],
    ['a large WebP', 'IMAGE_TOO_LARGE', bytesOf('lossy.webp'), { maxPixels: 1000 }, /29 x 37/],
    ['a PNG that promises more than it holds', 'IMAGE_TRUNCATED', header([0, 0, 40, 0, 0, 0, 30, 0]), {}, /hold/],
    ['a PNG of no width', 'IMAGE_DAMAGED', header([0, 0, 0, 0, 0, 0, 0, 9]), {}, /IHDR/],
    ['a wrong checksum', 'IMAGE_DAMAGED', png.map((byte, i) => (i === 20 ? byte ^ 1 : byte)), {}, /checksum/],
    ['a PNG with damaged data', 'IMAGE_DAMAGED', png.map((byte, i) => (i > 60 && i < 90 ? byte ^ 0x55 : byte)), {}, /PNG|data/],
    ['a mode', 'BAD_OPTION', jpeg, { mode: 'CMYK' as 'RGB' }, /'keep'; received CMYK/],
    ['a limit', 'BAD_OPTION', jpeg, { maxPixels: Number.NaN }, /maxPixels/],
  ])('%s: %s', async (_, code, source, options, message) => {
    const error = await open(source, options).then(
      () => expect.fail('was opened'),
      (thrown: unknown) => thrown as MillraceError,
    )
    expect(error).toBeInstanceOf(MillraceError)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    // Options are no fault of the file.
    const name = code === 'BAD_OPTION' ? /received/ : typeof source === 'string' ? /^\/nowhere/ : /^picture \(bytes\): /
    expect(error.message).toMatch(name)
  })

  test('a file that needs sharp, synchronously', () => {
    expect(() => openSync(fileOf('lossy.webp'))).toThrow(expect.objectContaining({ code: 'IMAGE_ASYNC' }))
    expect(openSync(fileOf('palette.gif')).channels).toBe(3)
  })
})

describe('options', () => {
  test('the file’s own kind is kept', async () => {
    const kinds = {
      'gray-2.png': [1, 8],
      'gray-16.png': [1, 16],
      'la-8.png': [4, 8],
      'rgb-16.png': [3, 8],
      'palette-alpha.png': [4, 8],
      'gray.jpg': [1, 8],
    }
    for (const [name, [channels, bits]] of Object.entries(kinds)) {
      const image = await open(fileOf(name), { mode: 'keep' })
      expect([name, image.channels, image.data.BYTES_PER_ELEMENT * 8, image.palette]).toEqual([name, channels, bits, undefined])
    }
    const palette = await open(fileOf('palette-4.png'), { mode: 'keep' })
    expect(palette.channels).toBe(1)
    expect(toRgb(palette).data).toEqual((await open(fileOf('palette-4.png'))).data)
  })

  test('a profile is converted when asked for', async () => {
    for (const kind of ['jpg', 'png', 'webp']) {
      const ignored = await open(fileOf(`p3.${kind}`))
      const converted = await open(fileOf(`p3.${kind}`), { icc: 'srgb' })
      expect(ignored.data).not.toEqual(converted.data)
      // Red goes further in sRGB, and white stays where it is.
      const levels = converted.data.map((level, i) => Math.abs(level - ignored.data[i]!))
      expect(Math.max(...levels)).toBeGreaterThan(5)
    }
    // Without a profile nothing changes.
    const [plain, srgb] = [await open(fileOf('baseline-444.jpg')), await open(fileOf('baseline-444.jpg'), { icc: 'srgb' })]
    expect(srgb.data).toEqual(plain.data)
  })

  test('what sharp is needed for comes without it where it can', () => {
    expect(openSync(fileOf('p3.jpg')).data).toEqual(openSync(fileOf('p3.jpg'), { exif: 'apply' }).data)
  })
})

describe('openTransformed', () => {
  const transform = compose(resize(20, { method: 'crop' }), toTensor(), normalize(imagenet))
  // Straight from the kernel's memory; through gray; turned; by sharp; from a PNG.
  test.each(['baseline-420.jpg', 'gray.jpg', 'exif-6.jpg', 'lossy.webp', 'rgb-8.png'])('%s: as open, then apply', async (name) => {
    for (const options of [{}, { exif: 'apply' }, { mode: 'L' }] as OpenOptions[]) {
      const steps = options.mode === 'L' ? compose(resize(20, { method: 'crop' }), toTensor()) : transform
      const stages: string[] = []
      const time = <R>(stage: string, work: () => R): R => (stages.push(stage), work())
      const direct = await openTransformed(fileOf(name), steps, options, { time })
      expect(direct).toEqual(await apply(steps, await open(fileOf(name), options)))
      expect(stages).toEqual(['read', 'decode', 'transform'])
    }
  })

  test('is synchronous for our own decoders', () => {
    expect(openTransformed(fileOf('baseline-420.jpg'), transform, {}, {})).not.toBeInstanceOf(Promise)
    expect(openTransformed(fileOf('lossy.webp'), transform, {}, {})).toBeInstanceOf(Promise)
  })
})
