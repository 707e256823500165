import { describe, expect, test } from 'vitest'
import { reasonOf, recordError, reviveError } from './error-record.ts'

const sent = (thrown: unknown): unknown => reviveError(structuredClone(recordError(thrown)))

describe('an error that was sent', () => {
  test('keeps message, stack, fields and causes', () => {
    const error = Object.assign(new TypeError('odd', { cause: new RangeError('inner') }), { file: 'a.wav', at: { row: 3 } })
    const back = sent(error) as TypeError & { file: string; at: unknown }
    expect(back).toBeInstanceOf(TypeError)
    expect([back.message, back.file, back.at, back.stack]).toEqual(['odd', 'a.wav', { row: 3 }, error.stack])
    expect(back.cause).toBeInstanceOf(RangeError)
  })

  test("keeps its class name, its own or its class's", () => {
    class Bad extends RangeError {}
    class Named extends Error {
      override name = 'E_NAMED'
    }
    expect((sent(new Bad('x')) as Error).name).toBe('Bad')
    expect((sent(new Named('x')) as Error).name).toBe('E_NAMED')
    expect((sent(Object.assign(new Error('x'), { name: 'AbortError' })) as Error).name).toBe('AbortError')
    expect((sent(new DOMException('x', 'TimeoutError')) as Error).name).toBe('TimeoutError')
  })

  test('of an AggregateError keeps what is in it', () => {
    expect(sent(new AggregateError([new Error('one'), new Error('two')], 'both'))).toMatchObject({
      message: 'both',
      errors: ['Error: one', 'Error: two'],
    })
  })

  test.each([[null], [undefined], ['text'], [0], [false], [{ code: 'E' }], [[1, 2]]])('may be no error at all: %j', (thrown) => {
    expect(sent(thrown)).toEqual(thrown)
    expect(reasonOf(sent(thrown))).toMatch(/^threw /)
  })

  test('is bounded, and safe to look at', () => {
    const cyclic = new Error('me') as Error & Record<string, unknown>
    cyclic.cause = cyclic
    cyclic['self'] = cyclic
    cyclic['text'] = 'x'.repeat(1e7)
    cyclic['bytes'] = new Uint8Array(1e7)
    cyclic['many'] = Array.from({ length: 1e6 }, (_, i) => ({ i }))
    cyclic['fn'] = () => 1
    cyclic['weak'] = new WeakMap()
    Object.defineProperty(cyclic, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('getter')
      },
    })
    const record = recordError(cyclic)
    expect(JSON.stringify(record).length).toBeLessThan(300_000)
    expect(() => structuredClone(record)).not.toThrow()
    expect(record.fields).toMatchObject({
      self: '[circular]',
      bytes: '[Uint8Array of 10000000 bytes]',
      fn: expect.stringMatching(/^\[function/),
      bad: '[threw when read]',
    })
  })

  test('of a proxy whose traps throw, and of a revoked one, is still an answer', () => {
    const trap = (): never => {
      throw new Error('trap')
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const evil of [new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap, has: trap }), proxy]) {
      expect(() => structuredClone(recordError(evil))).not.toThrow()
    }
  })

  test('keys like __proto__ stay keys', () => {
    const error = new Error('x')
    Object.defineProperty(error, 'data', { enumerable: true, value: JSON.parse('{"__proto__": {"polluted": 1}}') })
    const back = sent(error) as { data: object }
    expect((back.data as { polluted?: number }).polluted).toBeUndefined()
  })
})
