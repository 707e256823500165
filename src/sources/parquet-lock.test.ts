import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { exclusively, isHeldHere } from './parquet-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))
const making = { lock: join(folder, 'lock'), part: join(folder, 'part') }
let done = false
const isDone = (): boolean => done
beforeEach(() => {
  done = false
  for (const file of Object.values(making)) rmSync(file, { force: true })
})

test('one works, the others wait until it is done, and work no more', async () => {
  let working = 0
  let worked = 0
  const work = async (): Promise<void> => {
    expect(++working).toBe(1)
    expect(isHeldHere(making.lock)).toBe(true)
    await delay(120)
    working--
    worked++
    done = true
  }
  await Promise.all([1, 2, 3].map(() => exclusively(making, isDone, work)))
  expect(worked).toBe(1)
  expect(existsSync(making.lock)).toBe(false)
})

test('where one fails, the next one works', async () => {
  const failing = exclusively(making, isDone, async () => {
    await delay(80)
    throw new Error('full')
  })
  let worked = false
  const waiting = exclusively(making, isDone, async () => {
    worked = true
  })
  await expect(failing).rejects.toThrow('full')
  await waiting
  expect(worked).toBe(true)
})

test('the lock of a process that is gone, and one that nobody writes under, are taken', async () => {
  const gone = spawnSync(process.execPath, ['-e', 'process.stdout.write(String(process.pid))'], { encoding: 'utf8' }).stdout
  writeFileSync(making.lock, gone)
  await exclusively(making, isDone, async () => expect(readFileSync(making.lock, 'utf8')).toBe(String(process.pid)))
  writeFileSync(making.lock, String(process.pid))
  utimesSync(making.lock, 1, 1)
  let worked = false
  await exclusively(making, isDone, async () => {
    worked = true
  })
  expect(worked).toBe(true)
})

test('a lock under which is written is waited for, until the call is given up', async () => {
  writeFileSync(making.lock, String(process.pid))
  utimesSync(making.lock, 1, 1)
  writeFileSync(making.part, 'tile')
  const never = (): Promise<void> => Promise.reject(new Error('it is not free'))
  await expect(exclusively(making, isDone, never, AbortSignal.timeout(200))).rejects.toThrow(/aborted/)
  expect([existsSync(making.lock), existsSync(making.part)]).toEqual([true, true])
})
