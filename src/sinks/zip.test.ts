import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'
import { entryAt, readDirectory } from '../codec/zip-read.ts'
import { directoryRecord, endRecords, localHeader } from '../codec/zip-write.ts'
import type { Committed } from '../core/sink.ts'
import { zipSink } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-zip-sink-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
const target = (): string => {
  const path = join(folder, String(made++))
  mkdirSync(path)
  return join(path, 'out.zip')
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error
const item = (ordinal: number, files: Record<string, Uint8Array>): Committed => ({
  ordinal,
  outputs: Object.entries(files).map(([name, bytes]) => ({ name, size: bytes.length, crc: crc32(bytes), bytes })),
})

/** What yauzl, which checks more than others, finds in a zip. */
async function listed(path: string): Promise<Record<string, Buffer>> {
  const zip = await promisify<Buffer, object, ZipFile>(fromBuffer)(readFileSync(path), { lazyEntries: true, strictFileNames: true })
  const found: Record<string, Buffer> = {}
  return new Promise((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', () => resolve(found))
    zip.on('entry', (entry: Entry) => {
      expect(entry.getLastModDate({ timezone: 'UTC' }).toISOString()).toBe('1980-01-01T00:00:00.000Z')
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error)
        const parts: Buffer[] = []
        stream.on('data', (part: Buffer) => parts.push(part))
        stream.on('error', reject)
        stream.on('end', () => {
          found[entry.fileName] = Buffer.concat(parts)
          zip.readEntry()
        })
      })
    })
    zip.readEntry()
  })
}

test('yauzl reads it, stored and deflated', async () => {
  const files = { 'a/0.txt': Buffer.from('text '.repeat(1000)), 'ä/😀.bin': Buffer.from([1, 2, 3]), empty: Buffer.alloc(0) }
  const sizes = []
  for (const compress of [false, true]) {
    const path = target()
    const sink = zipSink(path, { compress })
    await sink.open()
    await sink.commit([item(0, files)])
    expect(existsSync(path)).toBe(false)
    await sink.finish()
    expect(await listed(path)).toEqual(files)
    expect(existsSync(`${path}.partial`)).toBe(false)
    sizes.push(statSync(path).size)
  }
  expect(sizes[0]).toBeGreaterThan(5000)
  expect(sizes[1]).toBeLessThan(600)
})

test('more than 65,535 entries', async () => {
  const path = target()
  const sink = zipSink(path)
  await sink.open(undefined, { flush: false })
  const bytes = Buffer.from('x')
  const names = Array.from({ length: 66_000 }, (_, i) => `n/${i}`)
  for (let i = 0; i < names.length; i += 6000) {
    await sink.commit(names.slice(i, i + 6000).map((name, k) => item(i + k, { [name]: bytes })))
  }
  await sink.finish()
  const zip = await promisify<Buffer, object, ZipFile>(fromBuffer)(readFileSync(path), { lazyEntries: true })
  expect(zip.entryCount).toBe(66_000)
  const { bytes: directory, starts } = readDirectory(
    (offset, length) => readFileSync(path).subarray(offset, offset + length),
    statSync(path).size,
  )
  expect(starts.length).toBe(66_000)
  expect(entryAt(directory, starts[65_999]!).name.toString()).toBe('n/65999')
})

describe('zip64', () => {
  const entry = { name: Buffer.from('n'), method: 0, crc: 1, size: 5, compressedSize: 5, offset: 7 }

  test.each([
    ['an offset beyond 4 GB', { offset: 2 ** 32 + 5 }, 46 + 1 + 12],
    ['the first that does not fit', { offset: 2 ** 32 - 1 }, 46 + 1 + 12],
    ['the last that fits', { offset: 2 ** 32 - 2 }, 46 + 1],
    ['a size beyond 4 GB', { size: 2 ** 33, compressedSize: 2 ** 33 }, 46 + 1 + 20],
    ['one that deflates to less', { size: 2 ** 33, compressedSize: 100 }, 46 + 1 + 20],
    ['all of them', { size: 2 ** 33, compressedSize: 2 ** 32, offset: 2 ** 40 }, 46 + 1 + 28],
  ])('%s', (_, said, length) => {
    const record = directoryRecord({ ...entry, ...said })
    expect(record.length).toBe(length)
    expect(entryAt(record, 0)).toEqual({ ...entry, ...said, flags: 0x800 })
    const local = localHeader({ ...entry, ...said })
    expect(local.length).toBe('size' in said ? 31 + 20 : 31)
    expect(local.readUInt16LE(4)).toBe('size' in said ? 45 : 20)
  })

  test('a directory beyond 4 GB is found', () => {
    const record = directoryRecord(entry)
    const offset = 2 ** 33
    const end = Buffer.concat([record, endRecords({ entries: 1, offset, size: record.length })])
    // All before the directory are holes.
    const read = (at: number, length: number): Buffer => end.subarray(Math.max(0, at - offset), Math.max(0, at - offset + length))
    expect(readDirectory(read, offset + end.length)).toMatchObject({ offset, starts: Float64Array.of(0) })
  })
})

test('a zip or directory that has lost what was journalled is refused', async () => {
  const path = target()
  const sink = zipSink(path)
  await sink.open()
  const position = await sink.commit([item(0, { a: Buffer.alloc(100), b: Buffer.alloc(100) })])
  await sink.close()
  truncateSync(join(sink.state, 'directory'), 60)
  await expect(zipSink(path).open(position)).rejects.toEqual(code('BAD_STATE', /directory must have the 94 bytes .* there is 60 bytes/))
  rmSync(join(sink.state, 'directory'))
  await expect(zipSink(path).open(position)).rejects.toEqual(code('BAD_STATE', /there is no file/))
  rmSync(`${path}.partial`)
  await expect(zipSink(path).open(position)).rejects.toEqual(code('BAD_STATE', /with 262 bytes of files, but it is gone/))
  writeFileSync(path, Buffer.alloc(1000))
  await expect(zipSink(path).open(position)).rejects.toEqual(code('BAD_STATE', /another one is there/))
  rmSync(path)
  mkdirSync(path)
  await expect(zipSink(path).open()).rejects.toEqual(code('OUTPUT_BLOCKED', /a folder of that name/))
})

test('a finished zip is left alone until something is added', async () => {
  const path = target()
  const sink = zipSink(path)
  await sink.open()
  const position = await sink.commit([item(0, { a: Buffer.alloc(100) })])
  await sink.finish()
  const before = statSync(path)
  const again = zipSink(path)
  await again.open(position)
  expect(await again.commit([item(1, {})])).toEqual(position)
  await again.finish()
  await again.close()
  expect(statSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
})

test('check reads the bytes themselves', async () => {
  const path = target()
  const sink = zipSink(path)
  await sink.open()
  await sink.commit([item(0, { a: Buffer.alloc(100, 1), b: Buffer.alloc(100, 2) })])
  await sink.finish()
  await sink.close()
  const bytes = readFileSync(path)
  bytes[40]! ^= 1
  writeFileSync(path, bytes)
  expect(await zipSink(path).check('a')).toBeUndefined()
  expect(await zipSink(path).check('b')).toEqual({ size: 100, crc: crc32(Buffer.alloc(100, 2)) })
  appendFileSync(path, 'no zip any more')
  await expect((async () => zipSink(path).check('b'))()).rejects.toEqual(code('BAD_ZIP', /no end record/))
})

test('a commit that failed halfway counts for nothing', async () => {
  const [path, other] = [target(), target()]
  const good = [item(0, { a: Buffer.alloc(100) }), item(1, { b: Buffer.alloc(50) })]
  const sink = zipSink(path)
  await sink.open()
  await sink.commit([good[0]!])
  const whole = zipSink(other)
  await whole.open()
  for (const one of good) await whole.commit([one])
  await whole.finish()
  // The zip refuses the bytes; the directory, which is written at the same time, has taken the record.
  const broken = { ordinal: 1, outputs: [{ name: 'b', size: 50, crc: 0, bytes: 'no bytes' as unknown as Uint8Array }] }
  await expect(sink.commit([broken])).rejects.toThrow()
  expect(statSync(join(sink.state, 'directory')).size).toBe(2 * 47)
  await sink.commit([good[1]!])
  await sink.finish()
  expect(readFileSync(path)).toEqual(readFileSync(other))
})

test('what it can not take is refused', async () => {
  const sink = zipSink(target())
  await sink.open()
  await expect(sink.commit([{ ordinal: 0, outputs: [{ name: 'a', size: 1, crc: 0 }] }])).rejects.toEqual(
    code('BAD_ARGUMENT', /a came without/),
  )
  await expect(sink.commit([item(0, { ['n'.repeat(65_536)]: Buffer.of(1) })])).rejects.toEqual(code('BAD_NAME', /65,535/))
  await sink.close()
  await expect(zipSink(join(folder, 'no', 'such', 'out.zip')).open()).resolves.toBeUndefined()
})
