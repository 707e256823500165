// Loaders of random shape over datasets that fail at random, checked against the plain loop; prints how many were wrong.
// node loader-fuzz.mjs SECONDS SEED
import { DataLoader } from 'millrace'
import { Shaky } from './loader-datasets.mjs'

const [seconds, seed] = process.argv.slice(2).map(Number)
let state = seed >>> 0
const random = () => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
const below = (n) => Math.floor(random() * n)
const some = (n, share) => Array.from({ length: n }, (_, i) => i).filter(() => random() < share)

/** What the loader gives, in the plainest form: [index, noise, noise] of each sample by batch. */
const plain = ({ index, noise }) => Array.from(index.data, (n, i) => [n, noise.data[2 * i], noise.data[2 * i + 1]])
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

let count = 0
let wrong = 0
const until = performance.now() + seconds * 1000
while (performance.now() < until) {
  const length = below(60)
  const batchSize = 1 + below(9)
  const skip = random() < 0.6
  const deadly = skip && random() < 0.4 ? some(length, 0.04) : []
  const bad = skip ? some(length, random() < 0.5 ? 0 : 0.1).filter((index) => !deadly.includes(index)) : []
  const options = {
    batchSize,
    dropLast: random() < 0.3,
    shuffle: random() < 0.5,
    seed: below(1000),
    onError: skip ? 'skip' : 'throw',
    reuse: random() < 0.3,
    retries: below(2),
  }
  const workers = () => ({
    numWorkers: 1 + below(3),
    executor: random() < 0.2 ? 'processes' : 'threads',
    ...(random() < 0.3 && { prefetchFactor: 1 + below(4) }),
    ...(random() < 0.3 && { persistentWorkers: true }),
    ...(random() < 0.3 && { maxBufferedBytes: 1 + below(2000) }),
  })
  const inOrder = random() < 0.7
  const lost = new Set([...bad, ...deadly])
  const expected = []
  // The oracle: the same samples without failures, in this thread, less those that fail.
  for await (const batch of new DataLoader(new Shaky(length, [], []), { ...options, reuse: false, numWorkers: 0 })) {
    const kept = plain(batch).filter(([index]) => !lost.has(index))
    if (kept.length > 0) expected.push(kept)
  }
  const seen = []
  const missed = new Set()
  const text = JSON.stringify({ length, bad, deadly, inOrder, ...options })
  try {
    let loader = new DataLoader(new Shaky(length, bad, deadly), { ...options, ...workers(), inOrder })
    // Leaves the loop now and then, and goes on with another loader from the state as JSON.
    for (let again = true; again;) {
      again = false
      for await (const batch of loader) {
        seen.push(plain(batch))
        if (random() < 0.1) {
          again = true
          break
        }
      }
      for (const { index } of loader.stats().skipped.errors) missed.add(index)
      if (again) {
        const saved = JSON.parse(JSON.stringify(loader.state()))
        loader = new DataLoader(new Shaky(length, bad, deadly), { ...options, ...workers(), inOrder, state: saved })
      }
    }
    if (!inOrder) seen.sort((a, b) => expected.findIndex((e) => same(e, a)) - expected.findIndex((e) => same(e, b)))
    const listed = [...missed].filter((index) => !lost.has(index))
    if (!same(seen, expected) || listed.length > 0) {
      wrong++
      console.log(
        `wrong: ${text}\n  expected ${JSON.stringify(expected)}\n  seen     ${JSON.stringify(seen)}\n  skipped ${JSON.stringify([...missed])}`,
      )
    }
  } catch (error) {
    wrong++
    console.log(`threw: ${text}\n  ${error.stack}`)
  }
  count++
}
console.log(`${count} loaders, ${wrong === 0 ? 'none' : wrong} wrong`)
