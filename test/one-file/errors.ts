import { describe, expect, test } from 'vitest'
import { nodes } from '../nodes.ts'
import { folderOf, runNode, type Start } from './program.ts'

const tasks = `import { readFile } from 'node:fs/promises'
import { task } from 'millrace'
import { check } from './check.ts'

interface Wide {
  lines: number
}

class BadPixel extends Error {
  readonly row: number
  constructor(message: string, row: number, options?: ErrorOptions) {
    super(message, options)
    this.row = row
  }
}

export const fail = task(import.meta, async (kind: string): Promise<Wide> => {
  const wide: Wide = { lines: 1 }
  if (kind === 'plain') throw new TypeError('no good')
  if (kind === 'own') throw new BadPixel('too dark', 7, { cause: new RangeError('0 of 255', { cause: 'a lens cap' }) })
  await null as unknown
  if (kind === 'awaited') throw new SyntaxError(\`after \${wide.lines} await\`)
  if (kind === 'elsewhere') return check<Wide>(kind)
  if (kind === 'many') throw new AggregateError([new Error('a'), new Error('b')], 'both')
  await readFile('nowhere')
  return wide
})

export const broken = task(import.meta, { setup: (): number => { throw new URIError('no model') }, run: (n: number) => n })
`
const check = `type Anything = string

export function check<T>(kind: Anything): T {
  throw new EvalError(\`in \${kind satisfies string}\`)
}
`
const main = `import { parallel, ItemError } from 'millrace'
import { broken, fail } from './tasks.ts'
interface Told {
  stack: string[]
}
const executor = process.argv[2] as 'threads'
const told = (error: any): Told => error instanceof Error ? { ...error, name: error.name, message: error.message, cause: told(error.cause),
  is: error.constructor.name, stack: error.stack!.split('\\n') } as unknown as Told : error
const kinds = ['plain', 'own', 'awaited', 'elsewhere', 'many', 'system']
const outcomes = await parallel(fail, kinds, { executor, numWorkers: 1, onError: 'collect' })
const setup = await parallel(broken, [1], { executor, numWorkers: 1 }).catch((error: unknown) => error)
console.log(JSON.stringify([...outcomes.map(({ error }) => told(error)), told(setup)]))
`

/** Where some text stands: \`tasks.ts:3:14\`. */
function place(file: string, source: string, text: string): string {
  const lines = source.slice(0, source.indexOf(text)).split('\n')
  return `${file}:${lines.length}:${lines.at(-1)!.length + 1}`
}

interface Told {
  code: string
  index: number
  message: string
  name: string
  cause: Told & Record<string, unknown>
  stack: string[]
  is: string
}

/** Tests that what is thrown in a worker's TypeScript reaches the main thread whole, and points at the line that threw. */
export function testErrors(start: Start, major: number): void {
  const { node, version } = nodes.find((other) => other.major === major)!
  if (node === undefined) console.warn(`errors on Node ${major}: ${version}`)
  describe.skipIf(node === undefined)(`Node ${major}, ${start.name}`, () => {
    test.each(['threads', 'processes'])('%s', async (executor) => {
      const folder = folderOf({ 'main.ts': main, 'tasks.ts': tasks, 'check.ts': check })
      const { stdout, stderr } = await runNode(node!, [...start.args, 'main.ts', executor], folder)
      expect(stderr).toBe('')
      const [plain, own, awaited, elsewhere, many, system, setup] = JSON.parse(stdout) as Told[]
      const frame = (error: Told | undefined, at = 0): string => error!.stack.filter((line) => /^ +at /.test(line))[at] ?? ''

      expect(plain).toMatchObject({ code: 'ITEM_FAILED', index: 0, item: 'plain', message: 'item 0 ("plain"): TypeError: no good' })
      expect(plain!.cause).toMatchObject({ name: 'TypeError', is: 'TypeError', message: 'no good' })
      expect(frame(plain!.cause)).toContain(place('tasks.ts', tasks, "new TypeError('no good')"))
      expect(frame(plain)).toBe(frame(plain!.cause))

      expect(own!.message).toBe('item 1 ("own"): BadPixel: too dark')
      expect(own!.cause).toMatchObject({ name: 'BadPixel', message: 'too dark', row: 7 })
      expect(own!.cause.cause).toMatchObject({ name: 'RangeError', is: 'RangeError', message: '0 of 255', cause: 'a lens cap' })
      expect(frame(own!.cause)).toContain(place('tasks.ts', tasks, 'new BadPixel'))
      expect(frame(own!.cause.cause)).toContain(place('tasks.ts', tasks, 'new RangeError'))

      expect(awaited!.cause).toMatchObject({ name: 'SyntaxError', message: 'after 1 await' })
      expect(frame(awaited!.cause)).toContain(place('tasks.ts', tasks, 'new SyntaxError'))

      expect(elsewhere!.cause).toMatchObject({ name: 'EvalError', message: 'in elsewhere' })
      expect(frame(elsewhere!.cause)).toContain(place('check.ts', check, 'new EvalError'))
      expect(frame(elsewhere!.cause, 1)).toContain(place('tasks.ts', tasks, 'check<Wide>(kind)'))

      expect(many!.cause).toMatchObject({ name: 'AggregateError', message: 'both' })
      expect(many!.cause['errors']).toHaveLength(2)
      expect(system!.cause).toMatchObject({ name: 'Error', code: 'ENOENT', syscall: 'open', path: 'nowhere' })

      expect(setup).toMatchObject({ code: 'SETUP_FAILED', cause: { name: 'URIError', message: 'no model' } })
      expect(frame(setup!.cause)).toContain(place('tasks.ts', tasks, "new URIError('no model')"))
    })
  })
}
