import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { Pass, type Position } from '../dataset/position.ts'
import { parquet } from './parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-parquet-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string): string => fileURLToPath(new URL(`../../golden/parquet/ordinary/${name}.parquet`, import.meta.url))
const expected = goldenJson<Record<string, unknown>[]>('parquet/ordinary/rows.json')
const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const row of rows) list.push(row)
  return list
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

/** As golden/parquet/make.py writes values that JSON has not. */
function told(value: unknown): unknown {
  if (typeof value === 'bigint') return { int: String(value) }
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') }
  if (value instanceof Date) return { ms: value.getTime() }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, told(each)]))
}

test.each(['snappy', 'zstd', 'gzip'])('%s: rows as pyarrow reads them, of every kind of column', async (name) => {
  const ds = parquet(file(name))
  expect(ds.length).toBe(expected.length)
  const rows = await all(ds)
  expect(rows.map(told)).toEqual(expected)
  for (const { image } of rows) expect((image as Uint8Array).buffer.byteLength).toBe((image as Uint8Array).length)
})

test('some columns of several files', async () => {
  const ds = parquet<{ name: string; int8: number }>([file('snappy'), file('gzip')], { columns: ['name', 'int8'] })
  const some = expected.map(({ name, int8 }) => ({ name, int8 }))
  expect(await all(ds)).toEqual([...some, ...some])
  expect(() => parquet(file('snappy'), { columns: ['name', 'label'] })).toThrow(
    code('BAD_OPTION', /no column "label"; it has name, image,/),
  )
})

test('a pass goes on where it was left, in any row group', async () => {
  const ds = parquet<{ name: string }>([file('snappy'), file('zstd')], { columns: ['name'] })
  const names = [...expected, ...expected].map(({ name }) => name)
  for (const taken of [0, 1, 59, 60, 61, 249, 250, 251, 499, 500]) {
    const pass = new Pass(ds, { seed: 0, epoch: 0 })
    for (let i = 0; i < taken; i++) await pass.next()
    const position = JSON.parse(JSON.stringify(pass.position())) as Position
    await pass.return()
    expect((await all(new Pass(ds, { seed: 0, epoch: 0 }, position))).map(({ name }) => name)).toEqual(names.slice(taken))
  }
  expect(() => ds.iterate({ seed: 0, epoch: 0, state: { row: 501 } })).toThrow(code('BAD_STATE', /row 501, and the files have 500/))
})

test('damaged files name themselves', async () => {
  const bytes = readFileSync(file('snappy'))
  const damaged = join(folder, 'damaged.parquet')
  writeFileSync(damaged, bytes.subarray(0, 20_000))
  expect(() => parquet(damaged)).toThrow(code('BAD_PARQUET', /damaged\.parquet .* cut off/))
  writeFileSync(damaged, bytes.fill(0xff, 2_000, 10_000))
  await expect(all(parquet(damaged))).rejects.toEqual(code('BAD_PARQUET', /damaged\.parquet can't be read as Parquet/))
})
