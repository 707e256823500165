import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodePng } from '../../src/codec/png.ts'
import type { Image } from '../../src/core/image.ts'
import { encodeJpeg, open, resize } from '../../src/image/index.ts'
import { ZipDataset } from '../../src/sources/zip.ts'
import { millrace } from './millrace.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-resize-'))
const picture = (seed: number, height: number, width: number): Image => ({
  data: Uint8Array.from({ length: height * width * 3 }, (_, at) => 128 + 100 * Math.sin(seed + at / 50)),
  height,
  width,
  channels: 3,
})
beforeAll(async () => {
  mkdirSync(join(root, 'photos/more'), { recursive: true })
  for (let i = 0; i < 8; i++) {
    const image = picture(i, 40 + i, 70 - i)
    if (i % 2) writeFileSync(join(root, 'photos', `${i}.png`), encodePng(image))
    else writeFileSync(join(root, 'photos/more', `${i}.jpg`), await encodeJpeg(image))
  }
  writeFileSync(join(root, 'photos/broken.jpg'), 'no picture')
})
afterAll(() => rmSync(root, { recursive: true }))

const run = (...args: string[]): ReturnType<typeof millrace> => millrace(['resize', ...args], root)
const files = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.millrace'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .sort()

test('a folder of pictures becomes a folder of small ones, with the pixels of the library, and a line of metadata for each', async () => {
  const { code, stdout, stderr } = await run('photos', '--out', 'small', '--size', '16x24', '--method', 'crop')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/8 done, 1 failed/)
  expect(stderr).toMatch(/failed: .*broken\.jpg.*no picture/)
  const pictures = ['1.png', '3.png', '5.png', '7.png', 'more/0.png', 'more/2.png', 'more/4.png', 'more/6.png']
  expect(files('small').filter((name) => name.endsWith('.png'))).toEqual(pictures)
  for (const [input, output] of [
    ['photos/1.png', 'small/1.png'],
    ['photos/more/4.jpg', 'small/more/4.png'],
  ] as const) {
    const expected = resize(await open(join(root, input)), [16, 24], { method: 'crop' })
    expect(await open(join(root, output))).toEqual(expected)
  }
  const rows = readFileSync(join(root, 'small/metadata.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { output: string; height: number })
  expect(rows.map(({ output }) => output).sort()).toEqual(pictures)
})

test('the same command again has nothing to do; other settings are refused with the difference', async () => {
  const again = await run('photos', '--out', 'small', '--size', '16x24', '--method', 'crop')
  expect(again.code).toBe(1)
  expect(again.stderr).toMatch(/0 done, 0 failed, 9 settled before/)
  const other = await run('photos', '--out', 'small', '--size', '8', '--method', 'crop')
  expect(other.code).toBe(2)
  expect(other.stderr).toMatch(/size/)
  expect((await run('photos', '--out', 'small', '--size', '8', '--method', 'crop', '--redo-changed')).stderr).toMatch(/8 done, 1 failed/)
})

test('into a zip that every reader takes, as JPEG and WebP', async () => {
  expect((await run('photos/more', '--out', 'small.zip', '--size', '20', '--format', 'jpeg', '--quality', '80')).code).toBe(0)
  const zip = new ZipDataset(join(root, 'small.zip'))
  const members = Array.from({ length: zip.length }, (_, i) => zip.get(i))
  expect(members.map(({ name }) => name).filter((name) => name.endsWith('.jpg'))).toEqual(['0.jpg', '2.jpg', '4.jpg', '6.jpg'])
  expect(await open(members[0]!.bytes)).toMatchObject({ height: 20, width: 20 })
  expect((await run('photos/more', '--out', 'webp', '--size', '20', '--format', 'webp', '--lossless')).code).toBe(0)
  expect(await open(join(root, 'webp/2.webp'))).toEqual(resize(await open(join(root, 'photos/more/2.jpg')), 20))
})

test('--dry-run, --json, and what can not be', async () => {
  const { stdout } = await run('photos/more', '--out', 'nothing', '--dry-run')
  expect(stdout.trimEnd().split('\n')).toHaveLength(4)
  const { stdout: json } = await run('photos/more', '--out', 'asjson', '--size', '9', '--json', '--quiet')
  expect(JSON.parse(json)).toMatchObject({ done: 4, failed: 0, exitCode: 0, failures: [] })
  for (const [args, message] of [
    [['photos'], /required option '-o, --out <path>'/],
    [['nowhere', '--out', 'x'], /no file or folder nowhere/],
    [['photos', '--out', 'x', '--like', 'opencv', '--filter', 'bicubic'], /opencv|OpenCV/i],
    [['photos', '--out', 'x', '--quality', '0', '--format', 'jpeg'], /quality is a number from 1 to 100/],
  ] as const) {
    const { code, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  }
})
