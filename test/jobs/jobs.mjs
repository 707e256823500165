// Jobs of the tests of runJob: each in one file, as a user keeps them.
import { Dataset, IterableDataset, job } from 'millrace'

/** Items say what they do. */
export const does = job(import.meta, {
  name: 'does',
  params: { suffix: '' },
  setup: () => ({ seen: 0 }),
  async run(item, index, { params, state, outputs, random, warn, attempt, signal }) {
    state.seen++
    const { id, writes = {}, ms = 0, returns, fails, warns, tries = 0, late } = item
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    if (warns !== undefined) warn(warns)
    const names = []
    for (const [name, content] of Object.entries(writes)) names.push(await outputs.write(name + params.suffix, content))
    if (late !== undefined) setTimeout(() => void outputs.write(late, 'x').catch(() => {}), 5)
    if (fails === 'null') throw null
    if (fails === 'exit') process.exit(0)
    if (fails === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve))
    if (fails === 'loop') for (;;);
    if (fails === 'cycle') {
      const error = new Error('cyclic')
      error.cause = error
      throw error
    }
    if (fails === 'transient' && attempt <= tries) throw Object.assign(new Error('too many files'), { code: 'EMFILE' })
    if (fails === 'flaky' && attempt <= tries) throw new Error('flaky')
    if (fails === 'gone') throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    if (returns === 'bigint') return { n: 1n }
    if (returns === 'cycle') return (item.self = item)
    if (returns === 'function') return () => {}
    if (returns === 'rows')
      return [
        { id, row: 0 },
        { id, row: 1 },
      ]
    if (returns === 'nothing') return undefined
    return { id, index, names, chance: random(), attempt }
  },
})

/** A Standard Schema written by hand: an id of letters, which is made capital. */
const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      /^[a-z]+$/.test(value.id)
        ? { value: { ...value, id: value.id.toUpperCase() } }
        : { issues: [{ message: 'not letters', path: ['id'] }] },
  },
}
export const checked = job(import.meta, { name: 'checked', schema, run: ({ id }) => ({ id }) })
export const own = job(import.meta, {
  name: 'own',
  layout: 'own',
  run: async ({ name }, _, { outputs }) => void (await outputs.write(name, name)),
})

export class Numbers extends Dataset {
  static {
    this.register(import.meta)
  }
  constructor(length) {
    super()
    this.length = length
  }
  get(index) {
    if (index === 3) throw new Error('sample 3 is broken')
    return { id: `n${index}`, writes: { 'a.txt': `${index}` } }
  }
}
export class Stream extends IterableDataset {
  constructor(length) {
    super()
    this.count = length
  }
  async *iterate() {
    for (let i = 0; i < this.count; i++) yield { id: `s${i}`, writes: { 'a.txt': `${i}` } }
  }
}
export const withInput = job(import.meta, {
  name: 'with input',
  params: { count: 3 },
  input: ({ params }) => new Numbers(params.count),
  run: async ({ id, writes }, _, { outputs }) => ({ id, file: await outputs.write('b.txt', writes['a.txt']) }),
})
