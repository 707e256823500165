import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Committed, Output, Sink } from '../core/sink.ts'
import type { Runner } from './executor.ts'

/** An item as the suite thinks of it: its folder, and its files by their names there. */
interface Item {
  stem: string
  files: Record<string, Uint8Array>
}

/** All bytes there are, from a seed. */
const bytesOf = (size: number, seed: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * i * 31 + i * seed + seed) >> 3)

const items: Item[] = [
  { stem: 'a', files: { '0.png': bytesOf(700, 1), '1.png': bytesOf(70_000, 2) } },
  { stem: 'empty', files: { 'none.txt': new Uint8Array(0) } },
  { stem: 'nothing', files: {} },
  { stem: 'földer/ü b', files: { 'ä 中 😀.json': bytesOf(512, 3), 'masks/0.png': bytesOf(513, 4) } },
  { stem: 'dots.and.100%', files: { 'x.tar.gz': bytesOf(1, 5), 'no extension': bytesOf(511, 6) } },
  { stem: `long/${'l'.repeat(120)}`, files: { [`${'n'.repeat(100)}.bin`]: bytesOf(33, 7) } },
  { stem: 'zeros', files: { 'z.bin': new Uint8Array(100_000) } },
  ...Array.from({ length: 5 }, (_, i) => ({
    stem: `item-${i}`,
    files: { 'clip.wav': bytesOf(1000 + i, i), 'label.json': bytesOf(20, i) },
  })),
]

/**
 * What every sink must do, as tests. Prove one of your own:
 *
 * @example
 * import { describe, it } from 'node:test'
 * import { testSink } from 'millrace/testing'
 * testSink('mine', (folder) => new MySink(`${folder}/out`), { describe, it })
 *
 * @param make Makes a sink that keeps all it has, its state too, in the folder given. It is called again on copies of that folder.
 */
export function testSink(name: string, make: (folder: string) => Sink, { describe, it }: Runner): void {
  /** Each test has a folder of its own. */
  const test = (title: string, body: (folder: string, scratch: () => string) => Promise<void>): unknown =>
    it(title, async () => {
      const root = mkdtempSync(join(tmpdir(), 'millrace-sink-'))
      let made = 0
      const scratch = (): string => join(root, String(made++))
      try {
        await body(scratch(), scratch)
      } finally {
        rmSync(root, { recursive: true, force: true })
      }
    })

  describe(`sink ${name}`, () => {
    test('keeps what it is given, and another one finds it', async (folder) => {
      await run(make(folder), items)
      await expectAll(make(folder), items)
      const sink = make(folder)
      for (const missing of ['a', 'a/2.png', 'b/0.png', 'item-0/clip']) assert.equal(await sink.check(missing), undefined)
      await sink.close()
    })

    test('finds what is committed before it is finished', async (folder) => {
      const sink = make(folder)
      await sink.open()
      await sink.commit(committed(sink, items.slice(0, 2)))
      assert.deepEqual(await sink.check('a/0.png'), expected(items[0]!.files['0.png']!))
      await sink.commit(committed(sink, items.slice(2), 2))
      assert.deepEqual(await sink.check('zeros/z.bin'), expected(new Uint8Array(100_000)))
      await sink.close()
    })

    test('gives the same bytes whatever the batches, and whether it flushes', async (folder, scratch) => {
      await run(make(folder), items)
      const whole = tree(folder, make(folder))
      for (const [size, flush] of [
        [1, true],
        [5, true],
        [items.length, false],
      ] as const) {
        const other = scratch()
        await run(make(other), items, { size, flush })
        assert.deepEqual(tree(other, make(other)), whole)
      }
    })

    test('goes on from every position, whatever a kill left behind it', async (folder, scratch) => {
      // A copy of the folder before and after each step is what a kill there leaves.
      const copies: { folder: string; committed: number }[] = []
      const copy = (committed: number): void => {
        const to = scratch()
        if (existsSync(folder)) cpSync(folder, to, { recursive: true })
        copies.push({ folder: to, committed })
      }
      const positions: unknown[] = [undefined]
      const sink = make(folder)
      await sink.open()
      copy(0)
      for (const [i, item] of items.entries()) {
        const position = await sink.commit(committed(sink, [item], i))
        assert.deepEqual(JSON.parse(JSON.stringify(position)), position, 'a position must be plain JSON')
        positions.push(position)
        copy(i + 1)
      }
      await sink.finish()
      await sink.close()
      copy(items.length)
      const whole = tree(folder, make(folder))
      for (const { folder: left, committed: count } of copies) {
        // The journal may be one commit behind, or lost.
        for (const from of new Set([count, Math.max(0, count - 1), 0])) {
          const again = scratch()
          cpSync(left, again, { recursive: true })
          const resumed = make(again)
          await resumed.open(positions[from])
          await commitAll(resumed, items, { from })
          await resumed.finish()
          await resumed.close()
          assert.deepEqual(tree(again, make(again)), whole, `of ${count} commits, from position ${from}`)
        }
      }
    })

    test('goes on after a commit that failed', async (folder, scratch) => {
      await run(make(folder), items)
      const whole = tree(folder, make(folder))
      const again = scratch()
      const sink = make(again)
      await sink.open()
      const position = await sink.commit(committed(sink, items.slice(0, 4)))
      const [first, ...rest] = committed(sink, items.slice(4), 4)
      const lost: Output = { name: 'lost/0.png', size: 3, crc: 0, ...(sink.takes === 'files' && { file: join(again, 'no such file') }) }
      await assert.rejects(sink.commit([first!, { ordinal: 5, outputs: [lost] }, ...rest]))
      await sink.close()
      const resumed = make(again)
      await resumed.open(position)
      await commitAll(resumed, items, { from: 4 })
      await resumed.finish()
      await resumed.close()
      assert.deepEqual(tree(again, make(again)), whole)
    })

    test('finishes as often as it is told', async (folder) => {
      const sink = make(folder)
      await sink.open()
      const position = await commitAll(sink, items)
      await sink.finish()
      const whole = tree(folder, sink)
      await sink.finish()
      await sink.close()
      await sink.close()
      const again = make(folder)
      await again.open(position)
      await again.finish()
      await again.close()
      assert.deepEqual(tree(folder, again), whole)
    })

    test('finishes without any output', async (folder) => {
      await run(make(folder), [])
      const sink = make(folder)
      assert.equal(await sink.check('a/0.png'), undefined)
      await sink.close()
    })

    test('takes more when it was finished', async (folder, scratch) => {
      let sink = make(folder)
      await sink.open()
      let position = await commitAll(sink, items.slice(0, 9))
      await sink.finish()
      await sink.close()
      for (const item of items.slice(9)) {
        sink = make(folder)
        await sink.open(position)
        position = await sink.commit(committed(sink, [item], items.indexOf(item)))
        const killed = scratch()
        cpSync(folder, killed, { recursive: true })
        await sink.finish()
        await sink.close()
        const resumed = make(killed)
        await resumed.open(position)
        await resumed.finish()
        await resumed.close()
        assert.deepEqual(tree(killed, make(killed)), tree(folder, make(folder)))
      }
      await expectAll(make(folder), items)
    })

    test('begins anew in place of what was finished', async (folder, scratch) => {
      await run(make(folder), items.slice(0, 3))
      await run(make(folder), items)
      const other = scratch()
      await run(make(other), items)
      assert.deepEqual(tree(folder, make(folder)), tree(other, make(other)))
    })

    test('takes outputs away, if it can, and takes them again', async (folder, scratch) => {
      const sink = make(folder)
      if (sink.remove === undefined) return
      await sink.open()
      await commitAll(sink, items)
      await sink.finish()
      await sink.close()
      const again = make(folder)
      await again.open(await positionOf(folder, scratch, make))
      await again.remove!(['a/0.png', 'a/1.png', 'item-1/clip.wav', 'never/there.png'])
      assert.equal(await again.check('a/0.png'), undefined)
      const redone: Item = { stem: 'a', files: { '0.png': bytesOf(40, 9) } }
      const position = await again.commit(committed(again, [redone]))
      await again.finish()
      await again.close()
      const resumed = make(folder)
      await resumed.open(position)
      await resumed.finish()
      assert.deepEqual(await resumed.check('a/0.png'), expected(redone.files['0.png']!))
      assert.equal(await resumed.check('a/1.png'), undefined)
      assert.equal(await resumed.check('item-1/clip.wav'), undefined)
      await resumed.close()
      await expectAll(make(folder), items.slice(1, 8))
    })

    test('has a temporary folder while it is open, and cleans it', async (folder) => {
      const sink = make(folder)
      await sink.open()
      writeFileSync(join(sink.temporary, 'left'), 'x')
      await sink.open()
      assert.deepEqual(readdirSync(sink.temporary), [])
      writeFileSync(join(sink.temporary, 'left'), 'x')
      await sink.finish()
      await sink.close()
      assert.equal(existsSync(join(sink.temporary, 'left')), false)
    })
  })
}

/** Where a sink stands behind all items: the same for every run. */
async function positionOf(folder: string, scratch: () => string, make: (folder: string) => Sink): Promise<unknown> {
  const sink = make(scratch())
  await sink.open()
  const position = await commitAll(sink, items)
  await sink.close()
  return position
}

async function run(sink: Sink, list: readonly Item[], options: { size?: number; flush?: boolean } = {}): Promise<void> {
  await sink.open(undefined, options.flush === undefined ? {} : { flush: options.flush })
  await commitAll(sink, list, options)
  await sink.finish()
  await sink.close()
}

/** Commits in batches of `size` what lies behind the first `from` items. Returns the last position. */
async function commitAll(
  sink: Sink,
  list: readonly Item[],
  { size = 3, from = 0 }: { size?: number; from?: number } = {},
): Promise<unknown> {
  let position: unknown
  for (let i = from; i < list.length; i += size) position = await sink.commit(committed(sink, list.slice(i, i + size), i))
  return position
}

let delivered = 0

/** Items as a run hands them over. */
function committed(sink: Sink, list: readonly Item[], first = 0): Committed[] {
  return list.map(({ stem, files }, i) => ({
    ordinal: first + i,
    stem,
    outputs: Object.entries(files).map(([name, bytes]) => {
      const output: Output = { name: `${stem}/${name}`, ...expected(bytes) }
      if (sink.takes === 'bytes') return { ...output, bytes }
      const file = join(sink.temporary, `delivered-${delivered++}`)
      writeFileSync(file, bytes)
      return { ...output, file }
    }),
  }))
}

function expected(bytes: Uint8Array): { size: number; crc: number } {
  return { size: bytes.length, crc: crc32(bytes) }
}

async function expectAll(sink: Sink, list: readonly Item[]): Promise<void> {
  for (const { stem, files } of list) {
    for (const [name, bytes] of Object.entries(files))
      assert.deepEqual(await sink.check(`${stem}/${name}`), expected(bytes), `${stem}/${name}`)
  }
  await sink.close()
}

/** What others see: every file but the run's own, with size and CRC. */
function tree(folder: string, { state }: Sink): Record<string, { size: number; crc: number }> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(state))
  return Object.fromEntries(files.map((path) => [relative(folder, path), expected(readFileSync(path))]))
}
