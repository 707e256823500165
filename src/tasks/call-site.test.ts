import { expect, test } from 'vitest'
import { callLine, lineIn } from './call-site.ts'

const module = 'file:///home/a%20(b)/tasks.ts'
const path = process.platform === 'win32' ? '/C:/' : '/'
const at = (frame: string, url = module): number | undefined => lineIn(url, `Error: where\n    at task (file:///lib/task.js:1:2)\n${frame}`)

test.skipIf(path !== '/')('a frame of the module, as a URL or a path, named or not, awaited or not', () => {
  expect(at('    at file:///home/a%20(b)/tasks.ts:3:14')).toBe(3)
  expect(at('    at make (file:///home/a%20(b)/tasks.ts:3:14)')).toBe(3)
  expect(at('    at async Promise.all (index 0)\n    at async /home/a (b)/tasks.ts:12:1')).toBe(12)
  expect(at('    at <anonymous> (/home/a (b)/tasks.ts:4:1)\n    at /home/a (b)/tasks.ts:12:1')).toBe(4)
  expect(at('    at Object.<anonymous> (file:///home/a%20(b)/tasks.ts?tsx-namespace=1:3:14)')).toBe(3)
})

test('frames of other files do not count, nor text that is no frame', () => {
  expect(at('    at file:///home/x/tasks.ts:3:14\n    at /x/home/a (b)/tasks.ts:3:14')).toBeUndefined()
  expect(lineIn('file:///a.ts', 'Error: in file:///a.ts:3:1')).toBeUndefined()
})

test('the stack itself tells, an await or two away', async () => {
  const here = async (): Promise<number | undefined> => callLine(import.meta.url, 20)
  const away = async (): Promise<number | undefined> => (await Promise.resolve(), await here())
  expect(await away()).toBeGreaterThan(20)
  expect(callLine('file:///other.ts', 20)).toBeUndefined()
  const { stackTraceLimit, prepareStackTrace } = Error
  Error.prepareStackTrace = () => ['frames']
  expect(callLine(import.meta.url, 20)).toBeUndefined()
  Error.prepareStackTrace = prepareStackTrace!
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})
