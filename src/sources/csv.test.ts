import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { CsvDataset, type CsvOptions } from './csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-csv-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0
const write = (content: string | Uint8Array): string => {
  const file = join(folder, `${written++}.csv`)
  writeFileSync(file, content)
  return file
}
const rowsOf = (dataset: CsvDataset): Record<string, string>[] => Array.from({ length: dataset.length }, (_, i) => dataset.get(i))
const read = (text: string | Uint8Array, options?: CsvOptions): Record<string, string>[] => rowsOf(new CsvDataset(write(text), options))
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test('rows are objects of strings under the names of the first line', () => {
  const dataset = new CsvDataset(write('input,labels\na.wav,"cat, dog"\nb.wav,\n'))
  expect(dataset.columns).toEqual(['input', 'labels'])
  expect(dataset.length).toBe(2)
  expect([dataset.get(1), dataset.get(0)]).toEqual([
    { input: 'b.wav', labels: '' },
    { input: 'a.wav', labels: 'cat, dog' },
  ])
  expect(() => dataset.get(2)).toThrow(code('BAD_INDEX', /0 to 1/))
  expect(() => dataset.get(-1)).toThrow(code('BAD_INDEX', /-1/))
})

test("Python's csv: the same fields of every text that all rows of which have as many", () => {
  const { csv } = goldenJson<{ csv: { text: string; records: string[][] }[] }>('dataset/cases.json')
  expect(csv.length).toBe(80)
  for (const { text, records } of csv) {
    const names = records[0]!.map((_, i) => String(i))
    const dataset = new CsvDataset(write(text), { header: false })
    const got = records.map((record, i) => (record.length === names.length ? Object.values(dataset.get(i)) : 'ragged'))
    expect(got, JSON.stringify(text)).toEqual(records.map((record) => (record.length === names.length ? record : 'ragged')))
    expect(dataset.length).toBe(records.length)
  }
})

test('what is written by the rules is read again, whatever it is', () => {
  const field = fc.string({
    unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\r\n', 'a', ' ', 'é', '😀', '\ufffd', '\ufeff'),
    maxLength: 6,
  })
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 4 })
        .chain((columns) => fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { minLength: 1 })),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.constantFrom(',', ';', '\t', ' '),
      (records, end, bom, separator) => {
        const lines = records.map((record) => record.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator))
        const rows = read(`${bom ? '\ufeff' : ''}${lines.join(end)}`, { header: false, separator })
        expect(rows.map((row) => Object.values(row))).toEqual(records)
      },
    ),
  )
})

test('a broken row is the failure of that row, with its line', () => {
  const file = write('a,b\n1,2\n\n3\n"four\nlines\n\nlong",5\n6,7,8\n"9"x,10\n11,12\n"13,14\n15,16\n')
  const dataset = new CsvDataset(file)
  expect(dataset.length).toBe(7)
  expect([0, 2, 5].map((i) => dataset.get(i))).toEqual([
    { a: '1', b: '2' },
    { a: 'four\nlines\n\nlong', b: '5' },
    { a: '11', b: '12' },
  ])
  expect(() => dataset.get(1)).toThrow(code('BAD_ROW', /\d\.csv line 4: 1 fields where there are 2 columns \(a, b\)/))
  expect(() => dataset.get(3)).toThrow(code('BAD_ROW', /line 9: 3 fields/))
  expect(() => dataset.get(4)).toThrow(code('BAD_ROW', /line 10: "x,10" follows a closing quote/))
  expect(() => dataset.get(6)).toThrow(code('BAD_ROW', /line 12: A quote is opened and never closed/))
})

test('bytes that are not UTF-8 are not replaced in silence', () => {
  const dataset = new CsvDataset(write(Buffer.from('name\nJos\xe9\nJos\n', 'latin1')))
  expect(() => dataset.get(0)).toThrow(code('BAD_ROW', /line 2: .* is not UTF-8.*iconv/))
  expect(dataset.get(1)).toEqual({ name: 'Jos' })
  expect(read('name\n\ufffd')).toEqual([{ name: '\ufffd' }])
  expect(() => read(Buffer.from('\ufeffa,b\n1,2', 'utf16le'))).toThrow(code('BAD_ROW', /line 1: .* is not UTF-8/))
})

test('header: names for a file without any, or none', () => {
  expect(read('1,2\n3,4\n', { header: ['x', 'y'] })).toEqual([
    { x: '1', y: '2' },
    { x: '3', y: '4' },
  ])
  expect(read('1\t2\n', { header: false, separator: '\t' })).toEqual([{ 0: '1', 1: '2' }])
  expect(read('a,b\n')).toEqual([])
  expect(read('', { header: ['a'] })).toEqual([])
  expect(new CsvDataset(write('"1"x\n2\n'), { header: ['a'] }).get(1)).toEqual({ a: '2' })
  expect(read('__proto__,constructor\n1,2').map((row) => Object.entries(row))).toEqual([
    [
      ['__proto__', '1'],
      ['constructor', '2'],
    ],
  ])
})

test('one column, and paths from the folder of the list', () => {
  const file = write('input,note\nx/a.wav,n\n/abs/b.wav,n\n,n\nhttps://c.org/d.wav,n\n../e.wav,n\n')
  const inputs = new CsvDataset(file, { column: 'input' })
  expect(Array.from({ length: 3 }, (_, i) => inputs.get(i))).toEqual(['x/a.wav', '/abs/b.wav', ''])
  const resolved = new CsvDataset(file, { column: 'input', paths: 'input' })
  expect(Array.from({ length: 5 }, (_, i) => resolved.get(i))).toEqual([
    join(folder, 'x/a.wav'),
    resolve('/abs/b.wav'),
    '',
    'https://c.org/d.wav',
    resolve(folder, '../e.wav'),
  ])
  expect(new CsvDataset(file, { paths: ['input'] }).get(0)).toEqual({ input: join(folder, 'x/a.wav'), note: 'n' })
})

test('what cannot be a table is refused at once', () => {
  expect(() => read('')).toThrow(code('BAD_CSV', /is empty/))
  expect(() => read('\n\n')).toThrow(code('BAD_CSV', /is empty/))
  expect(() => read('a,b,a\n')).toThrow(code('BAD_CSV', /two columns named "a"/))
  expect(() => read('"a\nb')).toThrow(code('BAD_ROW', /line 1: A quote is opened/))
  expect(() => new CsvDataset(join(folder, 'gone.csv'))).toThrow(code('INPUT_UNREADABLE', /gone\.csv can't be read: ENOENT/))
  expect(() => new CsvDataset(folder)).toThrow(code('INPUT_UNREADABLE', /EISDIR/))
  expect(() => new CsvDataset(write('a,b\n'), { column: 'c' })).toThrow(code('BAD_OPTION', /no column "c"; it has "a", "b"/))
  expect(() => read('a,b\n', { paths: 'c' })).toThrow(code('BAD_OPTION', /no column "c"/))
  for (const separator of ['', ',,', '"', '\n', '\r', 'é'])
    expect(() => read('a\n', { separator })).toThrow(code('BAD_OPTION', /separator/))
})
