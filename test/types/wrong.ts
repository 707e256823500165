/* eslint-disable no-unused-expressions, typescript/await-thenable -- it is wrong code */
// What must not compile. Each line below a mark is wrong in one way. Compiled, not run.
import { bind, parallel, task } from 'millrace'

const lengthOf = task(import.meta, (name: string) => name.length)
const scale = task(import.meta, { params: { by: 2 }, run: (n: number, _, { params }) => n * params.by })

// The item's type.
// @ts-expect-error items are numbers, the function takes strings
await parallel((name: string) => name.length, [1, 2])
// @ts-expect-error items are numbers, the task takes strings
await parallel(lengthOf, [1, 2])
// @ts-expect-error items may be undefined
await parallel(lengthOf, ['a', undefined])
// @ts-expect-error a tuple is one argument, not two
await parallel((a: number, b: string) => b.repeat(a), [[1, 'a']] as [number, string][])
// @ts-expect-error a promise of items must be awaited first
await parallel(lengthOf, Promise.resolve(['a']))
// @ts-expect-error a count is not items
await parallel(lengthOf, 3)
// @ts-expect-error the stream's items are numbers
parallel.stream(lengthOf, [1, 2])
// @ts-expect-error the third argument is the context, not the array
await parallel((n: number, index: number, all: number[]) => all.length, [1])

// Parameters.
// @ts-expect-error an unknown parameter
bind(scale, { times: 3 })
// @ts-expect-error a parameter of another type
bind(scale, { by: '3' })
// @ts-expect-error a task without parameters has none to bind
bind(lengthOf, { by: 3 })
// @ts-expect-error a plain function has no parameters to bind
bind((n: number) => n, { by: 3 })
// @ts-expect-error an unknown parameter is read
task(import.meta, { params: { by: 2 }, run: (n: number, _, { params }) => n * params.times })
// @ts-expect-error parameters are read only
task(import.meta, { params: { by: 2 }, run: (n: number, _, ctx) => (ctx.params = { by: n }) })

// State.
// @ts-expect-error there is no setup, so no state
task(import.meta, { run: (n: number, _, { state }) => n * state })
// @ts-expect-error the state is a number
task(import.meta, { setup: () => 5, run: (n: number, _, { state }) => state.length + n })
// @ts-expect-error setup's promise has been awaited
task(import.meta, { setup: async () => 5, run: (n: number, _, { state }) => state.then((value) => value + n) })
// @ts-expect-error an inline function has no state
await parallel((n: number, _, { state }) => state.get(n), [1])

// The parts of a task.
// @ts-expect-error run is missing
task(import.meta, { params: { by: 2 } })
// @ts-expect-error tearDown is no part of a task
task(import.meta, { run: (n: number) => n, tearDown: () => {} })
// @ts-expect-error import.meta is missing
task((n: number) => n)
// @ts-expect-error import.meta.url is not import.meta
task(import.meta.url, (n: number) => n)

// Options.
// @ts-expect-error it is numWorkers
await parallel(lengthOf, ['a'], { workers: 2 })
// @ts-expect-error it is 'collect'
await parallel(lengthOf, ['a'], { onError: 'colect' })
// @ts-expect-error there is no executor of this name
await parallel(lengthOf, ['a'], { executor: 'cluster' })
// @ts-expect-error milliseconds are a number
await parallel(lengthOf, ['a'], { timeout: '5s' })
// @ts-expect-error results of parallel always are in order
await parallel(lengthOf, ['a'], { ordered: false })

// Results.
const counts = await parallel(lengthOf, ['a'], { onError: 'collect' })
// @ts-expect-error an outcome is not its value
counts[0]!.toFixed()
// @ts-expect-error the value is known only when the error is excluded
counts[0]!.value.toFixed()
// @ts-expect-error there may be no error
counts[0]!.error.message
// @ts-expect-error the promise must be awaited
parallel(lengthOf, ['a']).length
// @ts-expect-error a stream is not a promise of an array
;(await parallel.stream(lengthOf, ['a'])).length
// @ts-expect-error without collect there are values, not outcomes
;(await parallel(lengthOf, ['a']))[0]!.error
