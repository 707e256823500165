import { expect, test } from 'vitest'
import { encodeJpeg, encodePng, encodeWebp, type Image, open } from '../image/index.ts'
import { type Thumbnail, thumbnailOf } from './report-pictures.ts'

const image = (channels: 1 | 3 | 4, height = 300, width = 200): Image => ({
  data: Uint8Array.from({ length: height * width * channels }, (_, at) => (channels === 4 && at % 4 === 3 ? 90 : 200)),
  height,
  width,
  channels,
})

async function pixelsOf({ picture }: Thumbnail): Promise<Image> {
  if ('reason' in picture) throw new Error(picture.reason)
  const shown = await open(Buffer.from(picture.url.slice(picture.url.indexOf(',') + 1), 'base64'), { mode: 'RGBA' })
  expect([shown.height, shown.width]).toEqual([picture.height, picture.width])
  return shown
}

const gray16: Image = { data: new Uint16Array(300 * 200).fill(200 * 256 + 7), height: 300, width: 200, channels: 1 }
const palette: Image = { ...image(1), data: new Uint8Array(300 * 200).fill(1), palette: Uint8Array.from([0, 0, 0, 200, 200, 200]) }

test.each([
  ['gray.png', encodePng(image(1)), 255],
  ['gray16.png', encodePng(gray16), 255],
  ['palette.png', encodePng(palette), 255],
  ['rgb.JPG', await encodeJpeg(image(3)), 255],
  ['alpha.png', encodePng(image(4)), 90],
  ['alpha.webp', await encodeWebp(image(4)), 90],
])('%s: 160 pixels at its longest, with its own colours', async (name, bytes, alpha) => {
  const made = await thumbnailOf(name, bytes)
  expect(made).toMatchObject({ name, height: 300, width: 200 })
  const { data, height, width } = await pixelsOf(made)
  expect([height, width]).toEqual([160, 107])
  for (let at = 0; at < data.length; at += 4) {
    expect(Math.abs(data[at]! - 200)).toBeLessThan(4)
    expect(data[at + 3]).toBe(alpha)
  }
})

test('a thin picture keeps a pixel; one that is small stays as it is, unless its file is large', async () => {
  expect(await pixelsOf(await thumbnailOf('thin.png', encodePng(image(3, 1000, 2))))).toMatchObject({ height: 160, width: 1 })
  const small = encodePng(image(3, 160, 20))
  const made = await thumbnailOf('small.png', small)
  expect(made.picture).toMatchObject({ url: `data:image/png;base64,${Buffer.from(small).toString('base64')}`, height: 160, width: 20 })
  const padded = Buffer.concat([small, Buffer.alloc(1 << 17)])
  expect((await thumbnailOf('small.png', padded)).picture).toMatchObject({
    url: expect.stringMatching(/^data:image\/webp;base64,.{1,2000}$/),
  })
})

test('what is no picture, or damaged, says why', async () => {
  const png = encodePng(image(3))
  for (const bytes of [Buffer.alloc(0), Buffer.from('<svg onload=alert(1)>'), png.subarray(0, png.length / 2)]) {
    const { picture } = await thumbnailOf('x.png', bytes)
    expect(picture).toEqual({ reason: expect.stringMatching(/\w+/) })
  }
})
