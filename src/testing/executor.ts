import assert from 'node:assert/strict'
import type { Executor } from '../core/executor.ts'
import type { ItemError } from '../core/item-error.ts'
import { bind, parallel } from '../index.ts'
import { unreachable } from './fails-in-worker.ts'
import { counted, exitingSetup, failingSetup, failingTeardown, scale, throwing } from './tasks.ts'

/** The two functions of a test runner that the suite needs; vitest, node:test, mocha and jest have them. */
export interface Runner {
  describe: (name: string, body: () => void) => unknown
  it: (name: string, body: () => Promise<void>) => unknown
}

export interface ExecutorTraits extends Runner {
  /** Takes inputs without an end. Default true. */
  endless?: boolean
  /** Runs items elsewhere than in the calling thread, so that one can be killed and the call goes on. Default true. */
  isolated?: boolean
  /** Each worker is a process of its own, so that it survives crashes of native code and signals. Default false. */
  ownProcess?: boolean
  /** Also run what takes seconds: running out of memory, a long call. Default false. */
  slow?: boolean
}

const twenty = Array.from({ length: 20 }, (_, index) => index)

/**
 * What every executor must do, as tests. Prove one of your own:
 *
 * @example
 * import { describe, it } from 'node:test'
 * import { testExecutor } from 'millrace/testing'
 * testExecutor('mine', () => new MyExecutor(), { describe, it, endless: false })
 */
export function testExecutor(name: string, make: () => Executor, traits: ExecutorTraits): void {
  const { describe, it, endless = true, isolated = true, ownProcess = false, slow = false } = traits
  /** Each test has an executor of its own and closes it, which must leave nothing behind. */
  const test = (title: string, body: (executor: Executor) => Promise<void>): unknown =>
    it(title, async () => {
      const executor = make()
      try {
        await body(executor)
      } finally {
        await executor.close()
      }
    })

  describe(`executor ${name}: values`, () => {
    test('results stand in input order, and the index is passed', async (executor) => {
      assert.deepEqual(await parallel((n: number, index) => [n * n, index], [3, 1, 2], { executor, numWorkers: 2 }), [
        [9, 0],
        [1, 1],
        [4, 2],
      ])
      const slowFirst = async (n: number): Promise<number> => {
        await new Promise((resolve) => setTimeout(resolve, n === 0 ? 60 : 1))
        return n
      }
      assert.deepEqual(await parallel(slowFirst, twenty, { executor, numWorkers: 2, chunkSize: 1 }), twenty)
    })

    test('no items give no results', async (executor) => {
      assert.deepEqual(await parallel((n: number) => n, [], { executor, numWorkers: 2 }), [])
    })

    test('a tuple is one item', async (executor) => {
      assert.deepEqual(
        await parallel(
          ([n, text]: [number, string]) => text.repeat(n),
          [
            [2, 'a'],
            [1, 'b'],
          ],
          { executor, numWorkers: 2 },
        ),
        ['aa', 'b'],
      )
    })

    test('what can be cloned arrives as it was', async (executor) => {
      const values = [
        0,
        -0,
        NaN,
        -Infinity,
        2 ** 53,
        'ä\n',
        '',
        true,
        null,
        undefined,
        10n ** 30n,
        [1, [2]],
        { a: { b: 1 } },
        new Date(5),
        new Map([[1, 'x']]),
        new Set(['y']),
        new Float32Array([1, NaN]),
        new Uint8Array(70_000).fill(7),
      ]
      assert.deepEqual(await parallel((value: unknown) => value, values, { executor, numWorkers: 2, chunkSize: 3 }), values)
      const numbers = [0, -0, NaN, Infinity, 0.1, 2 ** 53]
      const back = await parallel((n: number) => n, numbers, { executor, numWorkers: 2, chunkSize: 6 })
      assert.ok(
        numbers.every((n, i) => Object.is(n, back[i])),
        `numbers came back as ${String(back)}`,
      )
    })

    test('a task may go on using the array it returned', async (executor) => {
      const reuse = (n: number): Float64Array => {
        const shared = ((globalThis as { shared?: Float64Array }).shared ??= new Float64Array(4096))
        return shared.fill(n)
      }
      if (!isolated) return // in one thread the caller sees the very array, as in a plain loop
      const arrays = await parallel(reuse, twenty, { executor, numWorkers: 2, chunkSize: 1 })
      arrays.forEach((array, n) => assert.ok(array.length === 4096 && array.every((x) => x === n), `item ${n} holds ${array[0]}`))
    })

    test('sets, generators and async generators are inputs', async (executor) => {
      async function* slowly(): AsyncGenerator<number> {
        for (const n of twenty) {
          await Promise.resolve()
          yield n
        }
      }
      const double = (n: number): number => n * 2
      const expected = twenty.map(double)
      assert.deepEqual(await parallel(double, new Set(twenty), { executor, numWorkers: 2 }), expected)
      assert.deepEqual(await parallel(double, twenty.values(), { executor, numWorkers: 2 }), expected)
      assert.deepEqual(await parallel(double, slowly(), { executor, numWorkers: 2 }), expected)
    })

    test('an input that throws ends the call with its error', async (executor) => {
      function* broken(): Generator<number> {
        yield 1
        throw new Error('no more rows')
      }
      await assert.rejects(
        parallel((n: number) => n, broken(), { executor, numWorkers: 2 }),
        { code: 'INPUT_FAILED', message: /no more rows/ },
      )
    })

    test('random numbers depend on the seed and the item alone', async (executor) => {
      const draw = (_: number, __: number, ctx: { random: () => number }): number => ctx.random()
      const one = await parallel(draw, twenty, { executor, numWorkers: 2, chunkSize: 1, seed: 5 })
      const other = await parallel(draw, twenty, { executor: 'inline', seed: 5 })
      assert.deepEqual(one, other)
      assert.equal(new Set(one).size, 20)
      assert.notDeepEqual(await parallel(draw, twenty, { executor, numWorkers: 2, seed: 6 }), one)
    })
  })

  describe(`executor ${name}: tasks`, () => {
    test('parameters have defaults, and bind replaces some', async (executor) => {
      assert.deepEqual(await parallel(scale, [1, 2], { executor, numWorkers: 2 }), [2, 4])
      assert.deepEqual(await parallel(bind(scale, { offset: 5 }), [1, 2], { executor, numWorkers: 2 }), [7, 9])
      assert.equal(scale.params.offset, 0)
    })

    test('setup runs once a worker and call', async (executor) => {
      for (let call = 0; call < 2; call++) {
        const rows = await parallel(counted, twenty, { executor, numWorkers: 2, chunkSize: 2 })
        assert.deepEqual(
          rows.map(({ n }) => n),
          twenty,
        )
        const calls = rows.map((row) => row.calls)
        const starts = calls.filter((count) => count === 101).length
        assert.ok(starts >= 1 && starts <= 2, `${starts} set-ups`)
        assert.ok(calls.every((count) => count > 100 && count <= 120))
      }
    })

    test('a setup or teardown that fails is one clear error', async (executor) => {
      await assert.rejects(parallel(failingSetup, twenty, { executor, numWorkers: 2 }), { code: 'SETUP_FAILED', message: /no such model/ })
      await assert.rejects(parallel(failingTeardown, twenty, { executor, numWorkers: 2 }), {
        code: 'TEARDOWN_FAILED',
        message: /could not flush/,
      })
      assert.deepEqual(await parallel(scale, [1], { executor, numWorkers: 2 }), [2])
    })

    if (isolated) {
      test('a module that workers can not import is one clear error', async (executor) => {
        const call = parallel(unreachable, twenty, { executor, numWorkers: 2, onError: 'collect' })
        await assert.rejects(call, { code: 'IMPORT_FAILED', message: /needs the main thread/ })
      })

      test('a setup that ends its worker ends the call', async (executor) => {
        await assert.rejects(parallel(exitingSetup, twenty, { executor, numWorkers: 2, onError: 'collect' }), {
          code: 'SETUP_FAILED',
          message: /exit code 7/,
        })
      })
    }
  })

  describe(`executor ${name}: failures`, () => {
    /** Runs twenty items of which only the seventh misbehaves; the others must all be there. */
    const onlySeventh = async (executor: Executor, fn: (n: number) => unknown, options = {}): Promise<ItemError> => {
      const outcomes = await parallel(fn, twenty, { executor, numWorkers: 2, onError: 'collect', ...options })
      assert.deepEqual(
        outcomes.filter(({ error }) => error === undefined).map(({ value }) => value),
        twenty.filter((n) => n !== 7),
      )
      const { error } = outcomes[7]!
      assert.ok(error !== undefined, 'item 7 did not fail')
      assert.equal(error.index, 7)
      assert.equal(error.item, 7)
      assert.deepEqual(await parallel((n: number) => -n, [1, 2], { executor, numWorkers: 2 }), [-1, -2])
      return error
    }

    test('an error keeps message, class name, cause, fields and the line it was thrown at', async (executor) => {
      const [outcome] = await parallel(throwing, ['a.wav'], { executor, numWorkers: 2, onError: 'collect' })
      const cause = outcome!.error!.cause as Error & { file: string }
      assert.equal(outcome!.error!.code, 'ITEM_FAILED')
      assert.match(outcome!.error!.message, /^item 0 \("a\.wav"\): AudioError: corrupt header$/)
      assert.ok(cause instanceof Error)
      assert.deepEqual([cause.name, cause.message, cause.file], ['AudioError', 'corrupt header', 'a.wav'])
      assert.ok(cause.cause instanceof TypeError && cause.cause.message === 'odd size')
      assert.match(cause.stack!, /tasks\.[jt]s:\d+:\d+/)
      assert.doesNotMatch(cause.stack!, /runner\.[jt]s/)
    })

    test('throws of any kind cost one item', async (executor) => {
      const kinds: ((n: number) => unknown)[] = [
        (n) => {
          if (n === 7) throw null
          return n
        },
        (n) => {
          if (n === 7) throw 'text'
          return n
        },
        (n) => {
          if (n === 7) throw { code: 'E_OBJECT' }
          return n
        },
        (n) => {
          if (n === 7) throw undefined
          return n
        },
        async (n) => {
          if (n === 7) {
            const error = new Error('me')
            error.cause = error
            throw error
          }
          return n
        },
        (n) => {
          if (n === 7)
            throw Object.defineProperty(new Error('x'), 'data', {
              enumerable: true,
              get() {
                throw new Error('getter')
              },
            })
          return n
        },
        (n) => {
          if (n === 7)
            throw new Proxy(
              {},
              {
                get() {
                  throw new Error('trap')
                },
                ownKeys() {
                  throw new Error('trap')
                },
              },
            )
          return n
        },
        (n) => {
          if (n === 7) throw Object.assign(new Error('heavy'), { data: 'x'.repeat(300e6), bytes: new Uint8Array(300e6) })
          return n
        },
        (n) => {
          if (n === 7) throw Object.assign(new Error('function'), { fn: () => 1, symbol: Symbol('s') })
          return n
        },
      ]
      for (const kind of kinds) {
        const error = await onlySeventh(executor, kind)
        assert.equal(error.code, 'ITEM_FAILED')
        assert.ok(JSON.stringify(error).length < 100_000)
      }
    })

    if (isolated) {
      test('a result that can not be sent costs one item and says why', async (executor) => {
        const error = await onlySeventh(executor, (n) => (n === 7 ? { fn: () => n } : n), { chunkSize: 5 })
        assert.equal(error.code, 'UNCLONEABLE_RESULT')
      })

      test("an error that escapes from an item is that item's failure", async (executor) => {
        const floating = (n: number): number => {
          if (n === 7) void Promise.reject(new Error('nobody awaits me'))
          return n
        }
        for (const chunkSize of [1, 20]) {
          const error = await onlySeventh(executor, floating, { chunkSize })
          assert.equal(error.code, 'STRAY_ERROR')
          assert.match(error.message, /nobody awaits me/)
        }
        const thrower = async (n: number): Promise<number> => {
          if (n === 7)
            setTimeout(() => {
              throw new Error('in a timer')
            }, 1)
          await new Promise((resolve) => setTimeout(resolve, 20))
          return n
        }
        assert.match((await onlySeventh(executor, thrower, { chunkSize: 1 })).message, /in a timer/)
      })

      test('an error that escapes after its item is done disturbs nothing', async (executor) => {
        const late = async (n: number): Promise<number> => {
          if (n === 7)
            setTimeout(() => {
              throw new Error('too late')
            }, 200)
          await new Promise((resolve) => setTimeout(resolve, n === 8 ? 400 : 0))
          return n
        }
        assert.deepEqual(await parallel(late, twenty, { executor, numWorkers: 2, chunkSize: 1 }), twenty)
      })

      test('process.exit costs one item, which is named, whatever the exit code and the chunk', async (executor) => {
        for (const chunkSize of [1, 20]) {
          assert.match((await onlySeventh(executor, (n) => (n === 7 ? process.exit(0) : n), { chunkSize })).message, /exit code 0/)
          assert.match((await onlySeventh(executor, (n) => (n === 7 ? process.exit(3) : n), { chunkSize })).message, /exit code 3/)
        }
      })

      test('an item that kills its worker every time is given up after its retries', async (executor) => {
        const error = await onlySeventh(executor, (n) => (n === 7 ? process.exit(1) : n), { retries: 2 })
        assert.equal(error.attempt, 3)
      })

      test('an infinite loop ends with its time-out and the pool goes on', async (executor) => {
        const error = await onlySeventh(
          executor,
          (n) => {
            if (n === 7) for (;;);
            return n
          },
          { timeout: 400 },
        )
        assert.equal(error.code, 'TIMEOUT')
      })

      test('an item stuck in native code ends with its time-out', async (executor) => {
        const stuck = (n: number): number => {
          if (n === 7) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
          return n
        }
        assert.equal((await onlySeventh(executor, stuck, { timeout: 400 })).code, 'TIMEOUT')
      })
    }

    if (isolated) {
      test('a promise that nothing can settle fails its item, without a time-out', async (executor) => {
        for (const chunkSize of [1, 20]) {
          const error = await onlySeventh(executor, (n) => (n === 7 ? new Promise(() => {}) : n), { chunkSize })
          assert.match(error.message, /nothing is left to settle/)
        }
      })
    }

    test('a promise that never settles ends with its time-out', async (executor) => {
      assert.equal((await onlySeventh(executor, (n) => (n === 7 ? new Promise(() => {}) : n), { timeout: 200 })).code, 'TIMEOUT')
    })

    test('an item that heeds ctx.signal gives its worker back', async (executor) => {
      const heeding = (n: number, _: number, { signal }: { signal: AbortSignal }): unknown =>
        n !== 7 ? n : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      assert.equal((await onlySeventh(executor, heeding as (n: number) => unknown, { timeout: 200 })).code, 'TIMEOUT')
    })

    if (ownProcess) {
      test('a signal or a native crash costs one item', async (executor) => {
        for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGTERM'] as const) {
          const source = {
            SIGKILL: (n: number) => (n === 7 ? void process.kill(process.pid, 'SIGKILL') : n),
            SIGSEGV: (n: number) => (n === 7 ? void process.kill(process.pid, 'SIGSEGV') : n),
            SIGTERM: async (n: number) => {
              if (n === 7) {
                process.kill(process.pid, 'SIGTERM')
                await new Promise(() => {})
              }
              return n
            },
          }[signal]
          const error = await onlySeventh(executor, source)
          assert.equal(error.code, 'WORKER_KILLED')
          assert.match(error.message, new RegExp(signal))
        }
      })
    }

    if (slow && isolated) {
      test('running out of heap memory costs one item', async (executor) => {
        const error = await onlySeventh(executor, (n) => {
          const all: unknown[] = []
          for (let i = 0; n === 7; i++) all.push(Array.from({ length: 1e6 }).fill(i))
          return n
        })
        assert.equal(error.code, 'OUT_OF_MEMORY')
      })
    }

    test('retries run an item again until it succeeds', async (executor) => {
      const third = (n: number, _: number, ctx: { attempt: number }): number => {
        if (n % 3 === 0 && ctx.attempt < 3) throw new Error(`attempt ${ctx.attempt}`)
        return n
      }
      assert.deepEqual(await parallel(third, twenty, { executor, numWorkers: 2, retries: 2 }), twenty)
      await assert.rejects(parallel(third, twenty, { executor, numWorkers: 2, retries: 1 }), { attempt: 2 })
    })

    test('a throw carries the finished outcomes and the index', async (executor) => {
      const fail = async (n: number): Promise<number> => {
        if (n === 3) {
          await new Promise((resolve) => setTimeout(resolve, 100))
          throw new Error('three')
        }
        return n
      }
      const error = await parallel(fail, [0, 1, 2, 3], { executor, numWorkers: 1, chunkSize: 1 }).then(
        () => assert.fail('resolved'),
        (thrown: ItemError) => thrown,
      )
      assert.equal(error.index, 3)
      assert.deepEqual(
        error.results!.filter((outcome) => outcome.error === undefined).map(({ value }) => value),
        [0, 1, 2],
      )
    })

    test("an item that can not be sent is that item's failure", async (executor) => {
      if (!isolated) return
      const items: unknown[] = [1, () => 2, 3]
      const outcomes = await parallel((item: unknown) => item, items, { executor, numWorkers: 2, onError: 'collect' })
      assert.deepEqual(
        outcomes.map(({ value, error }) => error?.code ?? value),
        [1, 'UNCLONEABLE_ITEM', 3],
      )
    })
  })

  describe(`executor ${name}: streams and ends`, () => {
    test('a stream keeps order, and unordered it gives every item once', async (executor) => {
      const uneven = async (n: number): Promise<number> => {
        await new Promise((resolve) => setTimeout(resolve, (n * 7) % 5))
        return n
      }
      const ordered = []
      for await (const n of parallel.stream(uneven, twenty, { executor, numWorkers: 2, chunkSize: 1 })) ordered.push(n)
      assert.deepEqual(ordered, twenty)
      const unordered = []
      for await (const n of parallel.stream(uneven, twenty, { executor, numWorkers: 2, chunkSize: 1, ordered: false })) unordered.push(n)
      assert.deepEqual(
        unordered.sort((a, b) => a - b),
        twenty,
      )
    })

    test('an ordered stream gives what stands before a failure, then throws it', async (executor) => {
      const seen: number[] = []
      const fail = (n: number): number => {
        if (n === 7) throw new Error('seven')
        return n
      }
      await assert.rejects(
        async () => {
          for await (const n of parallel.stream(fail, twenty, { executor, numWorkers: 2, chunkSize: 2 })) seen.push(n)
        },
        { index: 7 },
      )
      assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6])
    })

    if (endless) {
      test('an endless input is pulled only as far as it is wanted, and told when it is enough', async (executor) => {
        let pulled = 0
        let closed = false
        function* naturals(): Generator<number> {
          try {
            for (;;) yield pulled++
          } finally {
            closed = true
          }
        }
        const wait = async (n: number): Promise<number> => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          return n
        }
        let taken = 0
        for await (const n of parallel.stream(wait, naturals(), { executor, numWorkers: 2 })) {
          assert.equal(n, taken++)
          await new Promise((resolve) => setTimeout(resolve, 2))
          if (taken === 30) break
        }
        assert.ok(closed, 'the input was not closed')
        assert.ok(pulled < 30 + 2000, `${pulled} items were pulled for 30`)
      })
    }

    test('an aborted call rejects with the reason, and the executor works on', async (executor) => {
      const controller = new AbortController()
      const wait = (n: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(n), 10_000))
      setTimeout(() => controller.abort(new Error('enough')), 50)
      await assert.rejects(parallel(wait, twenty, { executor, numWorkers: 2, signal: controller.signal }), { message: 'enough' })
      await assert.rejects(parallel(wait, twenty, { executor, numWorkers: 2, signal: controller.signal }), { message: 'enough' })
      assert.deepEqual(await parallel((n: number) => n, twenty, { executor, numWorkers: 2 }), twenty)
    })

    test('calls may run at the same time and inside one another', async (executor) => {
      const double = (n: number): number => n * 2
      const [one, two] = await Promise.all([
        parallel(double, twenty, { executor, numWorkers: 2 }),
        parallel(double, twenty, { executor, numWorkers: 2 }),
      ])
      assert.deepEqual(one, two)
      const sums = []
      for await (const n of parallel.stream(double, [1, 2, 3], { executor, numWorkers: 2 })) {
        sums.push((await parallel(double, [n], { executor, numWorkers: 2 }))[0])
      }
      assert.deepEqual(sums, [4, 8, 12])
    })
  })
}
