import { expect, it } from 'vitest'
import { readOgg } from './ogg.ts'

interface Page {
  flags?: number
  granule?: number
  serial?: number
  sequence: number
  lacing: number[]
  body: number[]
}

function page({ flags = 0, granule = -1, serial = 7, sequence, lacing, body }: Page): Buffer {
  const out = Buffer.from([...Buffer.from('OggS'), 0, flags, ...Array.from({ length: 20 }, () => 0), lacing.length, ...lacing, ...body])
  out.writeBigInt64LE(BigInt(granule), 6)
  out.writeUInt32LE(serial, 14)
  out.writeUInt32LE(sequence, 18)
  // The checksum bit by bit, as the RFC says it.
  let crc = 0
  for (const byte of out) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  out.writeInt32LE(crc, 22)
  return out
}

const long = Array.from({ length: 300 }, (_, i) => i & 255)
const pages: Page[] = [
  { sequence: 0, flags: 2, granule: 0, lacing: [3, 0], body: [1, 2, 3] },
  { sequence: 1, granule: 0, lacing: [1, 255], body: [9, ...long.slice(0, 255)] },
  { sequence: 0, serial: 8, granule: 99, lacing: [2], body: [0, 0] },
  { sequence: 2, flags: 1, granule: 500, lacing: [45, 255, 0], body: [...long.slice(255), ...long.slice(0, 255)] },
  { sequence: 3, flags: 4, granule: 640, lacing: [1], body: [4] },
]
const packets = (bytes: Uint8Array): number[][] => readOgg(bytes).packets.map((packet) => [...packet])

it('joins packets over pages of one stream, to its last', () => {
  const bytes = Buffer.concat([...pages.map(page), page({ sequence: 4, granule: 5, lacing: [1], body: [5] })])
  expect(packets(bytes)).toEqual([[1, 2, 3], [], [9], long, long.slice(0, 255), [4]])
  expect(readOgg(bytes).end).toBe(640)
})

it('leaves out a damaged page and the packets that it has a part in', () => {
  const parts = pages.map(page)
  parts[1]![40]! ^= 1
  expect(packets(Buffer.concat([Buffer.from('OggS junk'), ...parts]))).toEqual([[1, 2, 3], [], long.slice(0, 255), [4]])
  expect(readOgg(Buffer.concat(parts.slice(0, 1))).end).toBe(0)
  expect(readOgg(new Uint8Array(100))).toEqual({ packets: [], end: 0 })
})
