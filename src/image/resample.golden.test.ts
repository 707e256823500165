import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import type { Image } from '../core/image.ts'
import { resample, type ResampleOptions } from './resample.ts'

interface Case {
  picture: string
  size: [height: number, width: number]
  options: ResampleOptions
  sha256: string
  bytes?: string
}

const shapes = goldenJson<Record<string, Omit<Image, 'data'> & { bits: number }>>('resize/pictures.json')
const pictures = Object.fromEntries(
  Object.entries(shapes).map(([name, { bits, height, width, channels }]) => {
    const data = Uint8Array.from(golden(`resize/${name}.z`))
    return [name, { data: bits === 16 ? new Uint16Array(data.buffer) : data, height, width, channels }]
  }),
)

function check({ picture, size, options, sha256, bytes }: Case): string | undefined {
  const image = pictures[picture]!
  const { data, height, width } = resample(image, size, options)
  const ours = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const what = `${picture} to ${size.join(' x ')}, ${JSON.stringify(options)}`
  expect([height, width], what).toEqual(size)
  if (bytes !== undefined) expect(ours.toString('hex'), what).toBe(bytes)
  return createHash('sha256').update(ours).digest('hex') === sha256 ? undefined : what
}

it.each(['pillow-13', 'pillow-12', 'opencv'])('every byte is that of %s', (file) => {
  const cases = goldenJson<Case[]>(`resize/${file}.json`)
  expect(cases.length).toBeGreaterThan(100)
  expect(cases.map(check).filter(Boolean)).toEqual([])
})

it('the versions of Pillow differ, and so do ours', () => {
  const [after, before] = [13, 12].map((version) => goldenJson<Case[]>(`resize/pillow-${version}.json`))
  const differ = after!.filter((each, i) => each.sha256 !== before![i]!.sha256)
  expect(differ.length).toBeGreaterThan(10)
})
