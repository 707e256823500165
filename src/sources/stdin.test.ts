import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { Pass } from '../dataset/position.ts'
import { StdinLines, type StdinOptions } from './stdin.ts'

const read = async (blocks: (string | Buffer)[], options: StdinOptions = {}): Promise<string[]> => {
  const lines: string[] = []
  for await (const line of new StdinLines({ ...options, input: Readable.from(blocks) })) lines.push(line)
  return lines
}

test('an item a line, whatever the blocks', async () => {
  const bytes = Buffer.from('a.wav\r\nä/😀.wav\n\n  b c \nlast')
  const expected = ['a.wav', 'ä/😀.wav', '  b c ', 'last']
  for (let size = 1; size <= bytes.length; size++) {
    const blocks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
    expect(await read(blocks)).toEqual(expected)
  }
  expect(await read([])).toEqual([])
  expect(await read(['a\0b\nc\0', '\0d'], { separator: '\0' })).toEqual(['a', 'b\nc', 'd'])
})

test('the same list again goes on where it stood; the same stream can not be read twice', async () => {
  const list = (): StdinLines => new StdinLines({ input: Readable.from(['a\nb\nc\n']) })
  const pass = new Pass(list(), { epoch: 0, seed: 0 })
  await pass.next()
  const again = list()
  const rest: string[] = []
  for await (const line of new Pass(again, { epoch: 0, seed: 0 }, pass.position())) rest.push(line)
  expect(rest).toEqual(['b', 'c'])
  await expect(again.iterate().next()).rejects.toThrow(/can be read once/)
})
