import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { directoryRecord, endRecords, localHeader, type ZipEntry } from '../codec/zip-write.ts'
import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { ZipDataset, type ZipOptions } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-zip-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0
const write = (...parts: Uint8Array[]): string => {
  const file = join(folder, `${written++}.zip`)
  writeFileSync(file, Buffer.concat(parts))
  return file
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

/** A zip of members that may say of themselves what they want. */
function zipOf(
  members: { name?: string | Uint8Array; content?: Uint8Array; said?: Partial<ZipEntry> }[],
  options: ZipOptions = {},
): ZipDataset {
  const parts: Uint8Array[] = []
  const records: Uint8Array[] = []
  let offset = 0
  for (const { name = 'a', content = Buffer.from('content'), said = {} } of members) {
    const bytes = said.method === 8 ? deflateRawSync(content) : content
    const entry = {
      name: Buffer.from(name as string),
      method: 0,
      crc: crc32(content),
      size: content.length,
      compressedSize: bytes.length,
      offset,
      ...said,
    }
    const header = localHeader(entry)
    parts.push(header, bytes)
    records.push(directoryRecord(entry))
    offset += header.length + bytes.length
  }
  const directory = Buffer.concat(records)
  return new ZipDataset(write(...parts, directory, endRecords({ entries: members.length, offset, size: directory.length })), options)
}

test('a member that is not what it says fails alone', () => {
  const content = Buffer.alloc(1000, 'ab')
  const zip = zipOf(
    [
      { content },
      { content, said: { crc: 5 } },
      { content, said: { size: 999 } },
      { content, said: { method: 8, size: 1001 } },
      { content, said: { method: 8, size: 500 } },
      { content, said: { method: 12 } },
      { content, said: { method: 8, size: 2_000_000 } },
      { content, said: { method: 8, size: 200_000 } },
      { content: Buffer.alloc(2048) },
      { content, said: { method: 8 } },
    ],
    { maxBytes: 1024 },
  )
  expect(zip.length).toBe(10)
  expect(zip.get(0).bytes).toEqual(new Uint8Array(content))
  expect(zip.get(9).bytes).toEqual(new Uint8Array(content))
  expect(() => zip.get(1)).toThrow(code('BAD_ZIP', /\d\.zip, member "a": .*size and CRC/))
  expect(() => zip.get(2)).toThrow(code('BAD_ZIP', /1000 bytes can't be 999 bytes stored/))
  expect(() => zip.get(3)).toThrow(code('BAD_ZIP', /size and CRC/))
  expect(() => zip.get(4)).toThrow(code('BAD_ZIP', /can't be inflated/))
  expect(() => zip.get(5)).toThrow(code('BAD_ZIP', /method 12/))
  for (const i of [6, 7]) expect(() => zip.get(i)).toThrow(code('TOO_LARGE', /1024 bytes \(maxBytes\), but has 200+/))
  expect(() => zip.get(8)).toThrow(code('TOO_LARGE', /has 2048/))
  expect(() => zip.get(10)).toThrow(code('BAD_INDEX', /0 to 9/))
})

test('what deflate can not do is refused before anything is allocated', () => {
  const zip = zipOf([{ said: { method: 8, size: 100_000_000 } }])
  expect(() => zip.get(0)).toThrow(code('BAD_ZIP', /9 bytes can't be 100000000 bytes deflated/))
  const zeros = zipOf([{ content: new Uint8Array(10_000_000), said: { method: 8 } }])
  expect(zeros.get(0).bytes.length).toBe(10_000_000)
})

test('names that lead out of a folder fail, folders are passed over', () => {
  const bad = ['../a', 'a/../../b', '/etc/passwd', 'a\\b', 'C:/a', 'c:a', 'a\0b', './..', '.', '..']
  const good = ['./a/./b', 'a//b', '...', 'ä', ' ', 'ab:c', '-rf']
  const zip = zipOf([{ name: 'folder/' }, ...[...bad, ...good].map((name) => ({ name }))])
  expect(zip.length).toBe(bad.length + good.length)
  for (const i of bad.keys()) expect(() => zip.get(i), bad[i]!).toThrow(code('BAD_NAME', /a path within the archive/))
  expect(good.map((_, i) => zip.get(bad.length + i).name)).toEqual(['a/b', 'a/b', '...', 'ä', ' ', 'ab:c', '-rf'])
})

test('members that share bytes are a bomb', () => {
  expect(() => zipOf([{}, {}, { said: { offset: 0 } }])).toThrow(code('BAD_ZIP', /share bytes/))
  expect(() => zipOf([{ said: { compressedSize: 200, size: 200 } }])).toThrow(code('BAD_ZIP', /share bytes/))
})

test('what is no zip, or not all of one', () => {
  const whole = readFileSync(fileURLToPath(new URL('../../golden/sinks/files/deflated.zip', import.meta.url)))
  for (const length of [0, 1, 21, 100, whole.length - 1]) {
    expect(() => new ZipDataset(write(whole.subarray(0, length)))).toThrow(code('BAD_ZIP', /\d+\.zip: .*(no end record|cut)/))
  }
  const file = write(whole)
  appendFileSync(file, 'x')
  expect(() => new ZipDataset(file)).toThrow(code('BAD_ZIP', /no end record/))
  expect(() => new ZipDataset(join(folder, 'gone.zip'))).toThrow(code('INPUT_UNREADABLE', /gone\.zip.*ENOENT/))
  expect(() => new ZipDataset(folder)).toThrow(code('INPUT_UNREADABLE', /EISDIR/))
})

test('writers that count modulo 65,536 lose no entries', () => {
  const entry = { name: Buffer.from('a'), method: 0, crc: 0, size: 0, compressedSize: 0 }
  const headers = Array.from({ length: 70_000 }, () => localHeader({ ...entry, offset: 0 }))
  const records = headers.map((header, i) => directoryRecord({ ...entry, offset: i * header.length }))
  const directory = Buffer.concat(records)
  const end = endRecords({ entries: 70_000 % 65_536, offset: 70_000 * headers[0]!.length, size: directory.length })
  expect(new ZipDataset(write(...headers, directory, end)).length).toBe(70_000)
  const wrong = endRecords({ entries: 69_999 % 65_536, offset: 70_000 * headers[0]!.length, size: directory.length })
  expect(() => new ZipDataset(write(...headers, directory, wrong))).toThrow(code('BAD_ZIP', /70000 entries where its end says 4463/))
})

test('1,200 mutants: each member is right, or fails by name', () => {
  const file = join(folder, 'mutant.zip')
  let [right, failed] = [0, 0]
  for (const golden of ['deflated', 'stored', 'zip64-fields']) {
    const whole = readFileSync(fileURLToPath(new URL(`../../golden/sinks/files/${golden}.zip`, import.meta.url)))
    const original = new ZipDataset(fileURLToPath(new URL(`../../golden/sinks/files/${golden}.zip`, import.meta.url)))
    const contents = new Set(Array.from({ length: original.length }, (_, i) => crc32(original.get(i).bytes)))
    for (let seed = 0; seed < 400; seed++) {
      const random = randomOf(seed)
      const mutant = Buffer.from(whole)
      // Where the sizes and offsets are, more often than where the data are.
      for (let i = 0; i < 1 + 3 * random(); i++) {
        const back = random() < 0.7 ? Math.min(mutant.length, 900) : mutant.length
        mutant[mutant.length - 1 - Math.floor(random() * back)] = random() < 0.3 ? 0xff : Math.floor(random() * 256)
      }
      writeFileSync(file, mutant)
      try {
        const zip = new ZipDataset(file)
        for (let i = 0; i < zip.length; i++) {
          try {
            if (!contents.has(crc32(zip.get(i).bytes))) expect.fail(`seed ${seed} of ${golden}: member ${i} is another one`)
            right++
          } catch (error) {
            if (!(error instanceof MillraceError)) throw error
            failed++
          }
        }
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        failed++
      }
    }
  }
  expect(right).toBeGreaterThan(500)
  expect(failed).toBeGreaterThan(500)
})
