import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { golden } from '../../golden/read.ts'
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { randomOf } from '../core/random.ts'
import { isGif, decodeGif } from './gif-decode.ts'
import { decodePng } from './png-decode.ts'
import { encodePng } from './png.ts'

// What Pillow makes of files of every kind is tested in image/open.test.ts.
const limits = { maxPixels: 1e6, truncated: 'fail' } as const

describe('decodePng', () => {
  const kinds: { channels: Image['channels']; wide?: boolean; palette?: boolean }[] = [
    { channels: 1 },
    { channels: 1, wide: true },
    { channels: 1, palette: true },
    { channels: 3 },
    { channels: 4 },
  ]
  test.each(kinds)('reads what encodePng writes: %o', ({ channels, wide = false, palette = false }) => {
    const side = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(side, side, fc.integer(), fc.constantFrom('fast', 0, 6), (height, width, seed, level) => {
        const random = randomOf(seed)
        const size = height * width * channels
        // Runs of a value, so that every filter is chosen somewhere.
        let value = 0
        const next = (): number => (value = random() < 0.6 ? value + 1 : Math.floor(random() * 65536))
        const data = wide ? Uint16Array.from({ length: size }, next) : Uint8Array.from({ length: size }, next)
        const entries = palette ? Uint8Array.from({ length: 768 }, () => random() * 256) : undefined
        const file = encodePng({ data, height, width, channels, ...(entries && { palette: entries }) }, { level: level as 'fast' })
        expect(decodePng(file, limits)).toEqual({
          mode: wide ? 'I;16' : palette ? 'P' : { 1: 'L', 3: 'RGB', 4: 'RGBA' }[channels],
          data,
          height,
          width,
          ...(entries && { palette: entries }),
        })
      }),
      { numRuns: 60 },
    )
  })

  test('a bomb is stopped: data beyond the rows', () => {
    const image = encodePng({ data: new Uint8Array(4), height: 2, width: 2, channels: 1 }, { level: 0 })
    const bomb = deflateSync(new Uint8Array(50_000_000))
    const idat = Buffer.alloc(12 + bomb.length)
    idat.writeUInt32BE(bomb.length, 0)
    idat.write('IDAT', 4, 'latin1')
    idat.set(bomb, 8)
    const file = Buffer.concat([image.subarray(0, 33), idat])
    expect(() => decodePng(file, limits)).toThrow(/more than its rows/)
  })
})

describe('damaged files', () => {
  const files = ['rgb-8.png', 'palette-alpha.png', 'gray-16-interlaced.png', 'rgba-16.png', 'clear.gif', 'interlaced.gif', 'full-table.gif']
  test.each(files)('%s: an error or a picture, never anything else', (name) => {
    const file = Uint8Array.from(golden(`image/files/${name}`))
    const decode = isGif(file) ? decodeGif : decodePng
    const random = randomOf(11)
    let opened = 0
    for (let i = 0; i < 400; i++) {
      const mutant = file.slice(0, random() < 0.3 ? Math.floor(random() * file.length) : undefined)
      for (let n = Math.floor(random() * 4); n > 0; n--) mutant[Math.floor(random() * mutant.length)] = Math.floor(random() * 256)
      try {
        const { data, height, width, mode } = decode(mutant, { maxPixels: 1e6, truncated: i % 2 === 0 ? 'keep' : 'fail' })
        expect(data.length).toBe(height * width * { L: 1, 'I;16': 1, P: 1, LA: 2, RGB: 3, RGBA: 4, CMYK: 4 }[mode])
        opened++
      } catch (error) {
        expect(error).toBeInstanceOf(MillraceError)
        expect((error as MillraceError).code).toMatch(/^(PNG|GIF)_(DAMAGED|TRUNCATED|TOO_LARGE)$/)
      }
    }
    expect(opened).toBeGreaterThan(0)
  })
})
