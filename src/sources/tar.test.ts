import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { padding, tarEnd, tarHeader } from '../codec/tar-write.ts'
import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { peelMaps } from '../dataset/iterable.ts'
import type { Member } from './member.ts'
import { type TarDataset, tarMembers, type TarOptions } from './tar.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-tar-'))
afterAll(() => rmSync(folder, { recursive: true }))
const goldenTar = (file: string): string => fileURLToPath(new URL(`../../golden/sinks/files/${file}`, import.meta.url))
let written = 0
const write = (...parts: Uint8Array[]): string => {
  const file = join(folder, `${written++}.tar`)
  writeFileSync(file, Buffer.concat(parts))
  return file
}
const member = (name: string, content: Uint8Array): Buffer =>
  Buffer.concat([tarHeader(name, content.length), content, padding(content.length)])
const all = async (where: string | string[], options?: TarOptions): Promise<Member[]> => {
  const members: Member[] = []
  for await (const one of tarMembers(where, options)) members.push(one)
  return members
}
const code = (expected: string, message: RegExp): Error =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) as string }) as Error

test('a member too large, or with a name that leads out of a folder, fails alone where maps run in workers', async () => {
  const file = write(member('../a', Buffer.of(1)), member('big', Buffer.alloc(2000)), member('x/ok', Buffer.of(2)), tarEnd)
  await expect(all(file)).rejects.toEqual(code('BAD_NAME', /\d\.tar, member "\.\.\/a": .*a path within/))
  const { source, maps } = peelMaps(tarMembers(file, { maxBytes: 1000 }))
  const [check] = maps as { run: Function; params: object }[]
  const results: unknown[] = []
  for await (const raw of source as TarDataset) {
    try {
      results.push(check!.run(raw, 0, { params: check!.params }))
    } catch (error) {
      results.push((error as MillraceError).code)
    }
  }
  expect(results).toEqual(['BAD_NAME', 'TOO_LARGE', { name: 'x/ok', bytes: Uint8Array.of(2), label: 'x' }])
})

test('a tar that is cut short says where; one without its end is taken, as by Python', async () => {
  const whole = readFileSync(goldenTar('gnu.tar'))
  const cut = (length: number): Promise<Member[]> => all(write(whole.subarray(0, length)))
  await expect(cut(700)).rejects.toEqual(code('BAD_TAR', /\.tar, before byte 700: .*cut short/))
  await expect(cut(512 * 2 + 100)).rejects.toEqual(code('BAD_TAR', /cut short, 668 bytes/))
  await expect(all(write(Buffer.from('no tar at all'.repeat(100))))).rejects.toEqual(code('BAD_TAR', /no tar/))
  expect(await all(write(member('a', Buffer.of(1))))).toEqual([{ name: 'a', bytes: Uint8Array.of(1) }])
  expect(await all(write())).toEqual([])
  await expect(all(write(gzipSync(whole).subarray(0, 200)))).rejects.toEqual(code('INPUT_UNREADABLE', /unexpected end of file/))
  await expect(all(write(Buffer.from('\xfd7zXZ\0', 'latin1')))).rejects.toEqual(code('BAD_TAR', /packed by xz/))
})

test('hostile headers allocate nothing', async () => {
  const huge = tarHeader('a', 8 ** 11 - 1)
  await expect(all(write(huge), { maxBytes: Infinity })).rejects.toEqual(code('BAD_TAR', /cut short/))
  const pax = tarHeader(`${'n'.repeat(101)}é`, 0)
  pax.write('77777777777', 124, 'latin1')
  pax.write('        ', 148, 'latin1')
  const sum = pax.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  pax.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1')
  await expect(all(write(pax))).rejects.toEqual(code('BAD_TAR', /may have 1048576 bytes/))
})

test('what tarHeader writes is read again, whatever the name and size', async () => {
  const names = [
    'a',
    'ü/ä',
    'n'.repeat(100),
    'n'.repeat(101),
    `${'d'.repeat(155)}/${'n'.repeat(100)}`,
    `${'d'.repeat(156)}/${'n'.repeat(100)}`,
    'é'.repeat(800),
    ' =\n',
  ]
  const file = write(...names.map((name, i) => member(name, Buffer.alloc(i * 300, i))), tarEnd)
  const members = await all(file)
  expect(members.map(({ name }) => name)).toEqual(names)
  expect(members.map(({ bytes }) => bytes.length)).toEqual(names.map((_, i) => i * 300))
})

test('folders, patterns and GNU tar itself', async () => {
  const tars = join(folder, 'tars')
  mkdirSync(join(tars, 'in'), { recursive: true })
  writeFileSync(join(tars, 'in', 'sparse'), 'x')
  writeFileSync(join(tars, 'b.tar'), Buffer.concat([member('b', Buffer.of(2)), tarEnd]))
  writeFileSync(join(tars, 'a.tar.gz'), gzipSync(Buffer.concat([member('a', Buffer.of(1)), tarEnd])))
  writeFileSync(join(tars, 'notes.txt'), 'none')
  expect((await all(tars)).map(({ name }) => name)).toEqual(['a', 'b'])
  expect((await all(`${tars}/*.tar`)).map(({ name }) => name)).toEqual(['b'])
  execFileSync('tar', ['-cf', join(tars, 'gnu.tar'), '-C', tars, './in', 'notes.txt'])
  expect((await all(join(tars, 'gnu.tar'))).map(({ name }) => name)).toEqual(['in/sparse', 'notes.txt'])
  expect(() => tarMembers(join(folder, 'gone'))).toThrow(code('NO_INPUT', /gone/))
})

test.skipIf(process.platform !== 'linux')('files are closed when a loop is left', async () => {
  const openFiles = (): number => readdirSync('/proc/self/fd').length
  const before = openFiles()
  for (let i = 0; i < 20; i++) for await (const { name } of tarMembers(goldenTar(i % 2 ? 'gnu.tar' : 'pax.tar.gz'))) if (name !== '') break
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(openFiles()).toBeLessThan(before + 5)
})

test('600 mutants: members are read or fail by name, and nothing hangs', async () => {
  const file = join(folder, 'mutant.tar')
  let [read, failed] = [0, 0]
  for (const golden of ['pax.tar', 'gnu.tar']) {
    const whole = readFileSync(goldenTar(golden)).subarray(0, 9216)
    for (let seed = 0; seed < 300; seed++) {
      const random = randomOf(seed)
      const mutant = Buffer.from(whole)
      for (let i = 0; i < 1 + 3 * random(); i++) mutant[Math.floor(random() * mutant.length)] = Math.floor(random() * 256)
      // Most would fail at their checksum alone.
      for (let at = 0; at < mutant.length && random() < 0.95; at += 512)
        if (mutant.toString('latin1', at + 257, at + 262) === 'ustar') restore(mutant, at)
      writeFileSync(file, mutant)
      try {
        for await (const { bytes } of tarMembers(file)) read += crc32(bytes) >= 0 ? 1 : 0
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        failed++
      }
    }
  }
  expect(read).toBeGreaterThan(300)
  expect(failed).toBeGreaterThan(100)
})

function restore(tar: Buffer, at: number): void {
  tar.fill(' ', at + 148, at + 156)
  const sum = tar.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, at + 148, 'latin1')
}
