import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AppendFile } from './append-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-append-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('appends any number of buffers, empty ones too, and goes on at a length', async () => {
  const path = join(folder, 'a')
  const file = await AppendFile.open(path, 0, true)
  const buffers = Array.from({ length: 3000 }, (_, i) => Buffer.alloc(i % 7, i))
  await file.append(buffers)
  await file.append([Buffer.alloc(0)])
  await file.append([])
  await file.flush()
  await file.close()
  const whole = Buffer.concat(buffers)
  expect(file.length).toBe(whole.length)
  expect(readFileSync(path)).toEqual(whole)
  const again = await AppendFile.open(path, 10, true)
  await again.append([Buffer.from('end')])
  await again.close()
  expect(readFileSync(path)).toEqual(Buffer.concat([whole.subarray(0, 10), Buffer.from('end')]))
})

test('a file shorter than it was, or gone, is refused', async () => {
  const path = join(folder, 'b')
  writeFileSync(path, 'four')
  await expect(AppendFile.open(path, 5, true)).rejects.toMatchObject({
    code: 'BAD_STATE',
    message: expect.stringMatching(/5 bytes .* 4 bytes/),
  })
  await expect(AppendFile.open(join(folder, 'gone'), 5, true)).rejects.toMatchObject({ code: 'BAD_STATE' })
})

test.skipIf(process.platform !== 'linux')('a full disk is named', async () => {
  const file = await AppendFile.open('/dev/full', 0, false)
  await expect(file.append([Buffer.alloc(10)])).rejects.toMatchObject({ code: 'ENOSPC', path: '/dev/full' })
  expect(file.length).toBe(0)
  await file.close()
})
