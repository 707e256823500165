import { expect, test } from 'vitest'
import { MillraceError } from '../core/errors.ts'
import { bind, isTask, task } from './task.ts'

test('a function is a task without parameters', () => {
  const run = (n: number): number => n + 1
  const plusOne = task(import.meta, run)
  expect(plusOne).toMatchObject({ kind: 'task', params: {}, run })
  expect(plusOne.setup).toBeUndefined()
  expect(isTask(plusOne)).toBe(true)
})

test('the parts of a task are kept as they are', () => {
  const parts = { params: { by: 2 }, setup: () => 'state', run: (n: number) => n * 3, teardown: () => {}, name: 'all parts' }
  expect(task(import.meta, parts)).toMatchObject({ ...parts, reference: { name: 'all parts' } })
})

test('bind lays parameters over the defaults, again and again, and leaves the task alone', () => {
  const scale = task(import.meta, { params: { by: 2, plus: 1 }, run: (n: number, _, { params }) => n * params.by + params.plus })
  const five = bind(scale, { by: 5 })
  expect(scale.params).toEqual({ by: 2, plus: 1 })
  expect(five.params).toEqual({ by: 5, plus: 1 })
  expect(bind(five, { plus: 0 }).params).toEqual({ by: 5, plus: 0 })
  expect(five.reference).toBe(scale.reference)
})

test('other arguments are refused with what to do', () => {
  const wrong: [unknown, unknown][] = [
    [import.meta, undefined],
    [import.meta, null],
    [import.meta, {}],
    [import.meta, { run: 'x' }],
    [(n: number) => n, undefined],
    [undefined, (n: number) => n],
  ]
  for (const args of wrong) {
    expect(() => (task as (...args: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code: 'BAD_TASK', constructor: MillraceError }),
    )
  }
})

test('anything else is not a task', () => {
  for (const value of [undefined, null, 1, 'task', () => {}, {}, { run: () => {} }]) expect(isTask(value)).toBe(false)
})
