// millrace run, status, retry and verify as a user calls them.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { millrace } from '../cli/millrace.ts'
import { HELPER, JOB, lines, outputsOf, project, texts } from './fixture.ts'

let root: string
let remove: () => void
beforeEach(() => ({ root, remove } = project()))
afterEach(() => remove())

const words = { 'in/one.txt': 'simple', 'in/two.txt': 'scaleable', 'in/three.txt': 'throw', 'in/four.txt': 'word' }
const run = (...args: string[]): ReturnType<typeof millrace> => millrace(['run', 'job.ts', '--out', 'out', ...args], root)
const metadata = (): any[] => lines(join(root, 'out/metadata.jsonl'))

describe('a run from a list', () => {
  beforeEach(() => {
    texts(root, { ...words, 'in/dataset.csv': 'input,labels\none.txt,a\ntwo.txt,"b, c"\nthree.txt,\nfour.txt,d\nmissing.txt,e\n' })
  })

  test('paths are relative to the list; outputs lie under the stems; failures cost nothing else', async () => {
    const { code, stdout, stderr } = await run('--input', 'in/dataset.csv', '--param', 'size=4', '--json')
    expect(code, stderr).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ done: 3, failed: 2, skipped: 0, totalDone: 3, totalFailed: 2, complete: true, exitCode: 1 })
    const { 'metadata.jsonl': _, 'failures.jsonl': failures, ...files } = outputsOf(join(root, 'out'))
    expect(Object.keys(files)).toEqual([
      'four/0.txt',
      'one/0.txt',
      'one/1.txt',
      'one/2.txt',
      'two/0.txt',
      'two/1.txt',
      'two/2.txt',
      'two/3.txt',
      'two/4.txt',
      'two/5.txt',
    ])
    expect(files['two/5.txt']).toBe('able')
    expect(metadata().map(({ text, double }: { text: string; double: number }) => [text, double])).toEqual([
      ['simple', 0],
      ['scaleable', 2],
      ['word', 6],
    ])
    expect(metadata()[0]).toMatchObject({ parts: ['one/0.txt', 'one/1.txt', 'one/2.txt'] })
    expect(
      failures!
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { index: number; code: string; stage: string })
        .map(({ index, code, stage }) => [index, code, stage]),
    ).toEqual([
      [2, 'ITEM_FAILED', 'run'],
      [4, 'ENOENT', 'run'],
    ])
    expect(stderr).toContain('told to throw')
  })

  test('again there is nothing to do; retry runs what failed; the end is that of a run without failures', async () => {
    await run('--input', 'in/dataset.csv')
    const journal = readFileSync(join(root, 'out/.millrace/journal.jsonl'), 'utf8')
    const again = await run('--input', 'in/dataset.csv', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ done: 0, failed: 0, skipped: 5, totalFailed: 2 })
    expect(readFileSync(join(root, 'out/.millrace/journal.jsonl'), 'utf8')).toBe(journal)

    texts(root, { 'in/three.txt': 'three', 'in/missing.txt': 'found' })
    const unnamed = await millrace(['retry', 'out'], root)
    expect(unnamed.code).toBe(2)
    expect(unnamed.stderr).toContain('millrace retry out job.ts')
    const retried = await millrace(['retry', 'out', 'job.ts', '--json'], root)
    expect(retried.code, retried.stderr).toBe(0)
    expect(JSON.parse(retried.stdout)).toMatchObject({ done: 2, failed: 0, totalDone: 5, totalFailed: 0 })
    expect(existsSync(join(root, 'out/failures.jsonl'))).toBe(false)
    const after = outputsOf(join(root, 'out'))
    rmSync(join(root, 'out'), { recursive: true })
    await run('--input', 'in/dataset.csv')
    expect(after).toEqual(outputsOf(join(root, 'out')))
  })

  test('status: counts, causes with an example, and nothing of the job is loaded', async () => {
    await run('--input', 'in/dataset.csv')
    renameSync(join(root, 'job.ts'), join(root, 'gone.ts'))
    const { code, stdout } = await millrace(['status', 'out', '--json'], root)
    expect(code).toBe(0)
    const status = JSON.parse(stdout) as { failures: object[]; slowest: object[] }
    expect(status).toMatchObject({ state: 'complete', total: 5, done: 3, failed: 2, remaining: 0, params: { size: 3 } })
    expect(status.failures).toMatchObject([
      { code: 'ITEM_FAILED', count: 1, index: 2, item: join(root, 'in/three.txt'), message: 'told to throw' },
      { code: 'ENOENT', count: 1, index: 4 },
    ])
    expect(status.slowest).toHaveLength(3)
    expect((await millrace(['status', 'out'], root)).stdout).toMatch(/3 done, 2 failed, 0 to go of 5/)
    expect((await millrace(['status', 'in'], root)).code).toBe(2)
  })
})

describe('what has changed is noticed', () => {
  const expectRefused = async (what: RegExp, ...args: string[]): Promise<void> => {
    const before = outputsOf(join(root, 'out'))
    const { code, stderr } = await run('--input', 'in', ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(what)
    expect(stderr).toContain('--redo-changed')
    expect(outputsOf(join(root, 'out'))).toEqual(before)
  }
  const fresh = async (...args: string[]): Promise<Record<string, string>> => {
    rmSync(join(root, 'out'), { recursive: true })
    await run('--input', 'in', ...args)
    return outputsOf(join(root, 'out'))
  }
  beforeEach(async () => {
    texts(root, words)
    await run('--input', 'in')
  })

  test('a parameter: refused with the difference; done again with nothing of before left', async () => {
    await expectRefused(/parameter size: 3 -> 5/, '--param', 'size=5')
    const redone = await run('--input', 'in', '--param', 'size=5', '--redo-changed', '--json')
    expect(JSON.parse(redone.stdout)).toMatchObject({ done: 3, failed: 1, skipped: 0 })
    expect(outputsOf(join(root, 'out'))).toEqual(await fresh('--param', 'size=5'))
  })

  test('the code, of the job and of what it imports', async () => {
    writeFileSync(join(root, 'helper.ts'), HELPER.replace('2 * n', '3 * n'))
    await expectRefused(/code: helper\.ts has changed/)
    writeFileSync(join(root, 'helper.ts'), HELPER)
    expect((await run('--input', 'in')).code).toBe(1)
    writeFileSync(join(root, 'job.ts'), JOB.replace("'.txt'", "'.text'"))
    writeFileSync(join(root, 'job.ts'), `${JOB}// more\n`)
    await expectRefused(/code: job\.ts has changed/)
    expect((await run('--input', 'in', '--restart')).code).toBe(1)
  })

  test('an input: only what was made of it is done again', async () => {
    texts(root, { 'in/one.txt': 'another' })
    await expectRefused(/input: ".*one\.txt" had 6 bytes and has 7/)
    const redone = await run('--input', 'in', '--redo-changed', '--json')
    expect(JSON.parse(redone.stdout)).toMatchObject({ done: 1, failed: 0, skipped: 3 })
    expect(outputsOf(join(root, 'out'))).toEqual(await fresh())
  })

  test('the list: more at its end goes on; other or fewer items are a change', async () => {
    texts(root, { 'in/zzz.txt': 'the last' })
    const more = await run('--input', 'in', '--json')
    expect(JSON.parse(more.stdout)).toMatchObject({ done: 1, skipped: 4 })
    rmSync(join(root, 'in/one.txt'))
    await expectRefused(/input: item \d is another one now/)
    const redone = await run('--input', 'in', '--redo-changed')
    expect(redone.code, redone.stderr).toBe(1)
    expect(outputsOf(join(root, 'out'))).toEqual(await fresh())
  })

  test('--restart takes away what the run has made, and nothing else', async () => {
    writeFileSync(join(root, 'out/mine.txt'), 'mine')
    expect((await run('--input', 'in', '--param', 'size=6', '--restart')).code).toBe(1)
    const files = outputsOf(join(root, 'out'))
    expect(files['mine.txt']).toBe('mine')
    expect(Object.keys(files)).toEqual([
      'failures.jsonl',
      'metadata.jsonl',
      'mine.txt',
      'one/0.txt',
      'two/0.txt',
      'two/1.txt',
      'two/2.txt',
      'two/3.txt',
    ])
  })
})

test('verify finds what is missing or changed, and has it made again', async () => {
  texts(root, { 'in/one.txt': 'simple', 'in/two.txt': 'scale' })
  await run('--input', 'in')
  const whole = outputsOf(join(root, 'out'))
  expect((await millrace(['verify', 'out'], root)).code).toBe(0)
  rmSync(join(root, 'out/one/1.txt'))
  writeFileSync(join(root, 'out/two/0.txt'), 'sCa')
  const found = await millrace(['verify', 'out', '--json'], root)
  expect(found.code).toBe(1)
  expect(JSON.parse(found.stdout)).toMatchObject({ outputs: 7, missing: 1, changed: 1, items: 2 })
  const fixed = await millrace(['verify', 'out', 'job.ts', '--fix'], root)
  expect(fixed.code, fixed.stderr).toBe(0)
  expect(outputsOf(join(root, 'out'))).toEqual(whole)
  expect((await millrace(['verify', 'out'], root)).code).toBe(0)
})

test('a plan is told, and nothing is done', async () => {
  texts(root, words)
  const { code, stdout } = await run('--input', 'in', '--dry-run', '--json', '--param', 'size=4')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    params: { size: 4, ms: 0 },
    input: { length: 4 },
    code: ['helper.ts', 'job.ts'],
    remaining: 4,
    differences: [],
  })
  expect(existsSync(join(root, 'out'))).toBe(false)
})

test('into a zip and a tar, named by the output', async () => {
  texts(root, words)
  for (const out of ['words.zip', 'words.tar']) {
    const { code, stderr } = await millrace(['run', 'job.ts', '--input', 'in', '--out', out], root)
    expect(code, stderr).toBe(1)
    const bytes = readFileSync(join(root, out))
    await millrace(['run', 'job.ts', '--input', 'in', '--out', out, '--restart', '--workers', '1'], root)
    expect(readFileSync(join(root, out)).equals(bytes)).toBe(true)
    expect(lines(join(root, `${out}.metadata.jsonl`))).toHaveLength(3)
  }
})

test.each([
  [['run', 'job.ts', '--input', 'in'], /--out/],
  [['run', 'nothing.ts', '--input', 'in', '--out', 'out'], /no file nothing\.ts/],
  [['run', 'helper.ts', '--input', 'in', '--out', 'out'], /no job as its default export/],
  [['run', 'job.ts', '--out', 'out'], /There is no input/],
  [['run', 'job.ts', '--input', 'nowhere', '--out', 'out'], /no file or folder nowhere/],
  [['run', 'job.ts', '--input', 'in', '--out', 'out', '--param', 'sise=3'], /no parameter "sise"; it has size, ms/],
  [['run', 'job.ts', '--input', 'in', '--out', 'out', '--param', 'size=three'], /--param size=three/],
  [['run', 'job.ts', '--input', 'in', '--out', 'package.json/out'], /can't be written to/],
])('%j: 2, before any work', async (args, message) => {
  texts(root, words)
  const { code, stderr } = await millrace(args, root)
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
  expect(existsSync(join(root, 'out'))).toBe(false)
})
