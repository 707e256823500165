import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { golden, goldenJson } from '../../golden/read.ts'
import type { Mode } from './convert.ts'
import type { OpenOptions } from './decode.ts'
import { open, openSync } from './open.ts'

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
