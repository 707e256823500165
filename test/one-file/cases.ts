import type { Start } from './program.ts'

/** One program: what it prints on stdout tells whether all went well. `process.argv[2]` is the executor. */
export interface Case {
  name: string
  main: string
  /** Other files by name, without extension. */
  files?: Record<string, string>
  /** All of its stdout, less the last line's end. */
  prints: string
  /** Text that its stderr holds; else stderr must be empty. */
  complains?: string
  executors?: string[]
  since?: number
  starts?: (start: Start) => boolean
}

const imports = `import { parallel, task, inWorker, bind } from 'millrace'
const executor/*: any */ = process.argv[2]
`
/** Prints the code of the error that the calls below it give. */
const failing = (calls: string): string => `try {
${calls}
  console.log('no error')
} catch (error) {
  console.log(error.code)
}
`

export const cases: Case[] = [
  {
    name: 'code before and after the call',
    main: `${imports}console.log('above')
const twice = task(import.meta, (n/*: number */) => n * 2)
console.log(await parallel(twice, [1, 2, 3], { executor, numWorkers: 2 }))
console.log('below')
`,
    prints: 'above\n[ 2, 4, 6 ]\nbelow',
  },
  {
    name: 'an inline function, which needs no file',
    main: `${imports}console.log('above')
console.log(await parallel((n/*: number */) => n * 2, [1, 2, 3], { executor, numWorkers: 2 }))
`,
    prints: 'above\n[ 2, 4, 6 ]',
  },
  {
    name: 'files made and removed above the call survive it, and a second call that asks for more workers',
    main: `import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
${imports}rmSync('out', { recursive: true, force: true })
mkdirSync('out')
const write = task(import.meta, (name/*: string */) => writeFileSync('out/' + name, ''))
await parallel(write, ['a', 'b', 'c', 'd'], { executor, numWorkers: 1 })
console.log(readdirSync('out').join())
await parallel(write, ['e', 'f', 'g', 'h'], { executor, numWorkers: 3 })
console.log(readdirSync('out').join())
`,
    prints: 'a,b,c,d\na,b,c,d,e,f,g,h',
  },
  {
    name: 'within a call no worker starts over what the items of another have written',
    main: `import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
${imports}// The later a worker loads, the more it would remove.
if (inWorker) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80 * Math.random())
rmSync('out', { recursive: true, force: true })
mkdirSync('out')
const write = task(import.meta, (n/*: number */) => writeFileSync('out/' + n, ''))
await parallel(write, Array.from({ length: 50 }, (_, i) => i), { executor, numWorkers: 3, chunkSize: 1 })
console.log(readdirSync('out').length)
`,
    prints: '50',
  },
  {
    name: 'a dead worker is replaced, and its replacement removes nothing',
    main: `import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
${imports}rmSync('out', { recursive: true, force: true })
mkdirSync('out')
const log = createWriteStream('run.log')
log.write('header')
const write = task(import.meta, (n/*: number */) => (n % 20 === 7 ? process.exit(3) : writeFileSync('out/' + n, '')))
const outcomes = await parallel(write, Array.from({ length: 60 }, (_, i) => i), { executor, numWorkers: 2, onError: 'collect' })
console.log(readdirSync('out').length, outcomes.filter(({ error }) => error).map(({ index }) => index).join())
log.end()
await once(log, 'close')
console.log(readFileSync('run.log', 'utf8'))
`,
    prints: '57 7,27,47\nheader',
  },
  {
    name: 'many workers load a script that makes its folder at the same time',
    main: `import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
${imports}rmSync('out', { recursive: true, force: true })
mkdirSync('out')
const write = task(import.meta, (n/*: number */) => writeFileSync('out/' + n, ''))
await parallel(write, Array.from({ length: 8 }, (_, i) => i), { executor, numWorkers: 8, chunkSize: 1 })
console.log(readdirSync('out').length)
`,
    prints: '8',
  },
  {
    name: 'main() without await that prepares its folder asynchronously',
    main: `import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
${imports}const write = task(import.meta, (n/*: number */) => writeFile('out/' + n, ''))
async function main() {
  await rm('out', { recursive: true, force: true })
  await sleep(20)
  await mkdir('out', { recursive: true })
  console.log('ready')
  await parallel(write, Array.from({ length: 50 }, (_, i) => i), { executor, numWorkers: 2 })
  console.log((await readdir('out')).length)
}
main()
console.log('started')
`,
    prints: 'started\nready\n50',
  },
  {
    name: 'the same behind a script that only imports the program, with listeners for its end',
    main: "import './program.EXT'",
    files: {
      program: `import { existsSync, rmSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
${imports}const write = task(import.meta, (n/*: number */) => writeFile('out/' + n, ''))
process.once('beforeExit', () => rmSync('out', { recursive: true, force: true }))
async function main() {
  await rm('out', { recursive: true, force: true })
  await mkdir('out')
  for (const numWorkers of [1, 2]) await parallel(write, [numWorkers, 3, 4, 5], { executor, numWorkers })
  console.log((await readdir('out')).join())
  process.on('exit', () => console.log(existsSync('out')))
}
main()
`,
    },
    prints: '1,2,3,4,5\nfalse',
  },
  {
    name: 'a guard that keeps workers from the call, with nothing left to wait for, and with a timer',
    main: `${imports}const twice = task(import.meta, (n/*: number */) => n * 2)
const timer = process.argv[4] === '-x' && setInterval(() => {}, 1000)
if (!inWorker) {
  console.log(await parallel(twice, [1, 2], { executor, numWorkers: 2 }))
  clearInterval(timer)
}
`,
    prints: '[ 2, 4 ]',
  },
  {
    name: 'several tasks above the first call',
    main: `${imports}const one = task(import.meta, (n/*: number */) => n + 1)
const two = task(import.meta, { params: { by: 2 }, run: (n/*: number */, _, { params }) => n * params.by })
const three = task(import.meta, { name: 'three', run: (n/*: number */) => n ** 3 })
const options = { executor, numWorkers: 2 }
console.log(await parallel(three, [1, 2], options), await parallel(bind(two, { by: 5 }), [1, 2], options))
console.log(await parallel(one, [1, 2], options), await parallel(two, [1, 2], options))
`,
    prints: '[ 1, 8 ] [ 5, 10 ]\n[ 2, 3 ] [ 2, 4 ]',
  },
  {
    name: 'a task below the first call',
    main: `${imports}const one = task(import.meta, (n/*: number */) => n + 1)
await parallel(one, [1, 2], { executor, numWorkers: 2 })
const two = task(import.meta, (n/*: number */) => n * 2)
${failing('  await parallel(two, [1, 2], { executor, numWorkers: 2 })')}`,
    prints: 'TASK_NOT_FOUND',
  },
  {
    name: 'a task that only the main thread makes',
    main: `${imports}if (!inWorker) task(import.meta, (n/*: number */) => n + 1)
const two = task(import.meta, (n/*: number */) => n * 2)
const three = task(import.meta, (n/*: number */) => n * 3)
${failing('  await parallel(two, [1, 2], { executor, numWorkers: 2 })')}`,
    prints: 'TASK_MISMATCH',
  },
  {
    name: 'tasks made in a factory, without and with names',
    main: `${imports}const make = (by/*: number */) => task(import.meta, (n/*: number */) => n * by)
const [two] = [make(2), make(3)]
const named = (by/*: number */) => task(import.meta, { name: 'by ' + by, run: (n/*: number */) => n * by })
const [four, five] = [named(4), named(5)]
${failing('  await parallel(two, [1, 2], { executor, numWorkers: 2 })')}
console.log(await parallel(five, [1, 2], { executor, numWorkers: 2 }), await parallel(four, [1, 2], { executor, numWorkers: 2 }))
`,
    prints: 'TASK_AMBIGUOUS\n[ 5, 10 ] [ 4, 8 ]',
  },
  {
    name: 'tasks of equal text, and of equal name',
    main: `${imports}const a = task(import.meta, (n/*: number */) => n * 2)
const b = task(import.meta, (n/*: number */) => n * 2)
const c = task(import.meta, { name: 'same', run: (n/*: number */) => n * 3 })
const d = task(import.meta, { name: 'same', run: (n/*: number */) => n * 4 })
${failing('  await parallel(b, [1, 2], { executor, numWorkers: 2 })')}${failing('  await parallel(c, [1, 2], { executor, numWorkers: 2 })')}`,
    prints: 'TASK_AMBIGUOUS\nTASK_AMBIGUOUS',
  },
  {
    name: 'a task that calls parallel itself, which runs in place there',
    main: `${imports}const inner = task(import.meta, (n/*: number */) => n * 2)
const outer = task(import.meta, async (n/*: number */) => {
  const sums = await parallel(inner, [n, n + 1], { executor, numWorkers: 2 })
  for await (const value of parallel.stream((m/*: number */) => m + 1, [n])) sums.push(value)
  return sums.join()
})
console.log(await parallel(outer, [1, 2, 3], { executor, numWorkers: 2 }))
`,
    prints: "[ '2,4,2', '4,6,3', '6,8,4' ]",
  },
  {
    name: 'a stream, which a worker never gets past either',
    main: `${imports}const twice = task(import.meta, (n/*: number */) => n * 2)
const seen/*: number[] */ = []
for await (const value of parallel.stream(twice, [1, 2, 3], { executor, numWorkers: 2 })) seen.push(value)
console.log(seen)
`,
    prints: '[ 2, 4, 6 ]',
  },
  {
    name: 'arguments read above the call',
    main: `${imports}const [, , , factor, ...rest] = process.argv
if (rest.length !== 2) throw new Error('usage: ' + process.argv.slice(2))
const scale = task(import.meta, (n/*: number */) => n * Number(factor))
console.log(await parallel(scale, [1, 2], { executor, numWorkers: 2 }))
`,
    prints: '[ 7, 14 ]',
  },
  {
    name: 'a server that listens above the call',
    main: `import { once } from 'node:events'
import { createServer } from 'node:http'
${imports}const server = createServer((_, response) => response.end('hello'))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port }/*: any */ = server.address()
const other = createServer().listen({ port: 0, host: '127.0.0.1' })
await once(other, 'listening')
const ask = task(import.meta, async (url/*: string */) => (await fetch(url)).text())
console.log(await parallel(ask, ['http://127.0.0.1:' + port], { executor, numWorkers: 2 }))
server.close()
server.closeAllConnections()
other.close()
`,
    prints: "[ 'hello' ]",
  },
  {
    name: 'a task file that imports the main script',
    main: `import { twice } from './tasks.EXT'
${imports}export const factor = 2
await parallel(twice, [1, 2], { executor, numWorkers: 2 }).catch((error/*: any */) => {
  console.log(error.code, /import the script/.test(error.message))
})
`,
    files: {
      tasks: `import { task } from 'millrace'
import { factor } from './main.EXT'
export const twice = task(import.meta, (n/*: number */) => n * factor)
`,
    },
    prints: 'IMPORT_FAILED true',
  },
  {
    name: 'output above the call, in a worker as in the main thread on both streams',
    main: `${imports}console.log('log')
console.error('error')
process.stdout.write('write\\n')
console.table([1])
const twice = task(import.meta, (n/*: number */) => n * 2)
console.log(await parallel(twice, [1, 2], { executor, numWorkers: 2 }))
`,
    prints:
      'log\nwrite\n┌─────────┬────────┐\n│ (index) │ Values │\n├─────────┼────────┤\n│ 0       │ 1      │\n└─────────┴────────┘\n[ 2, 4 ]',
    complains: 'error\n',
  },
  {
    name: 'what an item prints is seen in whole lines before its result',
    main: `${imports}const say = task(import.meta, async (n/*: number */) => {
  process.stdout.write('item ')
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.stdout.write(n + '\\nopen')
  return n
})
for await (const n of parallel.stream(say, [1, 2], { executor, numWorkers: 1 })) console.log('result ' + n)
`,
    prints: 'item 1\nopen\nresult 1\nitem 2\nopen\nresult 2',
  },
  {
    name: 'what an item prints is seen though its worker exits then',
    main: `${imports}const leave = task(import.meta, (n/*: number */) => {
  console.log('leaving ' + n)
  process.exit(0)
})
for await (const { error } of parallel.stream(leave, [1], { executor, numWorkers: 1, onError: 'collect' })) console.log(error.code)
`,
    prints: 'leaving 1\nWORKER_EXITED',
  },
  {
    name: 'what an item prints is seen though its worker is killed then',
    main: `${imports}const die = task(import.meta, (n/*: number */) => {
  console.log('dying ' + n)
  process.kill(process.pid, 'SIGKILL')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
for await (const { error } of parallel.stream(die, [1], { executor, numWorkers: 1, onError: 'collect' })) console.log(error.code)
`,
    prints: 'dying 1\nWORKER_KILLED',
    executors: ['processes'],
  },
  {
    name: 'a module imported by await above the call',
    main: `${imports}const { factor } = await import('./other.EXT')
const scale = task(import.meta, (n/*: number */) => n * factor)
console.log(await parallel(scale, [1, 2], { executor, numWorkers: 2 }))
`,
    files: { other: 'await new Promise((resolve) => setTimeout(resolve, 10))\nexport const factor = 3\n' },
    prints: '[ 3, 6 ]',
  },
  {
    name: 'if (import.meta.main)',
    main: `${imports}const twice = task(import.meta, (n/*: number */) => n * 2)
if (import.meta.main) {
  console.log(await parallel(twice, [1, 2], { executor, numWorkers: 2 }))
}
`,
    prints: '[ 2, 4 ]',
    since: 24,
    starts: ({ args }) => args.length === 0,
  },
  {
    name: 'a module that can not be imported in a worker is one error, not one an item',
    main: `${imports}if (inWorker) throw new RangeError('not here')
const twice = task(import.meta, (n/*: number */) => n * 2)
try {
  await parallel(twice, Array(1000).fill(1), { executor, numWorkers: 2, onError: 'collect' })
} catch (error) {
  console.log(error.code, error.cause.name, error.cause.message)
}
console.log(await parallel((n/*: number */) => n * 2, [1, 2], { executor, numWorkers: 2 }))
`,
    prints: 'IMPORT_FAILED RangeError not here\n[ 2, 4 ]',
  },
  {
    name: 'a file that changes while the program runs',
    main: `import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
${imports}const twice = task(import.meta, (n/*: number */) => n * 2)
if (!inWorker) appendFileSync(fileURLToPath(import.meta.url), '// changed')
${failing('  await parallel(twice, [1, 2], { executor, numWorkers: 2 })')}`,
    prints: 'TASK_FILE_CHANGED',
  },
]
