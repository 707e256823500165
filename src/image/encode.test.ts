import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { picture } from '../../golden/image/formula.ts'
import { goldenJson } from '../../golden/read.ts'
import { toRgb, toRgba } from '../codec/palette.ts'
import { encodeJpeg, encodeWebp } from './encode.ts'
import { open } from './open.ts'
import { resize } from './transforms.ts'

// Smooth, so that a lossy file is near it.
const image = resize(picture(30, 40), [60, 80])
const gray = { ...picture(20, 31, 1) }
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length

describe('what Pillow would write with the same options: the same pixels', () => {
  interface Encoded {
    kind: 'JPEG' | 'WEBP'
    quality: number
    subsampling?: '4:2:0' | '4:4:4'
    sha256: string
  }
  test.each(goldenJson<Encoded[]>('image/encoded.json'))('$kind $quality $subsampling', async ({ kind, quality, subsampling, sha256 }) => {
    const source = picture(45, 62)
    const file = kind === 'WEBP' ? encodeWebp(source, { quality }) : encodeJpeg(source, { quality, chroma: subsampling! })
    const { data } = await open(await file)
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256)
  })
})

describe('encodeJpeg', () => {
  test('quality and chroma decide how near', async () => {
    const near = await encodeJpeg(image, { quality: 95, chroma: '4:4:4' })
    const far = await encodeJpeg(image, { quality: 20 })
    expect(near.length).toBeGreaterThan(2 * far.length)
    expect(distance((await open(near)).data, image.data)).toBeLessThan(2)
    expect(distance((await open(far)).data, image.data)).toBeGreaterThan(4)
  })

  test('gray stays gray, a palette becomes its colours', async () => {
    expect((await open(await encodeJpeg(gray), { mode: 'keep' })).channels).toBe(1)
    const palette = { ...gray, palette: Uint8Array.from({ length: 768 }, (_, i) => 255 - (i >> 2)) }
    expect(await encodeJpeg(palette)).toEqual(await encodeJpeg(toRgb(palette)))
  })

  test('refuses what has no place in a JPEG', async () => {
    await expect(encodeJpeg(toRgba(image))).rejects.toThrow(/no alpha/)
    await expect(encodeJpeg({ ...gray, data: new Uint16Array(620) })).rejects.toThrow(/16-bit/)
    await expect(encodeJpeg({ ...gray, width: 9 })).rejects.toThrow(/holds 620/)
    await expect(encodeJpeg(image, { quality: 0 })).rejects.toThrow(/1 to 100/)
    await expect(encodeJpeg(image, { chroma: '4:1:1' as '4:4:4' })).rejects.toThrow(/4:2:0/)
  })
})

describe('encodeWebp', () => {
  test('lossless keeps every value, of transparent pixels too', async () => {
    const rgba = { ...toRgba(image), data: toRgba(image).data.map((value, i) => (i % 4 === 3 ? i % 7 : value)) }
    expect(await open(await encodeWebp(rgba, { lossless: true }), { mode: 'RGBA' })).toEqual(rgba)
    expect((await open(await encodeWebp(gray, { lossless: true }), { mode: 'L' })).data).toEqual(gray.data)
  })

  test('lossy is near', async () => {
    const file = await encodeWebp(image, { quality: 90 })
    expect(file.length).toBeLessThan((await encodeWebp(image, { lossless: true })).length)
    expect(distance((await open(file)).data, image.data)).toBeLessThan(6)
  })
})
