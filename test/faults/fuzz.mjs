// Runs calls at random and checks what holds for every one of them. `node fuzz.mjs <seconds> [seed]`; a failure prints the seed
// with which it comes again.
import assert from 'node:assert/strict'
import { inline, ItemError, parallel, processes, threads } from 'millrace'
import { plain, stateful } from './fuzz-tasks.mjs'

const [seconds = '10', firstSeed = '1', only] = process.argv.slice(2)
const DEADLINE = 20_000
const TIMEOUT = 300
const executors = { threads: threads(), processes: processes(), inline: inline() }
const CODES = { throw: 'ITEM_FAILED', reject: 'ITEM_FAILED', exit: 'WORKER_EXITED', kill: 'WORKER_KILLED', stray: 'STRAY_ERROR' }
const codeOf = (does) => CODES[does] ?? (does === 'uncloneable' ? 'UNCLONEABLE_RESULT' : 'TIMEOUT')
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** mulberry32 */
function randomOf(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(next() * n)
  return { below, chance: (p) => next() < p, one: (...list) => list[below(list.length)] }
}

function scenarioOf(seed) {
  const { below, chance, one } = randomOf(seed)
  const executor = only ?? one('threads', 'threads', 'processes', 'inline')
  const face = one('parallel', 'ordered', 'unordered')
  const leaves = chance(0.4)
    ? one('abort', 'abort', 'aborted before', ...(face === 'parallel' ? [] : ['break', 'return', 'throw']))
    : 'never'
  const timeout = chance(0.4) ? TIMEOUT : undefined
  const kinds = ['throw', 'reject']
  if (executor !== 'inline') kinds.push('exit', 'stray', 'uncloneable')
  if (executor === 'processes') kinds.push('kill')
  if (timeout !== undefined) kinds.push('hang', 'heed', ...(executor === 'inline' ? [] : ['loop']))
  const bad = one(0, 0.02, 0.1, 0.4)
  let costly = 4 // deaths and time-outs take their time
  const gives = one('number', 'record', 'large', 'nested')
  const slow = one(0, 0, 0.1, 0.5)
  const prints = chance(0.1)
  const itemOf = (id) => {
    const item = { id, gives, ms: chance(slow) ? below(8) : 0, does: 'value', tries: 0, prints }
    if (!chance(bad)) return item
    const does = one(...kinds)
    if (!['throw', 'reject', 'stray', 'uncloneable'].includes(does) && costly-- <= 0) return item
    return { ...item, does, tries: one(1, 2, 9) }
  }
  const items = Array.from({ length: one(0, 1, 2, below(20), below(60), below(300)) }, (_, id) => itemOf(id))
  return {
    seed,
    executor,
    face,
    leaves,
    after: one(0, 1, below(20), below(200)),
    items,
    input: one(
      'array',
      'array',
      'generator',
      'async generator',
      'broken',
      ...(['never', 'aborted before'].includes(leaves) ? [] : ['endless']),
    ),
    pullMs: one(0, 0, 1, 3),
    takeMs: one(0, 0, 0, 1, 5),
    task: chance(0.4) ? 'stateful' : 'plain',
    setupMs: one(0, 0, 5, 60),
    options: {
      numWorkers: 1 + below(3),
      chunkSize: one(undefined, undefined, 1, 3, 10, 50),
      retries: below(3),
      timeout,
      onError: one('collect', 'collect', 'throw'),
    },
  }
}

/** The input, and whether it was told that nothing more is wanted. */
function inputOf({ items, input, pullMs }) {
  const state = { begun: false, closed: false }
  if (input === 'array') return { items, state }
  const next = (i) => {
    if (i < items.length) return items[i]
    if (input === 'broken') throw new Error('no more rows')
    return input === 'endless' ? { id: i, gives: 'number', ms: 0, does: 'value', tries: 0 } : undefined
  }
  const sync = function* () {
    state.begun = true
    try {
      for (let i = 0, item; (item = next(i)) !== undefined; i++) yield item
    } finally {
      state.closed = true
    }
  }
  const async = async function* () {
    for (const item of sync()) {
      if (pullMs > 0) await wait(pullMs)
      yield item
    }
  }
  return { items: input === 'async generator' || pullMs > 0 ? async() : sync(), state }
}

/** One outcome is what its item says. */
function checkOutcome({ items, options }, { index, value, error }) {
  const { id, gives, does, tries } = items[index] ?? { id: index, gives: 'number', tries: 0 }
  if (tries > options.retries) {
    assert.ok(error instanceof ItemError, `item ${index} (${does}) gave ${JSON.stringify(value)}`)
    const told = { index: error.index, item: error.item?.id, code: error.code, attempt: error.attempt }
    assert.deepEqual(told, { index, item: id, code: codeOf(does), attempt: options.retries + 1 })
    return
  }
  assert.equal(error, undefined, `item ${index} (${does}) failed: ${error?.message}`)
  if (gives === 'number') {
    assert.equal(value, id)
    return
  }
  const { data, nested, ...rest } = value
  assert.deepEqual(rest, { id, index, attempt: tries + 1 })
  if (gives === 'large') assert.ok(data.length === 3000 && data.every((x) => x === id))
  if (gives === 'nested') assert.deepEqual(nested, [id + 1])
}

async function run(scenario) {
  const { executor, face, leaves, after, items, input, takeMs, options, setupMs } = scenario
  const controller = new AbortController()
  const { items: source, state } = inputOf(scenario)
  const task = scenario.task === 'plain' ? plain : { ...stateful, params: { ms: setupMs } }
  const all = { ...options, executor: executors[executor], signal: controller.signal }
  for (const key of Object.keys(all)) if (all[key] === undefined) delete all[key]
  const collect = options.onError === 'collect'
  const firstBad = items.findIndex(({ tries }) => tries > options.retries)
  let leftAt
  if (leaves === 'aborted before') controller.abort(new Error('enough'))
  if (leaves === 'abort') setTimeout(() => ((leftAt = performance.now()), controller.abort(new Error('enough'))), after)

  const got = []
  let ended = 'whole'
  let stream
  try {
    if (face === 'parallel') {
      const results = await parallel(task, source, all)
      results.forEach((each, index) => got.push(collect ? each : { index, value: each }))
    } else {
      stream = parallel.stream(task, source, { ...all, ordered: face === 'ordered' })
      if (leaves === 'return') setTimeout(() => ((ended = 'left'), (leftAt = performance.now()), void stream.return()), after)
      if (leaves === 'throw')
        setTimeout(() => ((ended = 'left'), (leftAt = performance.now()), void stream.throw(new Error('enough')).catch(() => {})), after)
      let count = 0
      for await (const each of stream) {
        got.push(collect ? each : { index: face === 'ordered' ? count : undefined, value: each })
        count++
        if (takeMs > 0) await wait(takeMs)
        if (leaves === 'break' && count > after) {
          ended = 'left'
          leftAt = performance.now()
          break
        }
      }
    }
  } catch (error) {
    ended = error
  }

  // Every value that came is the right one, and came once.
  for (const outcome of got) if (outcome.index !== undefined) checkOutcome(scenario, outcome)
  const indices = got.map(({ index }) => index)
  if (face !== 'unordered') assert.deepEqual(indices, [...indices.keys()])
  else if (collect) assert.equal(new Set(indices).size, indices.length, 'an outcome came twice')

  // It ended as it should.
  if (ended instanceof ItemError) {
    assert.ok(!collect, `an item's failure ended a call that collects: ${ended.message}`)
    checkOutcome(scenario, { index: ended.index, error: ended })
    for (const outcome of ended.results ?? []) checkOutcome(scenario, outcome)
    if (face === 'ordered') assert.deepEqual([ended.index, got.length], [firstBad, firstBad])
  } else if (ended instanceof Error) {
    const { code, message } = ended
    if (code === 'INPUT_FAILED') {
      assert.equal(input, 'broken')
      if (face !== 'parallel') assert.equal(got.length, items.length)
    } else assert.ok(message === 'enough' && leaves !== 'never', ended.stack)
  } else if (ended === 'whole') {
    assert.ok(collect || firstBad < 0, 'a failure was lost')
    assert.equal(got.length, items.length)
    assert.notEqual(input, 'broken')
    if (!collect && face === 'unordered' && items[0]?.gives === 'number')
      assert.deepEqual(
        got.map(({ value }) => value).sort((a, b) => a - b),
        items.map(({ id }) => id),
      )
  }
  if (leftAt !== undefined) {
    const ms = performance.now() - leftAt - 2 * setupMs - takeMs
    assert.ok(ms < 5000, `it took ${Math.round(ms)} ms to leave`)
  }
  if (state.begun && input !== 'array') {
    await wait(10)
    assert.ok(state.closed, 'the input was not closed')
  }
  // The workers are fit for the next call.
  assert.deepEqual(await parallel((n) => -n, [1, 2, 3], { executor: executors[executor], numWorkers: options.numWorkers }), [-1, -2, -3])
}

async function checked(seed) {
  const scenario = scenarioOf(seed)
  let timer
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('it hangs')), DEADLINE)))
  try {
    await Promise.race([run(scenario), late])
  } catch (error) {
    const { items, ...rest } = scenario
    const bad = items.filter(({ does }) => does !== 'value').map(({ id, does, tries }) => `${id} ${does} x${tries}`)
    console.log(`seed ${seed}: ${error.stack}\n${JSON.stringify({ ...rest, items: items.length, bad })}`)
    process.exit(1)
  } finally {
    clearTimeout(timer)
  }
}

process.on('unhandledRejection', (error) => {
  console.log(`unhandled: ${error?.stack ?? error}`)
  process.exit(1)
})
const write = process.stderr.write.bind(process.stderr)
process.stderr.write = (text, ...rest) => /^item \d+\n|^(item \d+\n)+$/.test(text) || write(text, ...rest)

const end = performance.now() + Number(seconds) * 1000
let seed = Number(firstSeed)
while (performance.now() < end) {
  // Two at once share the executors' workers.
  const count = seed % 3 === 0 ? 2 : 1
  await Promise.all(Array.from({ length: count }, (_, i) => checked(seed + i)))
  seed += count
}
await wait(500) // workers that were ended are gone
const left = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe|FS)/.test(name))
assert.deepEqual(left, [], 'something keeps the program alive')
console.log(`${seed - Number(firstSeed)} calls, none wrong`)
