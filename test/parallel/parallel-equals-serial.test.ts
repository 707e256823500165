// Whatever the items, the options and the executor: the outcomes are those of a plain loop.
import fc from 'fast-check'
import { bind, inline, ItemError, parallel, processes, threads, type Executor, type Outcome } from 'millrace'
import { afterAll, describe, expect, test } from 'vitest'
import { probe, type ProbeParams } from './probe-task.ts'

// Kept warm, so that a run costs a few messages.
const executors = { inline: inline(), threads: threads(), processes: processes() }
afterAll(() => Promise.all(Object.values(executors).map((executor) => executor.close())))

interface Scenario extends ProbeParams {
  items: unknown[]
  input: 'array' | 'generator' | 'async generator'
  numWorkers: number
  chunkSize: number | undefined
  retries: number
  seed: number
}

const anItem = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.uint8Array(),
  fc.float32Array(),
  fc.tuple(fc.integer(), fc.string()),
  fc.record({ id: fc.integer(), pixels: fc.float64Array({ maxLength: 4 }) }),
  fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true }),
)
const scenario: fc.Arbitrary<Scenario> = fc.record({
  items: fc.oneof(
    fc.array(anItem, { maxLength: 40 }),
    fc.array(fc.double(), { maxLength: 100, size: 'max' }),
    fc.array(fc.string(), { maxLength: 100, size: 'max' }),
  ),
  fails: fc.oneof(
    fc.constant<number[]>([]),
    fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })), { maxLength: 40 }),
  ),
  returns: fc.constantFrom<ProbeParams['returns'][]>('told', 'item', 'number', 'large', 'nothing'),
  input: fc.constantFrom<Scenario['input'][]>('array', 'generator', 'async generator'),
  numWorkers: fc.integer({ min: 0, max: 3 }),
  chunkSize: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  retries: fc.integer({ min: 0, max: 2 }),
  seed: fc.integer(),
})

/** What a plain loop makes of it; an item's random number is known only to be one. */
async function serial({ items, fails, retries, returns }: Scenario): Promise<Outcome<unknown>[]> {
  const outcomes: Outcome<unknown>[] = []
  for (const [index, item] of items.entries()) {
    for (let attempt = 1; ; attempt++) {
      const random = (): number => expect.any(Number) as number
      const ctx = { params: { fails, returns }, attempt, random } as Parameters<typeof probe.run>[2]
      try {
        outcomes[index] = { index, value: await probe.run(item, index, ctx) }
      } catch (cause) {
        if (attempt <= retries) continue
        const reason = `RangeError: ${(cause as Error).message}`
        outcomes[index] = { index, error: new ItemError(reason, { index, item, code: 'ITEM_FAILED', attempt, cause }) }
      }
      break
    }
  }
  return outcomes
}

/** What is compared of an outcome. The cause's own cause, the item, is a bounded copy. */
const told = ({ index, value, error }: Outcome<unknown>): unknown => {
  if (error === undefined) return { index, value }
  const { name, message } = error.cause as Error
  return { index, item: error.item, code: error.code, attempt: error.attempt, message: error.message, cause: { name, message } }
}

function inputOf({ items, input }: Scenario): unknown[] | Iterable<unknown> | AsyncIterable<unknown> {
  if (input === 'array') return items
  if (input === 'generator')
    return (function* () {
      yield* items
    })()
  return (async function* () {
    yield* items
  })()
}

function optionsOf({ numWorkers, chunkSize, retries, seed }: Scenario, executor: Executor) {
  return { numWorkers, ...(chunkSize !== undefined && { chunkSize }), retries, seed, executor }
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of stream) list.push(value)
  return list
}

test('items that fail in one chunk are all failures in the results of the first', async () => {
  const failing = bind(probe, { fails: [0, 1, 1] })
  const error = await parallel(failing, [1, 2, 3, 4], { executor: 'inline', chunkSize: 4 }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ index: 1, results: [{ index: 0 }, { index: 1, error }, { index: 2, error: { index: 2 } }, { index: 3 }] })
})

describe.each(Object.entries(executors))('%s', (_, executor) => {
  const check = (property: (scenario: Scenario, expected: Outcome<unknown>[]) => Promise<void>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(scenario, async (one) => property(one, await serial(one))),
      { numRuns: 30 },
    )

  test('parallel', () =>
    check(async (one, expected) => {
      const task = bind(probe, one)
      const outcomes = await parallel(task, inputOf(one), { ...optionsOf(one, executor), onError: 'collect' })
      expect(outcomes.map(told)).toEqual(expected.map(told))
      // The same seed gives the same numbers, on however many workers.
      const again = await parallel(task, one.items, { retries: one.retries, seed: one.seed, numWorkers: 0, onError: 'collect' })
      expect(outcomes.map(told)).toEqual(again.map(told))
    }))

  test('parallel that throws', () =>
    check(async (one, expected) => {
      const call = parallel(bind(probe, one), inputOf(one), optionsOf(one, executor))
      if (expected.every(({ error }) => error === undefined)) {
        expect(await call).toEqual(expected.map(({ value }) => value))
        return
      }
      const error: unknown = await call.then(
        () => 'no error',
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(ItemError)
      const { index, results = [] } = error as ItemError
      expect(told({ index, error: error as ItemError })).toEqual(told(expected[index]!))
      expect(results.map(told)).toEqual(results.map((outcome) => told(expected[outcome.index]!)))
      expect(results.some((outcome) => outcome.index === index)).toBe(true)
    }))

  test('streams, in order and not', () =>
    check(async (one, expected) => {
      const options = optionsOf(one, executor)
      const task = bind(probe, one)
      const ordered = await all(parallel.stream(task, inputOf(one), { ...options, onError: 'collect' }))
      expect(ordered.map(told)).toEqual(expected.map(told))
      const unordered = await all(parallel.stream(task, inputOf(one), { ...options, onError: 'collect', ordered: false }))
      expect(unordered.toSorted((a, b) => a.index - b.index).map(told)).toEqual(expected.map(told))
    }))

  test('a stream that throws gives what stands before the first failure', () =>
    check(async (one, expected) => {
      const values: unknown[] = []
      let failed: unknown
      try {
        for await (const value of parallel.stream(bind(probe, one), inputOf(one), optionsOf(one, executor))) values.push(value)
      } catch (error) {
        failed = error
      }
      const first = expected.find(({ error }) => error !== undefined)
      expect(values).toEqual(expected.slice(0, first?.index ?? expected.length).map(({ value }) => value))
      if (first === undefined) expect(failed).toBeUndefined()
      else expect(told({ index: first.index, error: failed as ItemError })).toEqual(told(first))
    }))
})
