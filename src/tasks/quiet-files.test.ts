import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// muteFiles changes node:fs for good, so it is tried in a process of its own.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-quiet-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function inMutedProcess(body: string): string {
  writeFileSync(join(folder, 'kept.txt'), 'kept')
  writeFileSync(
    join(folder, 'program.mjs'),
    `import * as fs from 'node:fs'
     import { appendFileSync, rmSync, writeSync } from 'node:fs'
     import { mkdir, rm, writeFile, open } from 'node:fs/promises'
     import { AsyncLocalStorage } from 'node:async_hooks'
     import { muteFiles } from ${JSON.stringify(pathToFileURL(resolve('dist/tasks/quiet-files.js')).href)}
     const items = new AsyncLocalStorage()
     muteFiles(items)
     const kept = ${JSON.stringify(join(folder, 'kept.txt'))}, folder = ${JSON.stringify(folder)}
     const results = []
     ${body}
     process.stdout._handle?.setBlocking?.(true)
     items.run({}, () => writeSync(1, JSON.stringify(results)))`,
  )
  return execFileSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' })
}
const kept = (): string => readFileSync(join(folder, 'kept.txt'), 'utf8')

test('outside items nothing is removed or written, in all three forms, and each reports success', () => {
  const out = inMutedProcess(`
    rmSync(folder, { recursive: true }); fs.writeFileSync(kept, 'x'); appendFileSync(kept, 'x'); fs.renameSync(kept, kept + '2')
    await rm(folder, { recursive: true }); await writeFile(kept, 'x')
    results.push(await new Promise((done) => fs.unlink(kept, done)))
    const fd = fs.openSync(kept, 'w'); results.push(fs.writeSync(fd, 'ä'), fs.writeSync(fd, new Uint8Array(5), 1, 3)); fs.closeSync(fd)
    const stream = fs.createWriteStream(kept); await new Promise((done) => stream.end('header', done))
    const handle = await open(kept, 'wx'); await handle.close()
    results.push(fs.readFileSync(kept, 'utf8'))`)
  expect(JSON.parse(out)).toEqual([null, 2, 3, 'kept'])
  expect(kept()).toBe('kept')
})

test('folders are made, and one that is there is no error', () => {
  const out = inMutedProcess(`
    for (let i = 0; i < 2; i++) { fs.mkdirSync(folder + '/a'); await mkdir(folder + '/b'); await new Promise((done, fail) => fs.mkdir(folder + '/c', (e) => e ? fail(e) : done())) }
    try { fs.mkdirSync(folder + '/no/such') } catch (error) { results.push(error.code) }
    results.push(...['a', 'b', 'c'].map((name) => fs.existsSync(folder + '/' + name)))`)
  expect(JSON.parse(out)).toEqual(['ENOENT', true, true, true])
})

test('items write, also through a stream that was opened outside', () => {
  inMutedProcess(`
    const stream = fs.createWriteStream(kept); stream.write('header')
    await new Promise((done) => stream.once('open', () => setTimeout(done, 20)))
    await items.run({}, () => new Promise((done) => stream.end(' item', done)))`)
  expect(kept()).toBe('kept item')
})
