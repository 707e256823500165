import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Journal } from './journal.ts'
import type { Line } from './journal-lines.ts'
import { DONE, FAILED, UNKNOWN, VOIDED } from './run-index.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-journal-'))
  path = join(folder, 'journal.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

const done = (ordinal: number, ...names: string[]): Line => ({
  ordinal,
  kind: 'done',
  json: JSON.stringify({
    outputs: names.map((name) => ({ name, size: 1, crc: 2 })),
    attempt: 1,
    ms: 1,
    metadata: { ordinal, text: 'a\nb "c" ü' },
  }),
})
const fail = (ordinal: number): Line => ({
  ordinal,
  kind: 'fail',
  json: JSON.stringify({ stage: 'run', code: 'X', message: 'm', attempt: 1 }),
})

async function write(batches: Line[][]): Promise<number[]> {
  const journal = new Journal(path)
  const ends: number[] = []
  for (const [i, batch] of batches.entries()) {
    await journal.append(batch, { position: { at: i }, time: i })
    ends.push(readFileSync(path).length)
  }
  journal.close()
  return ends
}

function read(): { statuses: number[]; position: unknown; journal: Journal } {
  const journal = new Journal(path, { access: 'r' })
  return { statuses: Array.from({ length: journal.index.length }, (_, i) => journal.index.status(i)), position: journal.position, journal }
}

test('what was appended is read again, later lines over earlier ones', async () => {
  await write([[done(1, 'b/0'), fail(0)], [done(0, 'a/0', 'ä/"0"')], [{ ordinal: 1, kind: 'void', json: done(1, 'b/0').json }, done(3)]])
  const { statuses, position, journal } = read()
  expect(statuses).toEqual([DONE, VOIDED, UNKNOWN, DONE])
  expect(position).toEqual({ at: 2 })
  expect([journal.index.done, journal.index.failed]).toEqual([2, 0])
  expect([...journal.entries(DONE)].map(([ordinal, { metadata }]) => [ordinal, metadata])).toEqual([
    [0, { ordinal: 0, text: 'a\nb "c" ü' }],
    [3, { ordinal: 3, text: 'a\nb "c" ü' }],
  ])
  expect(['A/0', 'Ä/"0"', 'b/0', 'c'].map((name) => journal.claims.owner(name))).toEqual([0, 0, 1, undefined])
  journal.close()
})

test('names that a line no longer holds are free again', async () => {
  await write([[done(0, 'a/0', 'a/1')], [{ ordinal: 0, kind: 'void', json: done(0, 'a/0', 'a/1').json }], [done(0, 'a/1', 'a/2')]])
  const { journal } = read()
  expect(['a/0', 'a/1', 'a/2'].map((name) => journal.claims.owner(name))).toEqual([undefined, 0, 0])
  journal.close()
})

test('wherever the last batch is cut off, it did not happen, and writing goes on behind the one before', async () => {
  const [first, second] = (await write([
    [done(0, 'a'), done(1, 'b')],
    [done(2, 'c'), fail(3)],
  ])) as [number, number]
  const whole = readFileSync(path)
  for (let length = first; length < second; length++) {
    writeFileSync(path, whole.subarray(0, length))
    const journal = new Journal(path)
    expect([journal.index.done, journal.index.length, journal.position], `cut at ${length}`).toEqual([2, 2, { at: 0 }])
    await journal.append([done(2, 'd')], { position: { at: 9 }, time: 9 })
    expect((journal.read(2).outputs ?? [])[0]!.name).toBe('d')
    journal.close()
    const { statuses, position, journal: again } = read()
    expect(statuses).toEqual([DONE, DONE, DONE])
    expect(position).toEqual({ at: 9 })
    again.close()
  }
})

describe('damage', () => {
  test('any byte changed in a batch that others follow is refused with its line', async () => {
    const ends = await write([[done(0, 'a'), done(1, 'b')], [done(2, 'c')], [done(3, 'd')], [done(4, 'e')]])
    const whole = readFileSync(path)
    for (let at = 0; at < ends[1]!; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1
      writeFileSync(path, bytes)
      const line = whole.subarray(0, at).toString('latin1').split('\n').length
      expect(() => read(), `byte ${at}`).toThrow(new RegExp(`Line ${line} of .* is damaged`))
    }
  })

  test('in the last batch it is what a power cut may leave: the batch did not happen', async () => {
    const ends = await write([[done(0, 'a')], [done(1, 'b'), done(2, 'c')]])
    const whole = readFileSync(path)
    for (let at = ends[0]!; at < ends[1]!; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 4
      writeFileSync(path, bytes)
      const { statuses, journal } = read()
      expect(statuses, `byte ${at}`).toEqual([DONE])
      journal.close()
    }
  })

  test('zeros, garbage and a foreign file at the end are passed over', async () => {
    await write([[done(0, 'a')]])
    for (const tail of [Buffer.alloc(5000), Buffer.from('\n\n* batch {}\n00000000 * batch {}\n'), Buffer.from('x'.repeat(9000))]) {
      appendFileSync(path, tail)
      const journal = new Journal(path)
      expect(journal.index.done).toBe(1)
      journal.close()
    }
    truncateSync(path, 0)
    expect(read().statuses).toEqual([])
  })
})

test('lines longer than the block that is read', async () => {
  const long = { ...done(1, 'b'), json: JSON.stringify({ outputs: [], attempt: 1, ms: 1, metadata: 'x'.repeat(9 << 20) }) }
  await write([[done(0, 'a')], [long, done(2, 'c')], [done(3, 'd')]])
  const { statuses, journal } = read()
  expect(statuses).toEqual([DONE, DONE, DONE, DONE])
  expect([...journal.entries(DONE)].map(([ordinal]) => ordinal)).toEqual([0, 1, 2, 3])
  expect((journal.read(1).metadata as string).length).toBe(9 << 20)
  expect(journal.index.status(9)).toBe(UNKNOWN)
  expect([...journal.entries(FAILED)]).toEqual([])
  journal.close()
})
