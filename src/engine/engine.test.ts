// What only a badly timed worker brings out, on an executor whose workers do what the test says.
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Executor, FromWorker, ToWorker, WorkerEvents } from '../core/executor.ts'
import type { Block, Call } from './call.ts'
import { execute } from './engine.ts'
import { poolOf } from './pool.ts'

type Chunk = Extract<ToWorker, { type: 'chunk' }>

/** A worker that the test plays itself. */
class Played {
  readonly sent: ToWorker[] = []
  stopped = false
  readonly #events: WorkerEvents

  constructor(events: WorkerEvents) {
    this.#events = events
  }

  get calls(): number[] {
    return this.sent.flatMap((message) => (message.type === 'open' ? [message.call] : []))
  }

  get chunks(): Chunk[] {
    return this.sent.filter((message): message is Chunk => message.type === 'chunk')
  }

  says(message: FromWorker, call = this.calls.at(-1)): void {
    this.#events.message(call === undefined ? message : { ...message, call })
  }

  boots(): void {
    this.says({ type: 'booted' }, undefined)
    this.says({ type: 'opened' })
  }

  /** Answers a chunk with its items doubled. */
  answers({ id, first, items }: Chunk, call = this.calls.at(-1)): void {
    this.says({ type: 'results', id, first, values: Array.from(items, (n) => Number(n) * 2), time: 1, bytes: 8, done: true }, call)
  }

  dies(): void {
    this.#events.exit({ code: 'WORKER_EXITED', reason: 'exit code 1' })
  }
}

function stage(): { executor: Executor; workers: Played[] } {
  const workers: Played[] = []
  const executor: Executor = {
    name: 'played',
    start: (_boot, events) => {
      const worker = new Played(events)
      workers.push(worker)
      return { send: (message) => void worker.sent.push(message), stop: () => (worker.stopped = true), ref: () => {} }
    },
    close: async () => {},
  }
  return { executor, workers }
}

const quiet: Call['listener'] = { openPrinter: () => ({ print: () => {}, flush: () => {} }), warn: () => {}, settled: () => {} }

function callOf(executor: Executor, items: Call['items'], options: Partial<Call> & { numWorkers?: number } = {}): Call {
  const { numWorkers = 1, ...rest } = options
  return {
    items,
    place: { pool: poolOf(executor, {}), numWorkers, work: { source: '' } },
    ordered: true,
    failFast: false,
    chunkSize: 1,
    retries: 0,
    seed: 0,
    key: {},
    keepsState: false,
    listener: quiet,
    ...rest,
  }
}

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Collects what a call gives, as `value` or `code` by index. */
function collect(call: Call): Promise<unknown[]> {
  return (async () => {
    const all: unknown[] = []
    for await (const block of execute(call)) told(block).forEach((value, i) => (all[block.first + i] = value))
    return all
  })()
}

const told = ({ first, values, errors }: Block): unknown[] => Array.from(values, (value, i) => errors?.get(first + i)?.code ?? value)

test("what a worker still says of the call before is not taken for this call's", async () => {
  const { executor, workers } = stage()
  const before = collect(callOf(executor, [1]))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  const [first] = worker.chunks as [Chunk]
  worker.answers(first)
  expect(await before).toEqual([2])

  const call = collect(callOf(executor, [10]))
  await turn()
  const [old] = worker.calls as [number]
  worker.answers(first, old)
  worker.says({ type: 'failed', stage: 'setup', code: 'SETUP_FAILED', error: { name: 'Error', message: 'old' } }, old)
  worker.says({ type: 'closed', error: { name: 'Error', message: 'old' } }, old)
  worker.answers(worker.chunks.at(-1)!)
  expect(await call).toEqual([20])
})

test('a worker that answers after its time-out has ended it changes nothing', async () => {
  const { executor, workers } = stage()
  const settled: number[] = []
  const call = collect(
    callOf(executor, [1, 2, 3], {
      timeout: 20,
      ordered: false,
      listener: { ...quiet, settled: (done) => void settled.push(done) },
    }),
  )
  await turn()
  const [late] = workers as [Played]
  late.boots()
  late.says({ type: 'begin', index: 0 })
  while (!late.stopped) await turn(5)
  late.answers(late.chunks[0]!)
  late.says({ type: 'begin', index: 1 })
  const next = workers[1]!
  next.boots()
  for (let i = 0; i < next.chunks.length; i++) {
    next.says({ type: 'begin', index: next.chunks[i]!.first })
    next.answers(next.chunks[i]!)
  }
  expect(await call).toEqual(['TIMEOUT', 4, 6])
  expect(settled.at(-1)).toBe(3)
  expect(next.stopped).toBe(false)
})

test('what a worker said in time counts, however late this thread comes to hear it', async () => {
  const { executor, workers } = stage()
  const call = collect(callOf(executor, [1], { timeout: 20 }))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  worker.says({ type: 'begin', index: 0 })
  const { port1, port2 } = new MessageChannel()
  port2.on('message', () => worker.answers(worker.chunks[0]!))
  await new Promise((resolve) => setImmediate(resolve)) // so that timers come before messages next
  const until = performance.now() + 60
  port1.postMessage('answer')
  while (performance.now() < until);
  expect(await call).toEqual([2])
  port1.close()
})

test('every item of a chunk that ran out of time says so', async () => {
  const { executor, workers } = stage()
  const call = collect(callOf(executor, [1, 2, 3], { timeout: 10, chunkSize: 3 }))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  for (const index of [0, 1, 2]) {
    worker.says({ type: 'begin', index })
    if (index < 2) while (worker.sent.filter(({ type }) => type === 'abort').length <= index) await turn(2)
  }
  worker.answers(worker.chunks[0]!)
  expect(await call).toEqual(['TIMEOUT', 'TIMEOUT', 6])
})

test('an item whose chunk must run again is not timed by its first run', async () => {
  const { executor, workers } = stage()
  const call = collect(callOf(executor, [1, 2], { timeout: 20, chunkSize: 2 }))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  worker.says({ type: 'begin', index: 0 })
  worker.says({ type: 'begin', index: 1 })
  worker.says({ type: 'stray', id: worker.chunks[0]!.id, error: { value: 'stray' } })
  await turn(100)
  expect(worker.stopped).toBe(false)
  worker.dies() // with both items sent again, and none begun
  await turn()
  workers[1]!.boots()
  workers[1]!.answers(workers[1]!.chunks[0]!)
  expect(await call).toEqual(['WORKER_EXITED', 4])
})

test('what was told to stop for its time-out is given no more time than that when the call ends', async () => {
  const { executor, workers } = stage()
  const blocks = execute(callOf(executor, [1, 2, 3], { timeout: 10, numWorkers: 3, ordered: false }))
  const first = blocks.next()
  await turn()
  const [quick, late, busy] = workers as [Played, Played, Played]
  for (const worker of workers) worker.boots()
  late.says({ type: 'begin', index: 1 })
  while (late.sent.at(-1)!.type !== 'abort') await turn(1)
  quick.answers(quick.chunks[0]!)
  await first
  void blocks.return()
  while (!late.stopped) await turn(1)
  expect(busy.sent.map(({ type }) => type)).toEqual(['open', 'chunk', 'abort', 'close'])
  expect(busy.stopped).toBe(false)
})

test('workers that end before they are ready are not started for ever', async () => {
  const { executor, workers } = stage()
  const call = collect(callOf(executor, [1, 2, 3, 4], { numWorkers: 3 }))
  await turn()
  for (let i = 0; i < workers.length && i < 10; i++) workers[i]!.dies()
  await expect(call).rejects.toMatchObject({ code: 'WORKER_START_FAILED' })
  expect(workers).toHaveLength(3)
})

test('workers that died while they were idle are replaced, however many', async () => {
  const { executor, workers } = stage()
  const before = collect(callOf(executor, [1, 2, 3, 4], { numWorkers: 4 }))
  await turn()
  for (const worker of workers) worker.boots()
  for (const worker of workers) worker.answers(worker.chunks[0]!)
  expect(await before).toEqual([2, 4, 6, 8])
  const call = collect(callOf(executor, [1, 2, 3, 4], { numWorkers: 4 }))
  await turn()
  for (const worker of workers.slice(0, 4)) worker.dies()
  for (const worker of workers.slice(4)) {
    worker.boots()
    worker.answers(worker.chunks[0]!)
  }
  expect(await call).toEqual([2, 4, 6, 8])
})

test('a signal ends a call whose setup hangs, also where no item waits for it', async () => {
  const { executor, workers } = stage()
  const controller = new AbortController()
  const items = async function* (): AsyncGenerator<number> {
    yield 1
    await new Promise(() => {})
  }
  const call = collect(callOf(executor, items(), { numWorkers: 2, keepsState: true, signal: controller.signal }))
  await turn()
  for (const worker of workers) worker.says({ type: 'booted' }, undefined)
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  expect(workers.map(({ stopped }) => stopped)).toEqual([true, true])
})

test('a signal ends a call whose teardown hangs', async () => {
  const { executor, workers } = stage()
  const controller = new AbortController()
  const call = collect(callOf(executor, [1], { keepsState: true, signal: controller.signal }))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  worker.answers(worker.chunks[0]!)
  await turn(100)
  expect(worker.sent.at(-1)).toEqual({ type: 'close' })
  expect(worker.stopped).toBe(false)
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  expect(worker.stopped).toBe(true)
})

test('a signal reaches the workers of a stream that nobody asks', async () => {
  const { executor, workers } = stage()
  const controller = new AbortController()
  const blocks = execute(callOf(executor, [1, 2, 3], { signal: controller.signal }))
  const first = blocks.next()
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  worker.answers(worker.chunks[0]!)
  expect((await first).value).toMatchObject({ values: [2] })
  worker.answers(worker.chunks[1]!)
  controller.abort(new Error('enough'))
  await turn(100)
  expect(worker.stopped).toBe(true)
  await expect(blocks.next()).rejects.toThrow('enough')
})

test('what a listener throws ends the call', async () => {
  const { executor, workers } = stage()
  const settled = (): void => {
    throw new Error('no terminal')
  }
  const call = collect(callOf(executor, [1], { listener: { ...quiet, settled } }))
  await turn()
  workers[0]!.boots()
  workers[0]!.answers(workers[0]!.chunks[0]!)
  await expect(call).rejects.toThrow('no terminal')
})

test('an array that loses items during the call gives those that are left', async () => {
  const { executor, workers } = stage()
  const items = Array.from({ length: 50 }, (_, i) => i)
  const call = collect(callOf(executor, items))
  await turn()
  const [worker] = workers as [Played]
  worker.boots()
  items.length = 3
  for (let i = 0; i < worker.chunks.length; i++) worker.answers(worker.chunks[i]!)
  expect(await call).toEqual([0, 2, 4])
})
