import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { golden } from '../../golden/read.ts'
import { loadZstd } from './parquet-compression.ts'
import { packParcel, unpackParcel } from '../dataset/travel.ts'
import { openFile, readFooter } from './parquet-footer.ts'
import { type ParquetPixels, parquetPixels, type ParquetPixelsOptions } from './parquet-pixels.ts'
import { prepareRows } from './parquet-prepare.ts'
import { RowReader, type RowsFile } from './parquet-rows.ts'
import { readTile } from './parquet-tile.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-pixels-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string): string => fileURLToPath(new URL(`../../golden/parquet/${name}`, import.meta.url))
const PIXELS = 40
const expected = golden('parquet/pixels.u8')
const rowOf = (i: number): Uint8Array => Uint8Array.from(expected.subarray(i * PIXELS, (i + 1) * PIXELS))
const open = (name: string, options: Partial<ParquetPixelsOptions> = {}): ParquetPixels => {
  return parquetPixels(file(name), { shape: [5, 8], id: 'image_id', cache: folder, ...options })
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

const names = readdirSync(file('.')).filter((name) => name.endsWith('.parquet'))

test.each(names)('%s: every pixel and name as pyarrow wrote them', async (name) => {
  const isInt = name === 'id-int.parquet'
  const ds = open(name, isInt ? { id: 'row' } : {})
  expect(ds.length).toBe(300)
  let i = 0
  for await (const { id, pixels } of ds) {
    expect(id).toBe(isInt ? String(i) : `Train_${i}`)
    expect(pixels).toEqual({ data: rowOf(i), height: 5, width: 8, channels: 1 })
    i++
  }
  expect(i).toBe(300)
})

test('there are goldens of every kind', () => expect(names.length).toBeGreaterThan(35))

const refused: Record<string, [code: string, message: RegExp]> = {
  'too-large': ['BAD_PIXELS', /too-large\.parquet: the column "3" has values that are not 0 to 255; pixels are/],
  'too-large-plain': ['BAD_PIXELS', /the column "3" has values that are not 0 to 255/],
  negative: ['BAD_PIXELS', /the column "3" has values that are not 0 to 255/],
  'missing-v1': ['BAD_PIXELS', /the column "6" has missing values/],
  'missing-v2': ['BAD_PIXELS', /the column "6" has missing values/],
  'missing-id': ['BAD_PIXELS', /row 9: the column "image_id", which names the rows, is empty/],
  floats: ['BAD_PIXELS', /the column "0" is floats; pixels are columns of integers/],
  lists: ['BAD_PIXELS', /is lists; pixels are columns of integers/],
  lz4: ['BAD_PARQUET', /column "image_id": .*LZ4_RAW/],
  delta: ['BAD_PARQUET', /column "0": the encoding DELTA_BINARY_PACKED can't be read/],
  split: ['BAD_PARQUET', /column "0": the encoding BYTE_STREAM_SPLIT can't be read/],
}

test.each(readdirSync(file('refused')))('refused: %s', async (name) => {
  const [expectedCode, message] = refused[name.replace('.parquet', '')]!
  const read = async (): Promise<void> => open(`refused/${name}`).prepare()
  await expect(read()).rejects.toEqual(code(expectedCode, message))
  await expect(read()).rejects.toEqual(code(expectedCode, new RegExp(`refused/${name}|${name}`)))
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a file that holds no pixels is read once, not for each of its rows', async () => {
  const copy = join(folder, 'no-pixels.parquet')
  copyFileSync(file('refused/missing-v1.parquet'), copy)
  const ds = parquetPixels(copy, { shape: [5, 8], id: 'image_id', cache: folder })
  await expect(ds.get(0)).rejects.toEqual(code('BAD_PIXELS', /missing values/))
  rmSync(copy)
  await expect(ds.get(1)).rejects.toEqual(code('BAD_PIXELS', /missing values/))
})

test('columns that do not fit the shape', () => {
  expect(() => open('pandas.parquet', { shape: [5, 9] })).toThrow(
    code('BAD_PIXELS', /has 40 columns of pixels where the shape asks for 45: "image_id", "0", "1", "2", \.\.\. "38", "39" \(41 columns\)/),
  )
  expect(() => open('named-p.parquet', { shape: [5, 7] })).toThrow(code('BAD_PIXELS', /has 40 columns of pixels .* 35/))
  expect(() => open('pandas.parquet', { id: 'name' })).toThrow(code('BAD_PIXELS', /no column "name" to name its rows/))
  expect(() => open('more-columns.parquet', { id: 'weight' })).toThrow(
    code('BAD_PIXELS', /"weight" is doubles; strings or integers name rows/),
  )
  expect(() => open('pandas.parquet', { shape: [40] as never })).toThrow(code('BAD_OPTION', /shape must be \[height, width\]/))
  expect(() => open('pandas.parquet', { maxBytes: 1e6 })).toThrow(code('BAD_OPTION', /maxBytes .* at least 200000000/))
})

test('the first pixels of more columns may be taken; without an id rows are named by their index', async () => {
  const ds = parquetPixels([file('more-columns.parquet'), file('pandas.parquet')], { shape: [4, 9], cache: folder })
  const { id, pixels } = await ds.get(423)
  expect([id, [...pixels.data]]).toEqual(['423', [...rowOf(123).subarray(0, 36)]])
})

test('several files: rows one after another; indices that are not there', async () => {
  const ds = parquetPixels([file('pandas.parquet'), file('row-groups.parquet')], { shape: [5, 8], id: 'image_id', cache: folder })
  expect(ds.length).toBe(600)
  await ds.prepare()
  for (const i of [599, 0, 300, 299, 301, 302, 337, 336]) {
    const { id, pixels } = await ds.get(i)
    expect([id, pixels.data]).toEqual([`Train_${i % 300}`, rowOf(i % 300)])
  }
  expect(() => ds.get(600)).toThrow(code('BAD_INDEX', /0 to 599/))
})

test('a file without rows', async () => {
  const ds = open('workers/empty.parquet')
  await ds.prepare()
  expect(ds.length).toBe(0)
  expect(() => ds.get(0)).toThrow(code('BAD_INDEX', /no samples/))
})

test('it travels to workers, and picture data are taken from the loader', async () => {
  const ds = open('row-groups.parquet')
  const copy = (await unpackParcel(structuredClone(packParcel(ds, 'It', true)))) as ParquetPixels
  await copy.get(0)
  const slab = new Uint8Array(PIXELS)
  const { pixels } = copy.get(55, { allocate: () => slab as never }) as Awaited<ReturnType<typeof ds.get>>
  expect(pixels.data).toBe(slab)
  expect(slab).toEqual(rowOf(55))
})

test('rows are deleted by close, made again when wanted, and not kept when the file has changed', async () => {
  const copy = join(folder, 'copy.parquet')
  copyFileSync(file('zstd-v2.parquet'), copy)
  const ds = parquetPixels(copy, { shape: [5, 8], id: 'image_id', cache: folder })
  const { path } = ds.files[0]!
  expect(existsSync(path)).toBe(false)
  await ds.get(0)
  expect(existsSync(path)).toBe(true)
  ds.close()
  expect(existsSync(path)).toBe(false)
  expect((await ds.get(7)).id).toBe('Train_7')
  ds.close()
  utimesSync(copy, 1, 1)
  await expect(ds.prepare()).rejects.toEqual(code('BAD_PARQUET', /copy\.parquet .* has changed/))
  expect(parquetPixels(copy, { shape: [5, 8], id: 'image_id', cache: folder }).files[0]!.path).not.toBe(path)
})

test('tiles of any width, and any order of rows', async () => {
  const wide = open('row-groups.parquet').files[0]!
  for (const tileColumns of [1, 7, 16, 39]) {
    const rows: RowsFile = { ...wide, tileColumns, path: join(folder, `tiles-${tileColumns}`) }
    await prepareRows(rows, 512e6, {})
    const reader = new RowReader(rows)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(299), fc.integer({ min: 1, max: 40 })), { maxLength: 8 }), async (runs) => {
        for (const [first, count] of runs) {
          for (let row = first; row < Math.min(300, first + count); row++) {
            const data = new Uint8Array(PIXELS)
            expect(reader.read(row, data)).toBe(`Train_${row}`)
            expect(data).toEqual(rowOf(row))
          }
        }
      }),
      { numRuns: 20, seed: 5 },
    )
    reader.close()
  }
})

test('what is no Parquet file, or not all of one, says so and which file', () => {
  const bytes = readFileSync(file('snappy-v1.parquet'))
  const written = (content: Uint8Array): string => {
    writeFileSync(join(folder, 'x.parquet'), content)
    return join(folder, 'x.parquet')
  }
  const read = (content: Uint8Array) => () => parquetPixels(written(content), { shape: [5, 8], cache: folder })
  expect(read(bytes.subarray(0, 30_000))).toThrow(code('BAD_PARQUET', /x\.parquet .* does not end with "PAR1": it has been cut off/))
  expect(read(Buffer.from('image_id,0,1,2\na,1,2,3\n'))).toThrow(code('BAD_PARQUET', /begins with "imag" where Parquet has "PAR1"/))
  expect(read(new Uint8Array(5))).toThrow(code('BAD_PARQUET', /it has 5 bytes/))
  expect(read(Buffer.concat([bytes.subarray(0, 4), bytes.subarray(10_000)]))).toThrow(code('BAD_PARQUET', /lies outside the file|damaged/))
  expect(read(Buffer.concat([bytes.subarray(0, -4), Buffer.from('PARE')]))).toThrow(code('BAD_PARQUET', /encrypted/))
  const footer = Buffer.from(bytes)
  footer.writeUInt32LE(bytes.length, bytes.length - 8)
  expect(read(footer)).toThrow(code('BAD_PARQUET', /its footer should have/))
  expect(() => parquetPixels(folder + '/none.parquet', { shape: [5, 8] })).toThrow(code('NO_INPUT', /none\.parquet/))
})

test('damaged files give errors of ours or other pixels, and nothing else', async () => {
  await loadZstd()
  const columns = Int32Array.from({ length: PIXELS }, (_, i) => i + 1)
  const target = join(folder, 'damaged.parquet')
  let refused = 0
  const damage = fc.tuple(
    fc.constantFrom('snappy-v1', 'plain-v2', 'zstd-v2', 'gzip-v1', 'small-pages-v2', 'brotli-v1', 'int64'),
    fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  )
  fc.assert(
    fc.property(damage, ([name, changes]) => {
      const bytes = readFileSync(file(`${name}.parquet`))
      for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value
      writeFileSync(target, bytes)
      const opened = openFile(target)
      try {
        const footer = readFooter(opened)
        for (const group of footer.groups.keys())
          readTile(
            opened,
            footer,
            group,
            columns.filter((place) => place < footer.leaves.length),
          )
      } catch (error) {
        expect(['BAD_PARQUET', 'BAD_PIXELS', 'TOO_LARGE']).toContain((error as { code?: string }).code)
        refused++
      } finally {
        rmSync(target)
      }
    }),
    { numRuns: 400, seed: 5 },
  )
  expect(refused).toBeGreaterThan(30)
})
