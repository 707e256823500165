import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { Pass, type Position } from '../dataset/position.ts'
import type { Member } from './member.ts'
import { tarMembers } from './tar.ts'
import { ZipDataset } from './zip.ts'

const cases = goldenJson<{ file: string; members: { name: string; size: number; crc: number }[] }[]>('sinks/cases.json')
const pathOf = (file: string): string => fileURLToPath(new URL(`../../golden/sinks/files/${file}`, import.meta.url))
const described = ({ name, bytes, label }: Member): object => ({ name, label, size: bytes.length, crc: crc32(bytes) })
const labelled = cases.map(({ file, members }) => ({
  file,
  expected: members.map((member) => ({ ...member, label: member.name.split('/').at(-2) })),
}))

describe("archives of Python's zipfile and tarfile", () => {
  test.each(labelled.filter(({ file }) => file.endsWith('.zip')))('$file', ({ file, expected }) => {
    const zip = new ZipDataset(pathOf(file))
    const members = Array.from({ length: zip.length }, (_, i) => zip.get(i))
    expect(members.map(described)).toEqual(expected)
    expect(members.map((_, i) => zip.nameOf(i))).toEqual(expected.map(({ name }) => name))
    // What is sent to a worker must not take a larger buffer along.
    for (const { bytes } of members) expect(bytes.buffer.byteLength).toBe(bytes.length)
  })

  test.each(labelled.filter(({ file }) => file.includes('.tar')))('$file', async ({ file, expected }) => {
    const members: object[] = []
    for await (const member of tarMembers(pathOf(file))) {
      members.push(described(member))
      expect(member.bytes.buffer.byteLength).toBe(member.bytes.length)
    }
    expect(members).toEqual(expected)
  })

  test('a pass over tars goes on behind any member, in the middle of a gzip too', async () => {
    const tars = tarMembers([pathOf('gnu.tar'), pathOf('pax.tar.gz'), pathOf('ustar.tar')])
    const all: object[] = []
    for await (const member of tars) all.push(described(member))
    expect(all.length).toBe(7 + 7 + 6)
    for (let taken = 0; taken <= all.length; taken++) {
      const pass = new Pass(tars, { epoch: 0, seed: 0 })
      for (let i = 0; i < taken; i++) await pass.next()
      const position = JSON.parse(JSON.stringify(pass.position())) as Position
      await pass.return()
      const rest: object[] = []
      for await (const member of new Pass(tars, { epoch: 0, seed: 0 }, position)) rest.push(described(member))
      expect(rest).toEqual(all.slice(taken))
    }
  })
})
