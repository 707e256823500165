import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodePng } from '../../src/codec/png.ts'
import { millrace } from './millrace.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-stats-'))
const values: number[][] = [[], [], []]
beforeAll(() => {
  mkdirSync(join(root, 'photos/more'), { recursive: true })
  for (let i = 0; i < 12; i++) {
    const [height, width] = [5 + i, 17 - i]
    const data = Uint8Array.from({ length: height * width * 3 }, (_, at) => (at * at * 31 + i * 7 + (at % 3) * 50) % 256)
    data.forEach((value, at) => values[at % 3]!.push(value / 255))
    writeFileSync(join(root, 'photos', i % 2 ? 'more' : '.', `${i}.png`), encodePng({ data, height, width, channels: 3 }))
  }
  mkdirSync(join(root, 'mixed'))
  writeFileSync(join(root, 'mixed/grey.png'), encodePng({ data: new Uint8Array(12).fill(51), height: 2, width: 2, channels: 3 }))
  writeFileSync(join(root, 'mixed/text.jpg'), 'no picture')
})
afterAll(() => rmSync(root, { recursive: true }))

const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
const std = (list: number[]): number => Math.sqrt(mean(list.map((value) => (value - mean(list)) ** 2)))

test.each(['0', '2'])('the mean and standard deviation of every pixel: %s workers', async (workers) => {
  const { code, stdout } = await millrace(['stats', 'photos', '--json', '--workers', workers], root)
  expect(code).toBe(0)
  const result = JSON.parse(stdout) as { pictures: number; pixels: number; mean: number[]; std: number[] }
  expect([result.pictures, result.pixels]).toEqual([12, values[0]!.length])
  for (let c = 0; c < 3; c++) {
    expect(result.mean[c]).toBeCloseTo(mean(values[c]!), 12)
    expect(result.std[c]).toBeCloseTo(std(values[c]!), 12)
  }
})

test('a picture that cannot be opened is named and left out', async () => {
  const { code, stdout, stderr } = await millrace(['stats', 'mixed'], root)
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'pictures 1, pixels 4\nmean [0.200000, 0.200000, 0.200000]\nstd  [0.000000, 0.000000, 0.000000]\n',
  })
  expect(stderr).toMatch(/failed: mixed\/text\.jpg: .*pictures are JPEG, PNG/)
})

test('pictures are resized first where that is asked for', async () => {
  const { stdout } = await millrace(['stats', 'photos', '--size', '4x6', '--method', 'squish', '--json'], root)
  expect(JSON.parse(stdout)).toMatchObject({ pixels: 12 * 24 })
})

test('nothing to count', async () => {
  const { code, stdout, stderr } = await millrace(['stats', 'nowhere'], root)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/no file or folder nowhere/)
})
