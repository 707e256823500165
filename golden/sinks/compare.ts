// Writes what compare.py describes in items.json, in the folder given, into a zip, a deflated zip, tar shards, an npz and a Parquet file,
// stopping and going on at random.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeNpz } from '../../src/codec/npz.ts'
import { randomOf } from '../../src/core/random.ts'
import type { Committed, Sink } from '../../src/core/sink.ts'
import { writeParquet } from '../../src/sinks/parquet.ts'
import { tarSink } from '../../src/sinks/tar.ts'
import { zipSink } from '../../src/sinks/zip.ts'

interface Item {
  stem: string
  files: { name: string; at: number; size: number }[]
}

const folder = process.argv[2]!
const seed = Number(process.argv[3])
const items = JSON.parse(readFileSync(join(folder, 'items.json'), 'utf8')) as Item[]
const content = readFileSync(join(folder, 'content'))

const committed: Committed[] = items.map(({ stem, files }, ordinal) => ({
  ordinal,
  stem,
  outputs: files.map(({ name, at, size }) => {
    const bytes = content.subarray(at, at + size)
    return { name: `${stem}/${name}`, size, crc: crc32(bytes), bytes }
  }),
}))

async function write(make: () => Sink, random: () => number): Promise<void> {
  let sink = make()
  await sink.open()
  let position: unknown
  for (let i = 0; i < committed.length;) {
    const count = 1 + Math.floor(random() * 20)
    const next = await sink.commit(committed.slice(i, i + count))
    // A kill may lose the last commit.
    const lost = random() < 0.1
    if (!lost) {
      position = next
      i += count
    }
    if (lost || random() < 0.1) {
      if (random() < 0.3) await sink.finish()
      await sink.close()
      sink = make()
      if (position === undefined) i = 0
      await sink.open(position)
    }
  }
  await sink.finish()
  await sink.close()
}

await write(() => zipSink(join(folder, 'stored.zip')), randomOf(seed, 0))
await write(() => zipSink(join(folder, 'deflated.zip'), { compress: true }), randomOf(seed, 1))
await write(() => tarSink(join(folder, 'shard-%06d.tar'), { maxCount: 1 + (seed % 37), maxBytes: 100_000 }), randomOf(seed, 2))
await write(() => tarSink(join(folder, 'one.tar')), randomOf(seed, 3))
const arrays = items.slice(0, 50).map(({ stem, files }) => {
  const data = Float64Array.from(files, ({ size }) => size / 7)
  return [stem, { data, dims: [data.length], type: 'float64' as const }] as const
})
writeFileSync(join(folder, 'arrays.npz'), encodeNpz(Object.fromEntries(arrays)))
await writeParquet(
  join(folder, 'rows.parquet'),
  items.map(({ stem, files }) => ({ stem, count: files.length, bytes: files.map(({ size }) => size), mean: files.length / 3, some: files[0]?.name })),
)
