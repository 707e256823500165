// Runs that are killed, starved of disk and descriptors, or have their journal damaged. `npm run campaign` does the same by the hundred.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Finished, main, millrace, start } from '../cli/millrace.ts'
import { outputsOf, project } from '../jobs/fixture.ts'

let root: string
let remove: () => void
const COUNT = 200

beforeEach(() => {
  ;({ root, remove } = project())
  mkdirSync(join(root, 'in'))
  for (let i = 0; i < COUNT; i++) writeFileSync(join(root, 'in', `${i}.txt`), i % 50 === 7 ? 'throw' : `word number ${i}`)
})
afterEach(() => remove())

const args = (out: string, ...more: string[]): string[] => ['run', 'job.ts', '--input', 'in', '--out', out, '--workers', '2', ...more]
const slow = ['--param', 'ms=4']
const out = (): string => join(root, 'out')

/** Waits until a run has committed something. */
async function committed(folder: string, bytes = 1): Promise<void> {
  const journal = join(folder, '.millrace/journal.jsonl')
  for (let tries = 0; tries < 1500; tries++) {
    if (existsSync(journal) && readFileSync(journal).length >= bytes) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the run has committed nothing')
}

const known = new Map<string, Record<string, string>>()

/** What a run that is left alone makes. */
async function quiet(...more: string[]): Promise<Record<string, string>> {
  const before = known.get(more.join(' '))
  if (before !== undefined) return before
  const { code, stderr } = await millrace(args('quiet', ...more), root)
  expect(code, stderr).toBe(1)
  const made = outputsOf(join(root, 'quiet'))
  known.set(more.join(' '), made)
  return made
}

const childrenOf = (pid: number): string =>
  spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .trim()

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s once: what is in flight is committed, the run says how to go on, and goes on', async (signal, expected) => {
    const { child, finished } = start(args('out', ...slow, '--durability', 'item', '--json'), root)
    await committed(out(), 5000)
    child.kill(signal)
    const { code, stdout, stderr } = await finished
    expect(code, stderr).toBe(expected)
    expect(stderr).toContain('To go on: the same command')
    const { done, failed, stopped } = JSON.parse(stdout) as { done: number; failed: number; stopped: string }
    expect(stopped).toBe('signal')
    expect(done + failed).toBeLessThan(COUNT)
    // Everything that lies there is in the journal.
    const made = new Set(Object.keys(outputsOf(out())).map((name) => name.split('/')[0]))
    expect(made.size).toBe(done)
    expect(childrenOf(child.pid!)).toBe('')
    const again = await millrace(args('out', ...slow, '--json'), root)
    expect(JSON.parse(again.stdout)).toMatchObject({ skipped: done + failed, complete: true })
    expect(outputsOf(out())).toEqual(await quiet(...slow))
  })

  test('SIGINT twice: at once, and no worker process stays', async () => {
    // The third of the list: one worker has it from the start, the other goes on.
    writeFileSync(join(root, 'in/10.txt'), 'hang')
    const { child, finished } = start(args('out', '--processes', '--durability', 'item'), root)
    await committed(out())
    const workers = childrenOf(child.pid!).split(/\s+/).map(Number)
    expect(workers.length).toBeGreaterThanOrEqual(2)
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(child.exitCode).toBe(null) // Once waits for the item that hangs.
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(workers.filter(lives)).toEqual([])
  })

  test('SIGKILL of the program: no worker process stays', async () => {
    const { child, finished } = start(args('out', ...slow, '--processes', '--durability', 'item'), root)
    await committed(out(), 3000)
    const workers = childrenOf(child.pid!).split(/\s+/).map(Number)
    child.kill('SIGKILL')
    await finished
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(workers.filter(lives)).toEqual([])
  })
})

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test.each(['out', 'out.zip', 'out.tar'])('SIGKILL again and again into %s: the end is that of a quiet run', async (target) => {
  const read = (): string[] =>
    [target, `${target}.metadata.jsonl`]
      .filter((name) => existsSync(join(root, name)))
      .map((name) => (target === 'out' ? JSON.stringify(outputsOf(out())) : readFileSync(join(root, name), 'latin1')))
  await millrace(args(target, ...slow), root)
  const whole = read()
  expect(whole.length).toBeGreaterThan(0)
  for (const name of readdirSync(root).filter((each) => each.startsWith('out'))) rmSync(join(root, name), { recursive: true })
  let kills = 0
  for (let i = 0; i < 12; i++) {
    const { child, finished } = start(args(target, ...slow), root)
    setTimeout(() => child.kill('SIGKILL'), 250 + i * 110)
    if ((await finished).code === 'SIGKILL') kills++
  }
  expect(kills).toBeGreaterThan(2)
  const { code, stderr } = await millrace(args(target, ...slow), root)
  expect(code, stderr).toBe(1)
  expect(read()).toEqual(whole)
})

test('a second run into the same output: 75, naming the process; a lock of one that is gone is taken over', async () => {
  const { child, finished } = start(args('out', ...slow, '--durability', 'item'), root)
  await committed(out())
  const second = await millrace(args('out', ...slow), root)
  expect(second.code).toBe(75)
  expect(second.stderr).toContain(`process ${child.pid}`)
  const status = JSON.parse((await millrace(['status', 'out', '--json'], root)).stdout) as {
    state: string
    pid: number
    done: number
    remaining: number
  }
  expect(status).toMatchObject({ state: 'running', pid: child.pid })
  expect(status.done).toBeGreaterThan(0)
  expect((await millrace(['verify', 'out'], root)).code).toBe(75)
  child.kill('SIGKILL')
  await finished
  // The pid is another process's now: ours.
  const lock = join(out(), '.millrace/lock')
  writeFileSync(lock, JSON.stringify({ ...(JSON.parse(readFileSync(lock, 'utf8')) as object), pid: process.pid }))
  expect((await millrace(args('out', ...slow), root)).code).toBe(1)
  expect(existsSync(lock)).toBe(false)
})

test('stdout closed, and nobody reads stderr: nothing is lost', async () => {
  const shell = spawn(
    'sh',
    ['-c', `"${process.execPath}" "${main}" ${args('out', ...slow, '--json').join(' ')} 2>&1 >&- | head -c 1 >/dev/null`],
    { cwd: root },
  )
  await new Promise((resolve) => shell.on('exit', resolve))
  for (let i = 0; i < 1000 && existsSync(join(out(), '.millrace/lock')); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(outputsOf(out())).toEqual(await quiet(...slow))
})

describe('the journal', () => {
  const journal = (): string => join(out(), '.millrace/journal.jsonl')
  beforeEach(async () => {
    await millrace(args('out', '--durability', 'item'), root)
  })

  test('a torn end is cut off and done again', async () => {
    const whole = outputsOf(out())
    const bytes = readFileSync(journal())
    writeFileSync(journal(), bytes.subarray(0, bytes.length - 700))
    const { stdout, code } = await millrace(args('out', '--json'), root)
    expect(code).toBe(1)
    expect((JSON.parse(stdout) as { done: number }).done).toBeGreaterThan(0)
    expect(outputsOf(out())).toEqual(whole)
    appendFileSync(journal(), 'half a li')
    expect((await millrace(args('out', '--json'), root)).code).toBe(1)
  })

  test('a flipped byte in the middle is refused with its line; nothing is touched; --restart begins anew', async () => {
    const bytes = readFileSync(journal())
    const at = bytes.indexOf('"size"', bytes.length >> 1)
    bytes[at + 8]! ^= 1
    writeFileSync(journal(), bytes)
    const line = bytes.subarray(0, at).toString('latin1').split('\n').length
    for (const command of [args('out'), ['status', 'out'], ['verify', 'out']]) {
      const { code, stderr } = await millrace(command, root)
      expect(code).toBe(2)
      expect(stderr).toContain(`Line ${line} of`)
    }
    expect(readFileSync(journal()).equals(bytes)).toBe(true)
    expect((await millrace(args('out', '--restart'), root)).code).toBe(1)
  })
})

describe('descriptors', () => {
  test('few of them: the run waits its turn and fails no item', async () => {
    const command = `ulimit -n 100; exec "${process.execPath}" "${main}" ${args('out', '--json').join(' ')}`
    const { code, stdout, stderr } = await shell(command)
    expect(code, stderr).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ failed: COUNT / 50 })
  })
})

const shell = (command: string): Promise<Finished> => {
  const child: ChildProcess = spawn('bash', ['-c', command], { cwd: root, timeout: 100_000, killSignal: 'SIGKILL' })
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (data) => (stdout += String(data)))
  child.stderr!.on('data', (data) => (stderr += String(data)))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', stdout, stderr })))
}

const mounts = spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs "$d" && umount "$d" && rmdir "$d"']).status === 0
if (!mounts) console.log('skipped: a full disk, which needs the right to mount a tmpfs')

describe.runIf(mounts)('a full disk', () => {
  test.each(['small', 'small/out.zip', 'small/out.tar'])(
    'into %s: 3, the path named, what was committed kept; with room it goes on',
    async (target) => {
      const small = join(root, 'small')
      mkdirSync(small)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small]).status).toBe(0)
      try {
        const { code, stderr } = await millrace(args(target, '--param', 'size=2', '--durability', 'item'), root)
        expect(code, stderr).toBe(3)
        expect(stderr).toMatch(/The disk takes no more: ENOSPC.*small.*the same command goes on/)
        const { done } = JSON.parse((await millrace(['status', target, '--json'], root)).stdout) as { done: number }
        expect(done).toBeGreaterThan(0)
        expect(done).toBeLessThan(COUNT)
        expect(spawnSync('mount', ['-o', 'remount,size=200m', small]).status).toBe(0)
        const again = await millrace(args(target, '--param', 'size=2', '--json'), root)
        expect(again.code, again.stderr).toBe(1)
        const summary = JSON.parse(again.stdout) as { totalDone: number; skipped: number }
        expect(summary.totalDone).toBe(COUNT - COUNT / 50)
        expect(summary.skipped).toBeGreaterThanOrEqual(done)
        const made = target === 'small' ? outputsOf(small) : readFileSync(join(root, target), 'latin1')
        const other = target === 'small' ? 'whole' : target.replace('small/', '')
        await millrace(args(other, '--param', 'size=2'), root)
        expect(made).toEqual(target === 'small' ? outputsOf(join(root, other)) : readFileSync(join(root, other), 'latin1'))
      } finally {
        spawnSync('umount', ['-l', small])
      }
    },
  )

  test('a disk that can only be read: 2, before any work', async () => {
    const small = join(root, 'small')
    mkdirSync(small)
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', small])
    try {
      const { code, stderr } = await millrace(args('small/out'), root)
      expect([code, stderr]).toEqual([2, expect.stringContaining("can't be written to")])
    } finally {
      spawnSync('umount', ['-l', small])
    }
  })
})

const traces = spawnSync('strace', ['-V']).status === 0
if (!traces) console.log('skipped: faults at system calls, which need strace')

describe.runIf(traces)('a fault at a system call', () => {
  const inject = (call: string, what: string): string => `strace -f -qq -o /dev/null -e trace=${call} -e inject=${call}:${what}`
  const traced = (call: string, what: string, ...more: string[]): Promise<Finished> =>
    shell(`${inject(call, what)} "${process.execPath}" "${main}" ${args('out', ...more).join(' ')}`)

  test.each([
    ['fdatasync', 'error=EIO:when=3+'],
    ['fsync', 'error=EIO:when=2+'],
    ['rename', 'error=ENOSPC:when=20'],
    ['mkdir', 'error=ENOSPC:when=30'],
  ])('%s %s: 3, never taken for success, and the next run ends it', async (call, what) => {
    const { code, stderr } = await traced(call, what)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('The disk takes no more')
    const again = await millrace(args('out'), root)
    expect(again.code, again.stderr).toBe(1)
    expect(outputsOf(out())).toEqual(await quiet())
  })

  test.each(['rename:when=40', 'fsync:when=9', 'fdatasync:when=2', 'mkdir:when=60', 'ftruncate:when=1', 'link:when=1', 'unlink:when=1'])(
    'killed at %s',
    async (point) => {
      const [call, when] = point.split(':') as [string, string]
      const { code } = await traced(call, `signal=SIGKILL:${when}`)
      expect([137, 'SIGKILL', 1]).toContain(code)
      const again = await millrace(args('out'), root)
      expect(again.code, again.stderr).toBe(1)
      expect(outputsOf(out())).toEqual(await quiet())
    },
  )

  test('EBUSY and EMFILE pass by', async () => {
    const { code, stderr } = await traced('rename', 'error=EBUSY:when=10..14')
    expect(code, stderr).toBe(1)
    expect(outputsOf(out())).toEqual(await quiet())
  })
})
