import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, expect, test } from 'vitest'
import { type Row, type Rows, writeParquet } from './parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-parquet-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0
async function read(rows: Rows): Promise<{ types: Record<string, string>; rows: Row[] }> {
  const path = join(folder, `${written++}.parquet`)
  await writeParquet(path, rows)
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  const { schema } = await parquetMetadataAsync(file)
  const types = schema.slice(1).map(({ name, type, converted_type: converted, repetition_type: repetition }) => {
    expect(repetition).toBe('OPTIONAL')
    return [name, converted ?? type] as [string, string]
  })
  return { types: Object.fromEntries(types), rows: await parquetReadObjects({ file }) }
}

test("a column's type follows from all its values", async () => {
  const rows = [
    { source: 'a.wav', seconds: 1, count: 3, ok: true, clips: ['a/0.wav'], mixed: 1, none: null, small: -1 },
    { source: 'ä 😀', seconds: 0.25, count: -(2 ** 53) + 1, ok: false, clips: [], mixed: 'one', none: undefined, late: { a: { b: null } } },
    { source: null, seconds: NaN, ok: null, clips: null, mixed: true, small: 2 ** 40 },
  ]
  const { types, rows: got } = await read(rows)
  expect(types).toEqual({
    source: 'UTF8',
    seconds: 'DOUBLE',
    count: 'INT64',
    ok: 'BOOLEAN',
    clips: 'JSON',
    mixed: 'JSON',
    none: 'UTF8',
    small: 'INT64',
    late: 'JSON',
  })
  const nothing = { none: null, late: null }
  expect(got).toEqual([
    { source: 'a.wav', seconds: 1, count: 3n, ok: true, clips: ['a/0.wav'], mixed: 1, small: -1n, ...nothing },
    {
      source: 'ä 😀',
      seconds: 0.25,
      count: BigInt(-(2 ** 53) + 1),
      ok: false,
      clips: [],
      mixed: 'one',
      small: null,
      none: null,
      late: { a: { b: null } },
    },
    { source: null, seconds: NaN, count: null, ok: null, clips: null, mixed: true, small: 2n ** 40n, ...nothing },
  ])
})

test('dates are text, numbers beyond 2^53 are doubles', async () => {
  const { types, rows } = await read([{ at: new Date(0), big: 2 ** 60 }])
  expect(types).toEqual({ at: 'UTF8', big: 'DOUBLE' })
  expect(rows).toEqual([{ at: '1970-01-01T00:00:00.000Z', big: 2 ** 60 }])
})

test('more rows than a group, from a function', async () => {
  const count = 120_000
  async function* rows(): AsyncGenerator<Row> {
    for (let i = 0; i < count; i++) yield { i, name: `n${i}`, ...(i === count - 1 && { last: 0.5 }) }
    await Promise.resolve()
  }
  const { rows: got } = await read(rows)
  expect(got.length).toBe(count)
  expect(got.every((row, i) => row['i'] === BigInt(i) && row['name'] === `n${i}`)).toBe(true)
  expect(got.at(-1)!['last']).toBe(0.5)
})

test('the same rows give the same bytes', async () => {
  const rows = [{ a: 'x', b: [1] }]
  await read(rows)
  await read(rows)
  expect(readFileSync(join(folder, `${written - 1}.parquet`))).toEqual(readFileSync(join(folder, `${written - 2}.parquet`)))
})

test('what can not be a table leaves nothing behind', async () => {
  const before = readdirSync(folder)
  await expect(read([])).rejects.toThrow(/none of the 0 rows has any/)
  await expect(read([{}, {}])).rejects.toThrow(/none of the 2 rows/)
  await expect(read([{ a: 1 }, [2] as unknown as Row])).rejects.toThrow(/row 1 is \[2\]/)
  let calls = 0
  const failing = function* (): Generator<Row> {
    yield { a: 1 }
    if (++calls === 2) throw new Error('gone')
  }
  await expect(read(() => failing())).rejects.toThrow(/gone/)
  await expect(writeParquet(join(folder, 'no', 'such.parquet'), [{ a: 1 }])).rejects.toThrow(/ENOENT/)
  expect(readdirSync(folder)).toEqual(before)
})
