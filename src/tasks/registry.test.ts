import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { MillraceError } from '../core/errors.ts'
import { checkUnique, findTask } from './registry.ts'
import { task } from './task.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The meta of a module that no other test uses. */
function newModule(name: string, text = 'task(import.meta, run)\n'): { url: string } {
  const file = join(folder, name)
  writeFileSync(file, text)
  return { url: pathToFileURL(file).href }
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return error instanceof MillraceError ? error.code : `not ours: ${String(error)}`
  }
}

test('a task is found again by its place in the file, or by its name', () => {
  const meta = newModule('found.ts')
  const first = task(meta, (n: number) => n + 1)
  const second = task(meta, { name: 'b', run: (n: number) => n + 2 })
  const third = task(meta, { setup: () => 1, run: (n: number) => n + 3 })
  expect([first, second, third].map(({ reference }) => reference.ordinal)).toEqual([0, 1, 2])
  expect([findTask(first.reference), findTask(second.reference), findTask(third.reference)]).toEqual([first, second, third])
  // A name tells, whatever the order.
  expect(findTask({ ...second.reference, ordinal: 7 })).toBe(second)
})

test('loaders append to URLs: it is one module', () => {
  const { url } = newModule('appended.ts')
  const one = task({ url: `${url}?tsx-namespace=1` }, (n: number) => n + 1)
  const two = task({ url: `${url}#a` }, (n: number) => n + 2)
  expect([one.reference.module, two.reference.module, two.reference.ordinal]).toEqual([url, url, 1])
})

test('a file that changed, a task that is not there, one at another line: never another task', () => {
  const meta = newModule('other.ts')
  const { reference } = task(meta, (n: number) => n + 1)
  expect(codeOf(() => findTask({ ...reference, digest: 'x' }))).toBe('TASK_FILE_CHANGED')
  expect(codeOf(() => findTask({ ...reference, ordinal: 1 }))).toBe('TASK_NOT_FOUND')
  expect(codeOf(() => findTask({ ...reference, name: 'nobody' }))).toBe('TASK_NOT_FOUND')
  expect(codeOf(() => findTask({ ...reference, module: 'file:///nowhere.ts' }))).toBe('TASK_NOT_FOUND')

  const here = task(import.meta, (n: number) => n + 1)
  expect(here.reference.line).toBeGreaterThan(0)
  expect(findTask(here.reference)).toBe(here)
  const elsewhere = { ...here.reference, line: here.reference.line! + 1 }
  expect(codeOf(() => findTask({ ...elsewhere, text: 'x' }))).toBe('TASK_MISMATCH')
  expect(findTask(elsewhere)).toBe(here)
  expect(findTask({ ...here.reference, text: 'x' })).toBe(here)
  expect(findTask({ ...here.reference, line: undefined! })).toBe(here)
})

test('a line at which no import.meta stands is not the source line, and is not compared', () => {
  const make = task
  const { url } = import.meta
  expect(make({ url }, (n: number) => n - 1).reference.line).toBeUndefined()
})

test('tasks of equal text or equal name are refused, whichever is asked for', () => {
  const meta = newModule('equal.ts')
  const make = (by: number, name?: string) => task(meta, { ...(name !== undefined && { name }), run: (n: number) => n * by })
  const [two, three, four, five, six] = [make(2), make(3), make(4, 'four'), make(5, 'five'), make(6, 'five')]
  expect([two, three, five, six].map((one) => codeOf(() => checkUnique(one)))).toEqual(Array(4).fill('TASK_AMBIGUOUS'))
  expect(codeOf(() => checkUnique(four))).toBeUndefined()
  expect(codeOf(() => findTask(two.reference))).toBe('TASK_AMBIGUOUS')
})

test('where there is no file there is no task', () => {
  const run = (n: number): number => n
  for (const url of ['data:text/javascript,1', 'file:///a/[eval1]', 'file:///a/[stdin]', 'node:repl', join(folder, 'found.ts')]) {
    expect([url, codeOf(() => task({ url }, run))]).toEqual([url, 'TASK_NEEDS_FILE'])
  }
  expect(codeOf(() => task({ url: pathToFileURL(join(folder, 'nowhere.ts')).href }, run))).toBe('TASK_NEEDS_FILE')
})
