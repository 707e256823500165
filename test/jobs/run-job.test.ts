import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { files, type Job, type JobOptions, type JobOutcome, type JobSummary, jobStatus, plan, runJob, task, verifyJob } from 'millrace'
// @ts-expect-error -- a module of jobs as a user without types writes it
import * as jobs from './jobs.mjs'
import { lines, outputsOf } from './fixture.ts'

const { does, checked, own, withInput, Numbers, Stream } = jobs as Record<string, any>
let out: string
beforeEach(() => (out = join(mkdtempSync(join(tmpdir(), 'millrace-run-')), 'out')))
afterEach(() => rmSync(join(out, '..'), { recursive: true, maxRetries: 5 }))

interface Ran {
  outcomes: JobOutcome<any>[]
  summary: JobSummary
}

async function run(job: Job, input: unknown, options: Partial<JobOptions> = {}): Promise<Ran> {
  const outcomes: JobOutcome<any>[] = []
  const started = runJob(job, { input, out, numWorkers: 2, ...options })
  for await (const outcome of started) outcomes.push(outcome)
  return { outcomes: outcomes.sort((a, b) => a.index - b.index), summary: await started.summary }
}
const errors = ({ outcomes }: Ran): unknown[] =>
  outcomes.flatMap(({ index, error }) => (error === undefined ? [] : [[index, error.stage, error.code, error.reason]]))
const files3 = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ id: `i${i}`, writes: { 'a.txt': `${i}` } }))

describe('names', () => {
  test.each([
    '../up',
    'a/../../up',
    '/absolute',
    'C:/drive',
    'c:drive',
    'back\\slash',
    'nul\0',
    'line\nend',
    '',
    '.',
    '..',
    'a//b',
    'a/',
    'dot.',
    'space ',
    'CON',
    'con.txt',
    'a/LPT1',
    'x'.repeat(256),
    'ü'.repeat(128),
    '\ud800',
  ])("%j is that item's failure, with the name shown", async (name) => {
    const ran = await run(
      does,
      [
        { id: 'bad', writes: { 'fine.txt': 'x', [name]: 'x' } },
        { id: 'good', writes: { 'a.txt': 'x' } },
      ],
      { numWorkers: 0 },
    )
    expect(errors(ran)).toEqual([[0, 'write', 'BAD_NAME', expect.stringContaining(JSON.stringify(name))]])
    expect(Object.keys(outputsOf(out))).toEqual(['failures.jsonl', 'good/a.txt', 'metadata.jsonl'])
  })

  test.each(['-leading', 'ünï/codé.txt', 'ab:cd', 'x'.repeat(255), '.hidden', 'CONE', '日本'])('%j is a name', async (name) => {
    const ran = await run(does, [{ id: 'x', writes: { [name]: 'content' } }], { numWorkers: 0 })
    expect(errors(ran)).toEqual([])
    expect(outputsOf(out)[`x/${name}`]).toBe('content')
  })

  test("an item's folder is checked as well", async () => {
    const ran = await run(does, [
      { id: '..', writes: { a: '1' } },
      { id: '../x', writes: { a: '1' } },
      { id: '.millrace', writes: { a: '1' } },
      { id: 'metadata.jsonl', writes: { a: '1' } },
    ])
    expect(errors(ran).map((error) => (error as string[])[2])).toEqual(['BAD_NAME', 'BAD_NAME', 'OUTPUT_CLASH', 'OUTPUT_CLASH'])
  })

  test('within an item: twice, in other letters, as a file and a folder', async () => {
    const twice = [
      { A: '1', a: '2' },
      { é: '1', 'e\u0301': '2' },
      { a: '1', 'a/b': '2' },
      { 'a/b': '1', a: '2' },
    ]
    const ran = await run(
      does,
      twice.map((writes, i) => ({ id: `t${i}`, writes })),
    )
    expect(errors(ran).map((error) => (error as unknown[])[2])).toEqual(['OUTPUT_CLASH', 'OUTPUT_CLASH', 'OUTPUT_CLASH', 'OUTPUT_CLASH'])
    expect(outputsOf(out)).not.toHaveProperty('t0/A')
  })

  test.each([1, 2, 500])('between items the first in the input has it, whichever is quicker (batches by %i)', async (workers) => {
    const items = [
      { id: 'x', writes: { a: 'first' }, ms: 60 },
      { id: 'X', writes: { a: 'second', b: 'gone' } },
      { id: 'y', writes: { a: 'y' } },
      { id: 'x', writes: { c: 'third' } },
    ]
    const ran = await run(does, items, { numWorkers: Math.min(workers, 4), durability: workers === 1 ? 'item' : 'batch' })
    expect([...new Set(errors(ran).map((error) => (error as unknown[])[0]))]).toEqual([1])
    const { 'failures.jsonl': _f, 'metadata.jsonl': _m, ...made } = outputsOf(out)
    expect(made).toEqual({ 'x/a': 'first', 'x/c': 'third', 'y/a': 'y' })
    expect(ran.summary).toMatchObject({ totalDone: 3, totalFailed: 1 })
    expect((await verifyJob(out)).items).toBe(0)
  })

  test("a rule of the job's own: names are whole paths", async () => {
    const ran = await run(own, [{ name: 'a/b/c.txt' }, { name: 'd.txt' }, { name: 'a/b' }, { name: 'metadata.jsonl' }])
    expect(errors(ran).map((error) => (error as unknown[]).slice(0, 3))).toEqual([
      [2, 'write', 'OUTPUT_CLASH'],
      [3, 'write', 'OUTPUT_CLASH'],
    ])
    expect(outputsOf(out)).toMatchObject({ 'a/b/c.txt': 'a/b/c.txt', 'd.txt': 'd.txt' })
  })

  test('stems: of a path, below a root, by id, by number', async () => {
    const root = join(out, '../in')
    const items = [
      { input: join(root, 'cat/1.jpg'), writes: { a: '' } },
      { input: '/elsewhere/2.tar.gz', writes: { a: '' } },
      { id: 7, writes: { a: '' } },
      { other: 1, writes: { a: '' } },
    ]
    const { outcomes } = await run(does, items, { root })
    expect(outcomes.map(({ outputs }) => outputs![0]!.name)).toEqual(['cat/1/a', '2.tar/a', '7/a', '00000003/a'])
  })
})

test('what items do to themselves', async () => {
  const kinds = ['null', 'exit', 'hang', 'loop', 'cycle', 'gone']
  const ran = await run(does, [...kinds.map((fails) => ({ id: fails, writes: { 'half.txt': 'x' }, fails })), ...files3(20)], {
    timeout: 300,
  })
  expect(errors(ran).map((error) => (error as unknown[]).slice(0, 3))).toEqual([
    [0, 'run', 'ITEM_FAILED'],
    [1, 'worker', 'WORKER_EXITED'],
    [2, 'worker', 'TIMEOUT'],
    [3, 'worker', 'TIMEOUT'],
    [4, 'run', 'ITEM_FAILED'],
    [5, 'run', 'ENOENT'],
  ])
  expect(Object.keys(outputsOf(out)).filter((name) => name.endsWith('half.txt'))).toEqual([])
  expect(ran.summary).toMatchObject({ done: 20, failed: 6, complete: true })
  expect(existsSync(join(out, '.millrace/tmp'))).toBe(false)
})

test('what passes by itself is tried again, what does not is not, the rest as often as asked', async () => {
  const items = [
    { id: 'a', writes: { x: '1' }, fails: 'transient', tries: 2 },
    { id: 'b', fails: 'transient', tries: 99 },
    { id: 'c', fails: 'flaky', tries: 1 },
    { id: 'd', fails: 'flaky', tries: 2 },
    { id: 'e', fails: 'gone' },
  ]
  const ran = await run(does, items, { retries: 1 })
  expect(ran.outcomes.map(({ metadata, error }) => metadata?.attempt ?? -error!.attempt)).toEqual([3, -5, 2, -2, -1])
})

describe('metadata', () => {
  test('lines stand in input order: an object, rows, or what was made', async () => {
    const items = [
      { id: 'a', ms: 40, writes: { 'x.txt': '1' } },
      { id: 'b', returns: 'rows' },
      { id: 'c', returns: 'nothing', writes: { 'y.txt': '2' } },
    ]
    await run(does, items)
    expect(lines(join(out, 'metadata.jsonl'))).toMatchObject([
      { id: 'a', names: ['a/x.txt'] },
      { id: 'b', row: 0 },
      { id: 'b', row: 1 },
      { index: 2, outputs: ['c/y.txt'] },
    ])
  })

  test("what JSON can't say is the item's failure", async () => {
    const ran = await run(
      does,
      ['bigint', 'cycle', 'function'].map((returns, i) => ({ id: `m${i}`, returns, writes: { a: '1' } })),
    )
    expect(errors(ran).map((error) => (error as unknown[]).slice(1, 3))).toEqual([0, 1, 2].map(() => ['metadata', 'BAD_METADATA']))
    expect(Object.keys(outputsOf(out))).toEqual(['failures.jsonl', 'metadata.jsonl'])
  })

  test('a schema checks and changes it', async () => {
    const ran = await run(checked, [{ id: 'abc' }, { id: '123' }])
    expect(ran.outcomes[0]!.metadata).toEqual({ id: 'ABC' })
    expect(errors(ran)).toEqual([[1, 'metadata', 'BAD_METADATA', expect.stringContaining('id: not letters')]])
  })
})

describe('inputs', () => {
  test.each<[string, (count: number) => unknown]>([
    ['an array', files3],
    [
      'a generator',
      function* (count: number) {
        yield* files3(count)
      },
    ],
    [
      'an async generator',
      async function* (count: number) {
        yield* files3(count)
      },
    ],
    ['a Set', (count: number) => new Set(files3(count))],
    ['a Dataset', (count: number) => new Numbers(count)],
    ['an IterableDataset', (count: number) => new Stream(count)],
    ['a mapped IterableDataset', (count: number) => new Stream(count).map((sample: object) => ({ ...sample, mapped: true }))],
  ])('%s, and again when there is more of it', async (name, make) => {
    const broken = name === 'a Dataset' ? 1 : 0
    const first = await run(does, make(10))
    expect(first.summary).toMatchObject({ done: 10 - broken, failed: broken, skipped: 0 })
    if (broken > 0) expect(errors(first)).toEqual([[3, 'read', 'ITEM_FAILED', 'sample 3 is broken']])
    const again = await run(does, make(14))
    // Of an item that could not be read nobody knows whether it is still the same one.
    expect(again.summary).toMatchObject({ done: 4, failed: broken, skipped: 10 - broken, totalDone: 14 - broken })
    const made = outputsOf(out)
    rmSync(out, { recursive: true })
    await run(does, make(14), { numWorkers: 0 })
    expect(outputsOf(out)).toEqual(made)
  })

  test('a stream whose items have become others is refused, or done again', async () => {
    const make = (n: number) =>
      (function* () {
        for (const item of files3(5)) yield { ...item, n: (item as { id: string }).id === 'i3' ? n : 0 }
      })()
    await run(does, make(1))
    await expect(run(does, make(2))).rejects.toMatchObject({ code: 'RUN_CHANGED', message: expect.stringContaining('item 3') })
    expect((await run(does, make(2), { onChange: 'redo' })).summary).toMatchObject({ done: 1, skipped: 4 })
  })

  test("the job's own, by its parameters", async () => {
    expect((await run(withInput, undefined, { params: { count: 2 } })).summary).toMatchObject({ done: 2 })
    expect(await plan(withInput, { out, params: { count: 3 } } as JobOptions)).toMatchObject({
      remaining: 3,
      differences: ['parameter count: 2 -> 3'],
    })
  })

  test('an iterator that throws ends the run; the same command goes on', async () => {
    const broken = function* (): Generator<object> {
      yield* files3(3)
      throw new Error('no more rows')
    }
    await expect(run(does, broken())).rejects.toMatchObject({ code: 'INPUT_FAILED' })
    const again = await run(does, files3(4))
    expect(again.summary.totalDone).toBe(4)
  })

  test('nothing at all', async () => {
    expect((await run(does, [])).summary).toMatchObject({ done: 0, complete: true })
    expect(readFileSync(join(out, 'metadata.jsonl'), 'utf8')).toBe('')
  })

  test('an input that changes while its item runs', async () => {
    const folder = mkdtempSync(join(out, '../../in-'))
    writeFileSync(join(folder, 'a.txt'), 'before')
    const before = files(folder)
    const timer = setTimeout(() => writeFileSync(join(folder, 'a.txt'), 'after all'), 150)
    const ran = await run(does, [{ input: before.get(0), ms: 600, writes: { a: '1' } }])
    clearTimeout(timer)
    rmSync(folder, { recursive: true })
    expect(errors(ran)).toEqual([[0, 'read', 'INPUT_CHANGED', expect.stringContaining('changed while the item ran')]])
  })
})

describe('a run that is ended', () => {
  test('by its signal: what is in flight is committed; it goes on', async () => {
    const controller = new AbortController()
    const items = files3(200).map((item) => ({ ...item, ms: 10 }))
    const run1 = runJob(does, { input: items, out, numWorkers: 2, signal: controller.signal, durability: 'item' })
    let count = 0
    for await (const _ of run1) if (++count === 20) controller.abort()
    const summary = await run1.summary
    expect(summary).toMatchObject({ stopped: 'signal', complete: false, done: count })
    expect(count).toBeLessThan(200)
    expect(await jobStatus(out)).toMatchObject({ state: 'stopped', done: count })
    expect((await run(does, items)).summary).toMatchObject({ skipped: count, totalDone: 200, complete: true })
  })

  test('by an endless iterator that gives nothing more', async () => {
    const controller = new AbortController()
    const idle = (async function* () {
      yield* files3(3)
      setTimeout(() => controller.abort(), 100)
      await new Promise(() => {})
    })()
    expect((await run(does, idle, { signal: controller.signal })).summary).toMatchObject({ done: 3, stopped: 'signal' })
  })

  test('by failures', async () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ id: `f${i}`, fails: 'null', ms: 1 }))
    const { summary } = await run(does, items, { maxFailures: 5, durability: 'item' })
    expect(summary.stopped).toBe('failures')
    expect(summary.failed).toBeLessThan(100)
  })

  test('by whoever leaves the loop', async () => {
    for await (const _ of runJob(does, { input: files3(500).map((item) => ({ ...item, ms: 1 })), out, numWorkers: 2, durability: 'item' }))
      break
    const { done } = await jobStatus(out)
    expect(done).toBeGreaterThan(0)
    expect(
      (
        await run(
          does,
          files3(500).map((item) => ({ ...item, ms: 1 })),
        )
      ).summary,
    ).toMatchObject({ totalDone: 500, skipped: done })
  })
})

test('random numbers, order and outputs do not depend on workers or on where a run was ended', async () => {
  const items = files3(40)
  await run(does, items, { numWorkers: 0 })
  const whole = outputsOf(out)
  for (const numWorkers of [1, 3]) {
    rmSync(out, { recursive: true })
    for (const length of [7, 23, 40]) await run(does, items.slice(0, length), { numWorkers })
    expect(outputsOf(out)).toEqual(whole)
  }
})

test('the summary alone makes it run', async () => {
  expect(await runJob(does, { input: files3(3), out, numWorkers: 0 }).summary).toMatchObject({ done: 3 })
})

test.each([
  [{ numWorkrs: 2 }, /no option "numWorkrs"/],
  [{ retries: -1 }, /retries/],
  [{ onChange: 'ask' }, /onChange/],
  [{ out: '' }, /out/],
  [{ input: 'a folder' }, /files\(\)/],
])('options %j are refused', async (options, message) => {
  await expect(runJob(does, { input: [], out, ...(options as object) }).summary).rejects.toThrow(message)
  expect(existsSync(out)).toBe(false)
})

test('not a job', async () => {
  await expect(runJob((() => 1) as never, { input: [], out }).summary).rejects.toThrow(/a job/)
  expect(() => task).not.toThrow()
})
