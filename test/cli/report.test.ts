// millrace report as a user calls it, and what stands on the page; report.browser.test.ts looks at it in a browser.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodePng } from '../../src/codec/png.ts'
import { open } from '../../src/image/index.ts'
import { millrace, start } from './millrace.ts'
import { HOSTILE, makePhotos, PHOTOS } from './report-photos.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-report-'))
beforeAll(() => makePhotos(join(root, 'photos')))
afterAll(() => rmSync(root, { recursive: true }))

const run = (...args: string[]): ReturnType<typeof millrace> => millrace(args, root)
async function pageOf(out: string): Promise<string> {
  const { code, stdout, stderr } = await run('report', out, '--html', '-')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}
const all = (page: string, pattern: RegExp): string[] => [...page.matchAll(pattern)].map((match) => match[1]!.trim())
const pictures = (page: string): Buffer[] =>
  all(page, /<img\s+src="data:image\/[a-z]+;base64,([^"]+)"/g).map((text) => Buffer.from(text, 'base64'))
const captions = (page: string): string[] => all(page, /<figcaption>\s*<bdi>([^<]*)<\/bdi>/g)
const tile = (page: string, name: string): string => new RegExp(`<dt>${name}</dt>\\s*<dd>([^<]*)</dd>`).exec(page)![1]!

const PIXEL = Buffer.from(encodePng({ data: new Uint8Array(3), height: 1, width: 1, channels: 3 }))

/** Every file below a folder with what it holds and when it was changed. */
function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${file} ${statSync(file).mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`)
    .sort()
}

describe.each(['folder', 'train.zip', 'train.tar', 'shards/train-%06d.tar'])('of a finished run into %s', (out) => {
  let page: string
  beforeAll(async () => {
    if (out.startsWith('shards')) mkdirSync(join(root, 'shards'))
    expect((await run('resize', 'photos', '--size', '200x180', '--out', out)).code).toBe(1)
    const before = snapshot(root)
    page = await pageOf(out)
    expect(snapshot(root)).toEqual(before)
  })

  test('its counts and sections, and no value that is none', () => {
    expect(['Items', 'Done', 'Failed', 'To go'].map((name) => tile(page, name))).toEqual([String(PHOTOS + 2), String(PHOTOS + 1), '1', '0'])
    expect(all(page, /<h2[^>]*>([^<]*)<\/h2>/g)).toEqual([
      'Throughput',
      'Failures by cause',
      'Sample pictures',
      'Outputs',
      'Time of an item',
      'The run',
    ])
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).not.toMatch(/\b(undefined|NaN|Infinity|\[object Object\])\b/)
    expect(page).toMatch(new RegExp(`\\.png</td>\\s*<td class="number">${PHOTOS + 1}</td>`))
    expect(all(page, /<th scope="row">([^<]*)<\/th>/g)).toEqual(['Output', 'Job', 'Input', 'Begun', 'Ended', 'Seed', 'Millrace'])
    expect(page).toMatch(/<code>\[200,180\]<\/code>/)
    expect(page).toMatch(/<svg\s+role="img"/)
  })

  test('48 pictures, spread over the run in its order, at most 160 pixels long', async () => {
    const names = captions(page)
    expect(names.length).toBe(48)
    expect(names).toEqual([...names].sort())
    expect(names.at(-1)! > `p${String(PHOTOS - 4).padStart(3, '0')}`).toBe(true)
    const found = pictures(page)
    expect(found.length).toBe(48)
    for (const bytes of found.slice(0, 3)) {
      const { height, width } = await open(bytes)
      expect([height, width]).toEqual([160, 144])
    }
  })

  test('hostile names are text; there is no script, and nothing comes from elsewhere', () => {
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;.png')
    expect(captions(page)).toContain(HOSTILE.shown)
    expect(page).not.toMatch(/<script|javascript:|<link|<iframe|@import|url\(/i)
    expect(all(page, /\b(?:src|href)="([^"]{0,11})/g).every((url) => url.startsWith('data:image/'))).toBe(true)
    expect(page).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`)
  })
})

test('a picture that is small stands on the page as it is; what is no picture, gone, a link or a pipe says so', async () => {
  expect((await run('resize', 'photos', '--size', '20', '--limit', '8', '--out', 'small')).code).toBe(1)
  const made = readdirSync(join(root, 'small')).filter((name) => name.endsWith('.png'))
  expect(made.length).toBe(7)
  const kept = readFileSync(join(root, 'small', 'p000.png'))
  writeFileSync(join(root, 'small', 'p001.png'), 'changed')
  rmSync(join(root, 'small', 'p002.png'))
  rmSync(join(root, 'small', 'p003.png'))
  symlinkSync(join(root, 'photos', 'p003.png'), join(root, 'small', 'p003.png'))
  rmSync(join(root, 'small', 'p004.png'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'small', 'p004.png')])
  const page = await pageOf('small')
  const shown = pictures(page)
  expect(captions(page).length).toBe(7)
  expect(shown.length).toBe(3)
  expect(shown.some((bytes) => bytes.equals(kept))).toBe(true)
  expect(all(page, /<p class="missing">([^<]*)<\/p>/g).length).toBe(4)
})

test('a journal that names files elsewhere shows none of them', async () => {
  const state = join(root, 'evil/.millrace')
  mkdirSync(state, { recursive: true })
  writeFileSync(join(root, 'secret.png'), PIXEL)
  const { batchOf, lineOf } = await import('../../src/jobs/journal-lines.ts')
  const outputs = [{ name: '../secret.png', size: 1, crc: 1 }]
  const line = lineOf(0, 'done', JSON.stringify({ outputs, attempt: 1, ms: 1 }))
  writeFileSync(join(state, 'journal.jsonl'), batchOf([line], { time: Date.now() }))
  const manifest = {
    format: 1,
    millrace: '0',
    job: { module: '/x.js', ordinal: 0 },
    code: {},
    params: {},
    seed: 0,
    input: { name: 'list' },
  }
  writeFileSync(join(state, 'run.json'), JSON.stringify({ ...manifest, created: new Date(Date.now() - 1000).toISOString() }))
  const page = await pageOf('evil')
  expect(pictures(page)).toEqual([])
  expect(page).toContain('<bdi>../secret.png</bdi>')
})

test('while it runs: the page says so, and the run goes on as if nobody had looked', async () => {
  writeFileSync(
    join(root, 'slow.mjs'),
    `import { existsSync } from 'node:fs'
import { job } from 'millrace'
const PNG = '${PIXEL.toString('base64')}'
export default job(import.meta, {
  input: () => Array.from({ length: 4 }, (_, i) => 'item-' + i),
  async run(item, index, { outputs }) {
    // The last one waits for whoever looks.
    while (index === 3 && !existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20))
    await outputs.write('note.txt', item)
    await outputs.write('picture.png', Buffer.from(PNG, 'base64'))
  },
})
`,
  )
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(import.meta.dirname, '../..'), join(root, 'node_modules/millrace'))
  const { finished } = start(['run', 'slow.mjs', '--out', 'slow.zip', '--durability', 'item', '--workers', '1'], root)
  const journal = join(root, 'slow.zip.millrace/journal.jsonl')
  while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes(' 2 done ')) await wait(20)
  const page = await pageOf('slow.zip')
  expect(page).toContain('It is running.')
  expect(['Done', 'To go'].map((name) => tile(page, name))).toEqual(['3', '1'])
  expect(page).toContain('item-2/note.txt')
  expect(page).toContain('Pictures in a zip can be shown when it is finished.')
  writeFileSync(join(root, 'go'), '')
  expect((await finished).code).toBe(0)
  const whole = await pageOf('slow.zip')
  expect(whole).toContain('It is complete')
  expect(pictures(whole)).toEqual([PIXEL, PIXEL, PIXEL, PIXEL])
})

test('the page is a file: report.html here, or where it is told; nothing else is written over', async () => {
  const { code, stdout, stderr } = await run('report', 'folder')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/^Written: report\.html \(\d+ kB\)\n$/)
  expect(readFileSync(join(root, 'report.html'), 'utf8')).toContain('<h1>')
  expect((await run('report', 'folder', '--html', 'pages/of/it.html')).code).toBe(0)
  expect(readdirSync(join(root, 'pages/of'))).toEqual(['it.html'])
  for (const [out, html, message] of [
    ['folder', 'train.zip', /ending in \.html/],
    ['photos', 'report.html', /No run was begun into photos/],
    ['nowhere', 'report.html', /No run was begun into nowhere/],
  ] as const) {
    const refused = await run('report', out, '--html', html)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(message)
  }
})
