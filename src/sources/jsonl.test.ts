import { execFile, execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Pass, type Position } from '../dataset/position.ts'
import { peelMaps } from '../dataset/iterable.ts'
import { jsonl } from './jsonl.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-jsonl-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0
const write = (content: string | Uint8Array): string => {
  const file = join(folder, `${written++}.jsonl`)
  writeFileSync(file, content)
  return file
}
const all = async <T>(samples: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = []
  for await (const sample of samples) list.push(sample)
  return list
}
const at = { seed: 0, epoch: 0 }
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test('one value a line: empty lines, CR LF, a byte order mark and a missing last line end are fine', async () => {
  const file = write('\ufeff{"id":1}\r\n\n[2,"zwei"]\n  \n"drei"\nnull\n{"ü":"日本 😀"}')
  expect(await all(jsonl(file))).toEqual([{ id: 1 }, [2, 'zwei'], 'drei', null, { ü: '日本 😀' }])
  expect(await all(jsonl(write('')))).toEqual([])
  expect(await all(jsonl(write('\n\n')))).toEqual([])
})

test('values come back whatever they are, and from every position', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json()), fc.boolean(), async (values, ends) => {
      const file = write(values.join('\n') + (ends ? '\n' : ''))
      const expected = values.map((value) => JSON.parse(value) as unknown)
      expect(await all(jsonl(file))).toEqual(expected)
      for (let taken = 0; taken <= values.length; taken++) {
        const pass = new Pass(jsonl(file), at)
        for (let i = 0; i < taken; i++) await pass.next()
        const position = JSON.parse(JSON.stringify(pass.position())) as Position
        await pass.return()
        expect(await all(new Pass(jsonl(file), at, position))).toEqual(expected.slice(taken))
      }
    }),
    { numRuns: 30 },
  )
})

test('lines may lie across blocks and be longer than one', async () => {
  const values = ['é'.repeat(700_000), 'x'.repeat(3_000_000), 'short', 'ü'.repeat(900_001)]
  const file = write(`${values.map((value) => JSON.stringify(value)).join('\n')}\n`)
  const read = await all(jsonl<string>(file))
  expect(read.map((value, i) => value === values[i])).toEqual([true, true, true, true])
  const pass = new Pass(jsonl(file), at)
  await pass.next()
  await pass.next()
  const position = pass.position()
  await pass.return()
  expect((await all(new Pass(jsonl(file), at, position))).length).toBe(2)
})

test('a bad line is named, and is the failure of its sample alone where maps run in workers', async () => {
  const file = write(
    Buffer.concat([Buffer.from('{"a":1}\n\n{"a":\n"ok"\n'), Buffer.from('"Jos\xe9"\n', 'latin1'), Buffer.from('"\ufffd"\n')]),
  )
  await expect(all(jsonl(file))).rejects.toEqual(code('BAD_LINE', /\d\.jsonl line 3: SyntaxError/))
  const { source, maps } = peelMaps(jsonl(file))
  const lines = await all(source as ReturnType<typeof jsonl>['source'])
  expect(lines.map(({ line }) => line)).toEqual([1, 3, 4, 5, 6])
  const [parse] = maps as { run: Function; params: object }[]
  const results = lines.map((line, index) => {
    try {
      return parse!.run(line, index, { params: parse!.params }) as unknown
    } catch (error) {
      return (error as Error).message.replace(/.*jsonl/, '')
    }
  })
  expect(results).toEqual([{ a: 1 }, expect.stringMatching(/ line 3: /), 'ok', expect.stringMatching(/ line 5: .*not UTF-8/), '\ufffd'])
})

test('a file that is not there, or is no file', async () => {
  await expect(all(jsonl(join(folder, 'gone.jsonl')))).rejects.toEqual(code('INPUT_UNREADABLE', /gone\.jsonl.*ENOENT/))
  await expect(all(jsonl(folder))).rejects.toEqual(code('INPUT_UNREADABLE', /EISDIR/))
})

test('a file that has grown is read on; one that has changed is refused', async () => {
  const file = write('1\n2\n3\n')
  const pass = new Pass(jsonl(file), at)
  for (let i = 0; i < 3; i++) await pass.next()
  const position = pass.position()
  await pass.return()
  appendFileSync(file, '4\n')
  expect(await all(new Pass(jsonl(file), at, position))).toEqual([4])
  for (const other of ['1\n2\n', '1\n2\n33\n']) {
    writeFileSync(file, other)
    await expect(all(new Pass(jsonl(file), at, position))).rejects.toEqual(code('BAD_STATE', /behind line 3 of .*jsonl, at byte 6/))
  }
})

test.skipIf(process.platform !== 'linux')('files are closed when a loop is left, and pipes can be read', async () => {
  const file = write('1\n2\n3\n')
  const openFiles = (): number => readdirSync('/proc/self/fd').length
  const before = openFiles()
  for (let i = 0; i < 20; i++) for await (const value of jsonl(file)) if (value === 2) break
  expect(openFiles()).toBeLessThan(before + 5)
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  execFile('sh', ['-c', `printf '{"a":1}\\n{"a":2}\\n' > '${pipe}'`])
  expect(await all(jsonl(pipe))).toEqual([{ a: 1 }, { a: 2 }])
})
