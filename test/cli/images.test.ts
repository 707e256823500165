import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { cropResize, openSync } from '../../src/image/index.ts'
import { ZipDataset } from '../../src/sources/zip.ts'
import { millrace } from './millrace.ts'

// 300 pictures of 5 x 8, named Train_0 ..., as pyarrow writes them, and their pixels.
const golden = (name: string): string => fileURLToPath(new URL(`../../golden/parquet/${name}`, import.meta.url))
const pixels = readFileSync(golden('pixels.u8'))
const picture = (i: number): Uint8Array => new Uint8Array(pixels.subarray(40 * i, 40 * (i + 1)))

const root = mkdtempSync(join(tmpdir(), 'millrace-images-'))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, 'data'))
writeFileSync(join(root, 'data/a.parquet'), readFileSync(golden('snappy-v1.parquet')))

const run = (...args: string[]): ReturnType<typeof millrace> =>
  millrace(['images', ...args, '--shape', '5x8', '--id-column', 'image_id', '--cache', 'cache'], root)

test('rows of pixels become PNGs, named by their ids, in a folder', async () => {
  const { code, stdout, stderr } = await run('data', '--out', 'pngs')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/300 done, 0 failed/)
  for (const i of [0, 17, 299]) {
    expect(openSync(join(root, `pngs/Train_${i}.png`), { mode: 'keep' })).toMatchObject({
      height: 5,
      width: 8,
      channels: 1,
      data: picture(i),
    })
  }
  const rows = readFileSync(join(root, 'pngs/metadata.jsonl'), 'utf8').trimEnd().split('\n')
  expect(JSON.parse(rows[17]!)).toMatchObject({ id: 'Train_17', output: 'Train_17.png' })
})

test('cut out and resized, into a zip in input order; what has no ink is named and left out', async () => {
  const options = ['--invert', '--crop-resize', '16', '--inset', '1', '--margin', '1,2', '--pad', '2', '--threshold', '200']
  const { code, stderr } = await run('data/*.parquet', '--out', 'train.zip', ...options)
  const zip = new ZipDataset(join(root, 'train.zip'))
  const members = new Map(Array.from({ length: zip.length }, (_, i) => [zip.get(i).name, zip.get(i).bytes]))
  let empty = 0
  for (let i = 0; i < 300; i++) {
    const image = { data: picture(i), height: 5, width: 8, channels: 1 as const }
    let expected: ReturnType<typeof cropResize> | undefined
    try {
      expected = cropResize(image, { invert: true, size: 16, inset: 1, margin: [1, 2], pad: 2, threshold: 200 })
    } catch {
      empty++
    }
    const bytes = members.get(`Train_${i}.png`)
    expect(bytes === undefined ? undefined : openSync(bytes, { mode: 'keep' }).data).toEqual(expected?.data)
  }
  expect(code).toBe(empty > 0 ? 1 : 0)
  expect(stderr).toContain(`${300 - empty} done, ${empty} failed`)
})

test('what can not be is told before anything is made', async () => {
  for (const [args, message] of [
    [['data', '--out', 'x', '--threshold', '9'], /--threshold .*--crop-resize/],
    [['nowhere', '--out', 'x'], /nowhere/],
    [['data'], /required option '-o, --out <path>'/],
  ] as const) {
    const { code, stderr } = await run(...args)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  }
  const { code, stderr } = await millrace(['images', 'data', '--out', 'x', '--shape', '28x28'], root)
  expect(code).toBe(2)
  expect(stderr).toMatch(/784/)
})
