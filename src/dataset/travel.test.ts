import { describe, expect, test } from 'vitest'
import { Dataset } from './dataset.ts'
import { task } from '../tasks/task.ts'
import { packParcel, unpackParcel } from './travel.ts'

class Numbers extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  list: unknown
  constructor(list: unknown) {
    super()
    this.list = list
  }
  get length(): number {
    return (this.list as { length: number }).length
  }
  get(index: number): number {
    return (this.list as number[])[index]!
  }
}
class Unregistered extends Dataset<number> {
  readonly length = 1
  get = (): number => 1
}
class Private extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly #secret = 1
  readonly length = 1
  get(): number {
    return this.#secret
  }
}
class Packing extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly #secret: number
  readonly length = 1
  constructor(secret: number) {
    super()
    this.#secret = secret
  }
  toWorker(): unknown {
    return { secret: this.#secret }
  }
  static fromWorker({ secret }: { secret: number }): Packing {
    return new Packing(secret)
  }
  get(): number {
    return this.#secret
  }
}
const add = task(import.meta, { params: { by: 1 }, run: (n: number, _index, { params }) => n + params.by })

const travelled = async (value: unknown, shares = true): Promise<any> => unpackParcel(structuredClone(packParcel(value, 'It', shares)))

describe('what travels', () => {
  test('objects of registered classes, nested, with their methods', async () => {
    const copy = (await travelled(new Numbers([new Numbers([1, 2]), { inner: new Numbers([3]) }]))) as Numbers
    expect(copy).toBeInstanceOf(Numbers)
    const [first, second] = copy.list as [Numbers, { inner: Numbers }]
    expect(first).toBeInstanceOf(Numbers)
    expect([first.get(1), second.inner.get(0), copy.length]).toEqual([2, 3, 2])
  })

  test('tasks with their parameters, functions by their text, plain data', async () => {
    const { step, double, data } = await travelled({
      step: { ...add, params: { by: 5 } },
      double: (n: number) => 2 * n,
      data: new Map([[1, new Date(0)]]),
    })
    expect(step.run(1, 0, { params: step.params })).toBe(6)
    expect(double(4)).toBe(8)
    expect(data).toEqual(new Map([[1, new Date(0)]]))
  })

  test('a class that says itself how', async () => {
    expect(((await travelled({ set: new Packing(42) })) as { set: Packing }).set.get()).toBe(42)
  })

  test('large arrays are shared with threads, and copied for others', async () => {
    const large = Float32Array.from({ length: 1 << 19 }, (_, i) => i)
    const shared = packParcel({ large }, 'It', true)
    expect(shared.bytes.length).toBeLessThan(1000)
    expect(((await unpackParcel(shared)) as { large: Float32Array }).large).toEqual(large)
    expect(packParcel({ large }, 'It', false).bytes.length).toBeGreaterThan(large.byteLength)
  })

  test.each(['é', 'λ', '\u{1F600}'])('long lists of strings: %s', async (character) => {
    const list = Array.from({ length: 20_000 }, (_, i) => (i % 7 === 0 ? '' : `${character}${i}`))
    expect(await travelled({ list })).toEqual({ list })
    expect(await travelled({ list }, false)).toEqual({ list })
    expect(await travelled({ list: [...list, 1] })).toEqual({ list: [...list, 1] })
  })

  test('a long list is an array in every way', async () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `${i}`)
    const fresh = async (): Promise<string[]> => ((await travelled({ list })) as { list: string[] }).list
    const copy = await fresh()
    expect([Array.isArray(copy), copy.length, copy[7], copy.at(-1), copy[20_000], copy[-1]]).toEqual([
      true,
      20_000,
      '7',
      '19999',
      undefined,
      undefined,
    ])
    expect((await fresh()).map(Number).reduce((a, b) => a + b)).toBe(199_990_000)
    expect((await fresh()).indexOf('123')).toBe(123)
    expect((await fresh()).slice(5, 7)).toEqual(['5', '6'])
    expect(JSON.stringify(await fresh())).toBe(JSON.stringify(list))
    const changed = await fresh()
    changed[3] = 'x'
    changed.push('y')
    expect([changed[2], changed[3], changed.length, changed.at(-1)]).toEqual(['2', 'x', 20_001, 'y'])
  })

  test('the original is left as it was, and so is a cycle', async () => {
    const cyclic: { self?: unknown; n: number } = { n: 1 }
    cyclic.self = cyclic
    const copy = (await travelled(cyclic)) as typeof cyclic
    expect(copy.n).toBe(1)
    const list = [new Numbers([1])]
    const set = new Numbers(list)
    packParcel(set, 'It', true)
    expect(set.list).toBe(list)
    expect(list[0]).toBeInstanceOf(Numbers)
  })
})

describe('what does not travel is refused by the name of its field', () => {
  class Model {
    run = (): number => 1
  }
  const captured = 1
  test.each([
    ['an unregistered class', new Unregistered(), /class Unregistered.*this\.register\(import\.meta\)/],
    ['private fields', new Private(), /#secret/],
    ['an object of another class', new Numbers([{ model: new Model() }]), /field list\[0\]\.model is an object of the class Model/],
    ['a function with captured variables', new Numbers({ length: 1, f: () => captured }), /field list\.f .*captured.*task\(import\.meta/s],
    ['an object of another class in a Map', new Numbers(new Map([['m', new Model()]])), /field list is an object of the class Model/],
    ['a dataset in a Set', new Numbers(new Set([new Numbers([1])])), /field list is a Set that holds more than plain data/],
    ['a symbol', new Numbers(Symbol('s')), /field list is a symbol/],
    ['a promise', new Numbers(Promise.resolve(1)), /field list is an object of the class Promise/],
  ])('%s', (_name, value, message) => {
    expect(() => packParcel(value, 'It', true)).toThrow(message)
  })
})
