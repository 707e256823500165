import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataLoader, parallel, parquetPixels, type PixelRow } from 'millrace'
import { afterAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'millrace-pixels-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = fileURLToPath(new URL('../../golden/parquet/workers/many.parquet', import.meta.url))
const ROWS = 450_000

/** As golden/parquet/make.py makes it. */
function check({ id, pixels }: PixelRow): void {
  const row = Number(id)
  const ok = pixels.data.every((level, x) => level === (Math.floor(row / 900) + x) % 256)
  if (!ok || pixels.data.length !== 40) throw new Error(`row ${id} is ${pixels.data.join(' ')}`)
}

test('workers read one file side by side', async () => {
  const ds = parquetPixels(file, { shape: [5, 8], cache: join(folder, 'prepared') })
  expect(ds.length).toBe(ROWS)
  const seen: number[] = []
  await ds.prepare({ progress: ({ done }) => void seen.push(done) })
  expect(seen.at(-1)).toBeGreaterThan(3)
  for (let i = 0; i < ROWS; i += 997) check(await ds.get(i))
  check(await ds.get(ROWS - 1))
})

test('rows that are not prepared are so by the first worker that wants one', async () => {
  const ds = parquetPixels(file, { shape: [5, 8], cache: join(folder, 'not-prepared') })
  const sampler = Array.from({ length: 400 }, (_, i) => (i * 7919) % ROWS)
  let count = 0
  for await (const { id, pixels } of new DataLoader(ds, { batchSize: 20, numWorkers: 2, sampler })) {
    const { data } = pixels as unknown as { data: Uint8Array }
    expect(data.length).toBe(20 * 40)
    for (const [i, name] of id.entries()) {
      check({ id: name, pixels: { data: data.subarray(i * 40, i * 40 + 40), height: 5, width: 8, channels: 1 } })
    }
    count += id.length
  }
  expect(count).toBe(400)
  expect(readdirSync(join(folder, 'not-prepared')).filter((name) => !name.endsWith('.rows'))).toEqual([])
})

test('they are the items of parallel', async () => {
  const ds = parquetPixels(file, { shape: [5, 8], cache: join(folder, 'prepared') })
  const first = async function* (): AsyncGenerator<PixelRow> {
    for await (const row of ds) {
      if (row.id === '50') return
      yield row
    }
  }
  expect(await parallel(({ pixels }: PixelRow) => pixels.data[3]!, first(), { numWorkers: 2 })).toEqual(Array(50).fill(3))
})

describe('the rows of a program', () => {
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  const run = (then: string): { status: number | null; signal: string | null; rows: string[] } => {
    const code = `
      import { parquetPixels } from 'millrace'
      const ds = parquetPixels(${JSON.stringify(file)}, { shape: [5, 8] })
      await ds.prepare()
      if ((await ds.get(901)).pixels.data[0] !== 1) process.exit(3)
      ${then}`
    // Beside this file, where `millrace` is found.
    const script = join(import.meta.dirname, `rows-${process.pid}.mjs`)
    writeFileSync(script, code)
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary }
    const { status, signal } = spawnSync(process.execPath, [script], { stdio: 'inherit', env })
    rmSync(script)
    return {
      status,
      signal,
      rows: readdirSync(temporary, { recursive: true })
        .map(String)
        .filter((name) => name.includes('.rows')),
    }
  }

  test('are gone when it ends, stay when it is killed, and are found by the next', () => {
    expect(run('')).toEqual({ status: 0, signal: null, rows: [] })
    const killed = run(`process.kill(process.pid, 'SIGKILL')`)
    expect(killed.rows).toEqual([expect.stringMatching(/\.rows$/)])
    const made = statSync(join(temporary, killed.rows[0]!)).mtimeMs
    const again = run(`process.kill(process.pid, 'SIGKILL')`)
    expect([again.rows, statSync(join(temporary, again.rows[0]!)).mtimeMs]).toEqual([killed.rows, made])
    expect(run('process.exit(7)')).toEqual({ status: 7, signal: null, rows: [] })
  })
})
