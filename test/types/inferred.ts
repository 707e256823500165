// What is inferred beyond the programs: items, parameters and results of every kind of function and input. Compiled, not run.
import { bind, parallel, processes, task, threads, type Context, type Executor, type Mapper, type Outcome, type Task } from 'millrace'
import { same, type Is } from './same.ts'

declare const readonlyNames: readonly string[]
declare const maybeThrows: 'throw' | 'collect'

// Parameters of an arrow function take the items' type; async results are awaited.
const doubled = await parallel((x) => x * 2, [1, 2])
same<Is<typeof doubled, number[]>>()
const lengths = await parallel(async (name) => name.length, readonlyNames)
same<Is<typeof lengths, number[]>>()
const indexed = await parallel(
  (name, index, { random, signal, attempt, params, state }) => {
    same<Is<typeof index, number>>()
    same<Is<typeof random, () => number>>()
    same<Is<typeof signal, AbortSignal>>()
    same<Is<typeof attempt, number>>()
    same<Is<typeof params, {}>>()
    same<Is<typeof state, undefined>>()
    return [name, index] as const
  },
  new Set(['a']),
)
same<Is<typeof indexed, (readonly [string, number])[]>>()
const mixed = await parallel((x) => (x > 1 ? 'many' : x), [1, 2])
same<Is<typeof mixed, (number | 'many')[]>>()
const functions = await parallel(Math.sqrt, new Float32Array(3))
same<Is<typeof functions, number[]>>()
const pairs = await parallel(([key, value]) => `${key}: ${value.toFixed()}`, new Map([['a', 1]]))
same<Is<typeof pairs, string[]>>()
const letters = await parallel((letter) => letter.codePointAt(0), 'abc')
same<Is<typeof letters, (number | undefined)[]>>()
const tuples = await parallel(
  ([a, b]: [number, string]) => b.repeat(a),
  [
    [1, 'a'],
    [2, 'b'],
  ],
)
same<Is<typeof tuples, string[]>>()
async function* numbers(): AsyncGenerator<number> {
  yield 1
}
const streamed = parallel.stream((x) => ({ x }), numbers())
same<Is<typeof streamed, AsyncGenerator<{ x: number }, void, undefined>>>()

// A wider function takes narrower items.
const wide = task(import.meta, (value: string | number) => String(value))
same<Is<typeof wide, Task<string | number, string, {}, undefined>>>()
const texts = await parallel(wide, [1, 2])
same<Is<typeof texts, string[]>>()
const fromWide = await parallel((value: unknown) => typeof value, readonlyNames)
same<Is<typeof fromWide, ('string' | 'number' | 'bigint' | 'boolean' | 'symbol' | 'undefined' | 'object' | 'function')[]>>()

// onError decides between values and outcomes, also where it is known only when the program runs.
const collected = await parallel((x) => x + 1, [1], { onError: 'collect', executor: 'threads' })
same<Is<typeof collected, Outcome<number>[]>>()
const thrown = await parallel((x) => x + 1, [1], { onError: 'throw', progress: ({ done }) => void done })
same<Is<typeof thrown, number[]>>()
const either = await parallel((x: number) => x + 1, [1], { onError: maybeThrows })
same<Is<typeof either, number[] | Outcome<number>[]>>()
const values = collected.filter((outcome) => outcome.error === undefined).map(({ value }) => value)
same<Is<typeof values, number[]>>()

// Parts of a task type each other: params, then setup's (awaited) state, then run and teardown.
const withState = task(import.meta, {
  params: { size: 3, mode: 'fast' as 'fast' | 'exact' },
  setup: async ({ params }) => new Float64Array(params.size),
  async run(n: number, _, ctx) {
    const { state, params } = ctx
    same<Is<typeof state, Float64Array<ArrayBuffer>>>()
    same<Is<typeof params.mode, 'fast' | 'exact'>>()
    ctx.warn('slow')
    return [...state, n]
  },
  teardown({ state }) {
    state.fill(0)
  },
  name: 'with state',
})
const arrays = await parallel(bind(withState, { mode: 'exact' }), [1])
same<Is<typeof arrays, number[][]>>()
// Only a setup, or only parameters.
const onlySetup = task(import.meta, { setup: () => 5, run: (n: number, _, { state }) => n * state })
const onlyParams = task(import.meta, { params: { by: 5 }, run: (n: number, _, { params }) => n * params.by })
same<Is<Awaited<ReturnType<typeof both>>, number[]>>()
const both = async () => [...(await parallel(onlySetup, [1])), ...(await parallel(onlyParams, [1]))]

// The types have names, for wrappers of one's own.
async function first<Item, Result>(fn: Mapper<Item, Result>, items: readonly Item[]): Promise<Awaited<Result> | undefined> {
  return (await parallel(fn, items))[0]
}
same<Is<Awaited<ReturnType<typeof ofFirst>>, string | undefined>>()
const ofFirst = () => first(wide, ['a'])
const explicit: Task<number, number> = onlyParams
const context = ({ params }: Context<{ by: number }>): number => params.by
void [explicit, context]

// Executors are kept or given by name.
await using pool = threads({ numWorkers: 4 })
const executor: Executor = processes()
await parallel((x) => x, [1], { executor: pool })
await parallel((x) => x, [1], { executor })
