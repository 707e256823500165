import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { orientationOf } from './jpeg-exif.ts'
import { jpegHeader } from './jpeg-header.ts'

type Order = 'II' | 'MM'

const number = (value: number, bytes: number, order: Order): number[] => {
  const big = Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * (bytes - 1 - i))) & 255)
  return order === 'MM' ? big : big.reverse()
}
const text = (characters: string): number[] => [...Buffer.from(characters, 'latin1')]

/** An APP1 segment's contents with one directory, of tags each with a type, a count and a value of two bytes. */
function exif(
  order: Order,
  tags: [tag: number, type: number, count: number, value: number][],
  { directory = 8, entries = tags.length } = {},
) {
  return Uint8Array.from([
    ...text(`Exif\0\0${order}`),
    ...number(42, 2, order),
    ...number(directory, 4, order),
    ...number(entries, 2, order),
    ...tags.flatMap(([tag, type, count, value]) => [
      ...number(tag, 2, order),
      ...number(type, 2, order),
      ...number(count, 4, order),
      ...(type === 4 ? number(value, 4, order) : [...number(value, 2, order), 0, 0]),
    ]),
    ...number(0, 4, order),
  ])
}

test.each(['II', 'MM'] as const)('the tag among others, %s', (order) => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    expect(
      orientationOf(
        exif(order, [
          [0x010f, 2, 1, 65],
          [0x0112, 3, 1, orientation],
          [0x0131, 3, 1, 9],
        ]),
      ),
    ).toEqual({ from: 'exif', orientation })
    expect(orientationOf(exif(order, [[0x0112, 4, 1, orientation]]))?.orientation).toBe(orientation)
  }
})

test('XMP, as attribute and as element', () => {
  for (const packet of ['<a tiff:Orientation="6"/>', '<tiff:Orientation>6</tiff:Orientation>']) {
    expect(orientationOf(Uint8Array.from(text(`http://ns.adobe.com/xap/1.0/\0${packet}`)))).toEqual({ from: 'xmp', orientation: 6 })
  }
})

test('nonsense has no orientation', () => {
  expect(orientationOf(new Uint8Array(0))).toBeUndefined()
  expect(orientationOf(Uint8Array.from(text('Exif')))).toBeUndefined()
  const without = [
    Uint8Array.from(text('Exif\0\0')),
    Uint8Array.from(text('Exif\0\0II*\0')),
    exif('II', []),
    exif('II', [[0x0112, 3, 1, 0]]),
    exif('II', [[0x0112, 3, 1, 9]]),
    exif('II', [[0x0112, 3, 2, 6]]),
    exif('II', [[0x0112, 2, 1, 6]]),
    exif('II', [[0x0112, 3, 1, 6]], { directory: 4_000_000_000 }),
    exif('II', [[0x0112, 3, 1, 6]], { directory: 9 }),
    exif('MM', [[0x0110, 3, 1, 6]], { entries: 65_535 }),
  ]
  for (const segment of without) expect(orientationOf(segment)).toEqual({ from: 'exif', orientation: undefined })
})

test('any bytes end well', () => {
  fc.assert(
    fc.property(fc.constantFrom('II*\0', 'MM\0*', ''), fc.uint8Array({ maxLength: 80 }), (start, bytes) => {
      const found = orientationOf(Uint8Array.from([...text(`Exif\0\0${start}`), ...bytes]))
      expect([undefined, 1, 2, 3, 4, 5, 6, 7, 8]).toContain(found?.orientation)
    }),
  )
})

test('in a file the first EXIF counts, and XMP where EXIF tells nothing', () => {
  const segment = (marker: number, data: Iterable<number>) => [0xff, marker, 0, [...data].length + 2, ...data]
  const file = (...applications: Uint8Array[]) =>
    jpegHeader(
      Uint8Array.from([
        0xff,
        0xd8,
        ...applications.flatMap((data) => segment(0xe1, data)),
        ...segment(0xc0, [8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        ...segment(0xda, [1, 1, 0, 0, 63, 0]),
      ]),
    ).orientation
  const xmp = Uint8Array.from(text('http://ns.adobe.com/xap/1.0/\0tiff:Orientation="3"'))
  expect(file()).toBe(1)
  expect(file(exif('MM', [[0x0112, 3, 1, 6]]), exif('MM', [[0x0112, 3, 1, 8]]), xmp)).toBe(6)
  expect(file(exif('MM', []), xmp)).toBe(3)
  expect(file(xmp)).toBe(3)
  expect(file(exif('MM', [[0x0112, 3, 1, 77]]))).toBe(1)
})
