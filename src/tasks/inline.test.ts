import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { nodes } from '../../test/nodes.ts'
import { MillraceError } from '../core/errors.ts'
import { isGlobal } from './globals.ts'
import { compileInline, inlineSource } from './inline.ts'

/** A function from its text, untouched by the test runner's compiler; a method's text needs its object. */
const made = (text: string): Function => {
  try {
    return runInThisContext(`'use strict'; (${text})`) as Function
  } catch {
    return Object.values(runInThisContext(`'use strict'; ({ ${text} })`) as object)[0] as Function
  }
}
const travelled = (fn: Function | string): Function => compileInline(inlineSource(typeof fn === 'string' ? made(fn) : fn))
const failure = (fn: Function | string): MillraceError => {
  try {
    inlineSource(typeof fn === 'string' ? made(fn) : fn)
  } catch (error) {
    if (error instanceof MillraceError) return error
    throw error
  }
  throw new Error('expected a refusal')
}

describe('forms that travel', () => {
  const cases: [text: string, result: unknown, ...args: unknown[]][] = [
    ['n => n ** 2', 9, 3],
    ['async n => n + 1', 4, 3],
    ['({ a, ...rest }, [b, c = a] = [1], ...more) => [a, rest, b, c, more]', [1, { z: 2 }, 1, 1, []], { a: 1, z: 2 }],
    ['function (n) { return arguments.length + n }', 3, 2],
    ['function fact(n) { return n < 2 ? 1 : n * fact(n - 1) }', 24, 4],
    ['async function (n) { return n }', 3, 3],
    ['run(n) { return n * 2 }', 6, 3],
    ['async run(n) { return n * 2 }', 6, 3],
    ["['a' + 'b'](n) { return n * 2 }", 6, 3],
    ["'two words'(n) { return n * 2 }", 6, 3],
    ['async(n) { return n }', 3, 3],
    ['get(n) { return n }', 3, 3],
    [
      'n => { class A { #x = n; get x() { return this.#x } static { this.y = 2 } } class B extends A { get x() { return super.x + 1 } } return new B().x + A.y }',
      6,
      3,
    ],
    ['n => ({ toString() { return super.toString() + n } }).toString()', '[object Object]3', 3],
    ['n => { outer: for (const i of [1, 2, 3]) for (;;) { if (i === n) break outer; continue outer } return n }', 2, 2],
    ['n => { try { throw new Error(n) } catch ({ message }) { return message } }', 'x', 'x'],
    ['n => { try { throw 1 } catch { return n } }', 3, 3],
    ["n => typeof window === 'undefined' && typeof document == 'undefined' ? n : document.title", 3, 3],
    ["n => 'undefined' !== typeof Bun ? Bun.version : n", 3, 3],
    ['n => { late = n; var late; return inner(); function inner() { return late } }', 3, 3],
    ['n => { { function block() { return n } var x = block() } return x }', 3, 3],
    ['n => { switch (n) { case 1: { const q = 2; return q } default: { let q = 3; return q } } }', 3, 0],
    ['n => { let i = 0; for (let i = 0, j = n; i < j; i++); for (const k in { a: 1 }) i += k.length; return i }', 1, 3],
    ['({ x }) => { let a, b; ({ x: a, ["y" + 1]: b = 2, ...x } = { x: 1, z: 3 }); return [a, b, x] }', [1, 2, { z: 3 }], {}],
    ['n => [...(function* () { yield n; yield* [1] })()]', [3, 1], 3],
    ["async n => (await import('node:path')).basename(n)", 'b', '/a/b'],
    ['async n => { const m = await import("acorn"); return typeof m.parse + n }', 'function3', 3],
    ['n => /[(]`${x}/.test(n) + `${n}-${`${n}`}`', 'false3-3', '3'],
    ['(a, b = () => a, { c = b() } = {}) => c', 5, 5],
    ['n => new (class Named { static n = n; m() { return Named.n } })().m()', 3, 3],
    ['n => structuredClone(n) + Buffer.from("a").length + (globalThis === global) + NaN', Number.NaN, 3],
  ]
  test.each(cases)('%s', async (text, result, ...args) => {
    expect(await travelled(text)(...args)).toEqual(result)
  })

  test('a method keeps its name and a function its own line in stacks', () => {
    expect(travelled('run(n) { return n }').name).toBe('run')
    const fails = travelled('function boom() {\n  const a = 1\n  throw new Error("no " + a)\n}')
    expect(() => fails()).toThrow(expect.objectContaining({ stack: expect.stringMatching(/at boom \(inline function:3:9\)/) }))
  })

  test('the text is made once for a function object', () => {
    const fn = made('n => n')
    expect(inlineSource(fn)).toBe(inlineSource(fn))
  })
})

describe('captured variables', () => {
  const cases: [text: string, ...names: string[]][] = [
    ['x => x * gain', 'gain'],
    ['x => { return clamp(x) + \n gain }', 'clamp', 'gain'],
    ['(x, y = gain) => { var gain = 1; return x + y + gain }', 'gain'],
    ['x => { { let inner = 1; inner } return inner }', 'inner'],
    ['x => { try {} catch (e) {} return e }', 'e'],
    ['x => { for (const i of [x]) {} return i }', 'i'],
    ['x => { (function own() {}); return own }', 'own'],
    ['x => { const c = class Own {}; return Own }', 'Own'],
    ['x => ({ gain })', 'gain'],
    ['x => ({ gain: 1, [key]: 2 })', 'key'],
    ['x => { ({ a: target } = x) }', 'target'],
    ['x => { counter++ }', 'counter'],
    ['x => { class A { f = gain; [key]() {} } return A }', 'gain', 'key'],
    ['x => class extends Base {}', 'Base'],
    ['x => tag`a${x}`', 'tag'],
    ['x => typeof gain', 'gain'],
    ["x => typeof gain === 'undefined' ? x : gain", 'gain'],
    ["x => typeof window === 'number' ? window : x", 'window'],
    ['() => this.gain', 'this'],
    ['() => arguments[0]', 'arguments'],
    ['x => (() => this)()', 'this'],
    ['x => __dirname + module.id', '__dirname', 'module'],
    ['x => coverage(x) + cov_matrix() + cov_matrix().size', 'coverage', 'cov_matrix'],
    ['run(x) { return run(x - 1) }', 'run'],
    ['x => vi(x)', 'vi'],
    ["x => crypto.randomUUID() + crypto.createHash('md5')", 'crypto'],
    ['x => describe.each + expect', 'describe', 'expect'],
  ]
  test.each(cases)('%s', (text, ...names) => {
    const error = failure(text)
    expect(error.code).toBe('CAPTURED_VARIABLE')
    const listed = /uses (.*) from outside/s.exec(error.message)?.[1] ?? ''
    expect([...listed.matchAll(/'([^']+)'/g)].map((match) => match[1])).toEqual(names)
  })

  test('the message names the line and the ways out', () => {
    expect(failure('function scale(x) {\n  return x * gain\n}').message).toBe(
      "An inline function travels to workers as text, without the variables around it; the function 'scale' uses 'gain' (line 2) from " +
        "outside. Ways out: pass it in params of task(import.meta, { params, run }); or import it inside the function with await import('...').",
    )
    expect(failure('x => path.join(x)').message).toContain("const path = await import('node:path')")
    const f = { f: made('n => f(n - 1)') }.f
    Object.defineProperty(f, 'name', { value: 'f' })
    expect(failure(f).message).toContain('write function f(...) { ... }')
    expect(failure('function f(x) { return _ref.apply(this, arguments) }').message).toContain("if '_ref' is not yours")
  })

  test('imports of this file, as vitest compiles them, are named as the user wrote them', () => {
    const message = failure((file: string) => readFileSync(join(file))).message
    expect(message).toMatch(/'readFileSync'.*'join'/s)
    expect(message).not.toContain('__vi')
  })

  test('what a program puts into its globals is captured', () => {
    Object.assign(globalThis, { madeByProgram: 1 })
    expect(failure('x => madeByProgram').code).toBe('CAPTURED_VARIABLE')
    delete (globalThis as Record<string, unknown>)['madeByProgram']
  })
})

describe('functions that cannot travel', () => {
  class Counter extends Array {
    #n = 1
    privateName(): number {
      return this.#n
    }
    fromSuper(): string {
      return super.toString()
    }
    get getter(): number {
      return 1
    }
  }
  const descriptor = (name: string): PropertyDescriptor => Object.getOwnPropertyDescriptor(Counter.prototype, name) ?? {}
  const cases: [name: string, fn: Function, says: RegExp][] = [
    ['a native function', Math.max, /native or bound/],
    ['a bound function', Math.max.bind(null, 1), /native or bound/],
    ['a proxy', new Proxy((x: number) => x, {}), /native or bound/],
    ['a class', Counter, /is a class/],
    ['a generator', made('function* (x) { yield x }'), /generator/],
    ['a generator method', made('*run(x) { yield x }'), /generator/],
    ['an async generator', made('async function* (x) { yield x }'), /generator/],
    ['a private name', descriptor('privateName').value as Function, /#n/],
    ['super', descriptor('fromSuper').value as Function, /super/],
    ['a getter', Reflect.get(descriptor('getter'), 'get') as Function, /getter/],
    ['import.meta', () => import.meta.url, /import\.meta/],
    ['a relative import', made("async () => import('./other.js')"), /imports '\.\/other\.js'/],
    ['a relative require', made("function () { return require('../x') }"), /imports '\.\.\/x'/],
    ['sloppy code', runInThisContext('(function (x) { with (x) { return y } })') as Function, /strict mode: 'with'/],
  ]
  test.each(cases)('%s', (_, fn, says) => {
    const error = failure(fn)
    expect(error.code).toBe('NOT_SHIPPABLE')
    expect(error.message).toMatch(says)
  })
})

describe('what compilers write', () => {
  const { functions } = JSON.parse(readFileSync(new URL('../../test/fixtures/compiled/compiled.json', import.meta.url), 'utf8')) as {
    functions: Record<string, Record<string, string>>
  }
  const results: Record<string, unknown> = {
    arrow: { n: 15, all: { q: 3, a: 4, b: [5, 2] }, square: 25, v: 4, has: 'function' },
    classy: [7, 1, 3, [1, 7, 'closed']],
    loops: 16,
    disposing: 'ba5',
    declared: 6,
    method: 6,
  }
  test.each(Object.entries(functions))('%s', async (_, texts) => {
    for (const [name, text] of Object.entries(texts)) {
      if (name === 'captured') expect(failure(text).message).toContain("uses 'gain'")
      else expect(await travelled(text)(5, { a: 4, q: 3 }), name).toEqual(results[name])
    }
    expect(Object.keys(texts).sort()).toEqual([...Object.keys(results), 'captured'].sort())
  })

  test('vitest itself', async () => {
    const fn = async (x: number, { a = 1, ...rest }: { a?: number; b?: number }) => {
      const { basename } = await import('node:path')
      const inner = (y: number): number => y * 2
      return { ...rest, n: inner(x) + a, name: basename('/a/b') }
    }
    expect(await travelled(fn)(5, { b: 2 })).toEqual({ n: 11, b: 2, name: 'b' })
  })

  test('errors thrown into a lowered async function run its finally', async () => {
    const lowered = '__awaiter(this, [x], void 0, function* (x) { try { yield Promise.reject(x) } finally { x.push(2) } })'
    await expect(travelled(`function (x) { return ${lowered} }`)([1])).rejects.toEqual([1, 2])
  })
})

describe.each(nodes)('Node $major', ({ node, version }) => {
  test.skipIf(node === undefined)(
    `${version}: its globals are allowed, and inline imports resolve from the working directory without a warning`,
    () => {
      const program = `
      import { compileInline, inlineSource } from ${JSON.stringify(new URL('../../dist/tasks/inline.js', import.meta.url).href)}
      const run = compileInline(inlineSource(async () => typeof (await import('acorn')).parse + typeof (await import('node:fs')).statSync))
      console.log(JSON.stringify({ ran: await run(), globals: Object.getOwnPropertyNames(globalThis) }))`
      const file = join(mkdtempSync(join(tmpdir(), 'millrace-')), 'program.mjs')
      writeFileSync(file, program)
      const result = spawnSync(node!, [file], { cwd: new URL('../../', import.meta.url), encoding: 'utf8' })
      rmSync(dirname(file), { recursive: true })
      expect(result.stderr).toBe('')
      const { ran, globals } = JSON.parse(result.stdout) as { ran: string; globals: string[] }
      expect(ran).toBe('functionfunction')
      expect(globals.filter((name) => !isGlobal(name))).toEqual([])
    },
  )
})
