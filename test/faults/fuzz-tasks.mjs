// What the fuzzed calls run. An item says what it does, and on how many of its tries.
import { parallel, task } from 'millrace'

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function behave(item, index, ctx) {
  if (item.ms > 0) await wait(item.ms)
  if (item.prints) console.error(`item ${item.id}`)
  if (ctx.attempt <= item.tries) {
    const does = {
      throw: () => {
        throw new RangeError(`item ${item.id}`)
      },
      reject: () => Promise.reject(new RangeError(`item ${item.id}`)),
      exit: () => process.exit(0),
      kill: () => process.kill(process.pid, 'SIGKILL') && wait(60_000),
      stray: () => void Promise.reject(new Error(`stray ${item.id}`)),
      uncloneable: () => ({ fn: () => item }),
      hang: () => new Promise(() => {}),
      loop: () => {
        for (;;);
      },
      heed: () => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))),
    }[item.does]
    const result = await does()
    if (result !== undefined) return result
  }
  if (item.gives === 'number') return item.id
  const value = { id: item.id, index, attempt: ctx.attempt }
  if (item.gives === 'large') value.data = new Float64Array(3000).fill(item.id)
  if (item.gives === 'nested') value.nested = await parallel((n) => n + 1, [item.id])
  return value
}

export const plain = task(import.meta, { name: 'plain', run: behave })

export const stateful = task(import.meta, {
  name: 'stateful',
  params: { ms: 0 },
  setup: async ({ params }) => (await wait(params.ms), { open: true }),
  run: (item, index, ctx) => {
    if (!ctx.state.open) throw new Error('not set up')
    return behave(item, index, ctx)
  },
  teardown: async ({ params, state }) => {
    await wait(params.ms)
    state.open = false
  },
})
