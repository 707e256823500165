import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkClashes, outputNamer } from './output-names.ts'

const input = (relative: string): { path: string; relative: string } => ({ path: join('/data/words', relative), relative })
const named = (template: string, relative: string, count = 1, index = 0): string =>
  outputNamer(template, '.png', count)(input(relative), index)

test.each([
  ['{stem}.png', 'yes/1.wav', 'yes/1.png'],
  ['{name}.png', 'yes/1.wav', 'yes/1.wav.png'],
  ['{parent}-{stem}.png', '1.wav', 'words-1.png'],
  ['{parent}-{stem}.PNG', 'yes/1.wav', 'yes/yes-1.PNG'],
  ['pictures/{stem}.png', 'yes/a.b.wav', 'yes/pictures/a.b.png'],
  ['{stem}.png', 'no-extension', 'no-extension.png'],
  ['{stem}.png', '{name}.wav', '{name}.png'],
])('%s for %s is %s', (template, relative, expected) => {
  expect(named(template, relative)).toBe(join(expected))
})

test('{index} has as many digits as the last one', () => {
  expect(named('{index}.png', 'a.wav', 1001, 7)).toBe('0007.png')
  expect(named('{index}.png', 'a.wav', 10, 7)).toBe('7.png')
})

test.each([
  ['../{stem}.png', 'a.wav', /leads out/],
  ['a/../../{stem}.png', 'a.wav', /leads out/],
  ['/tmp/{stem}.png', 'a.wav', /leads out/],
  ['{stem}/x.png', '...wav', /leads out/],
  ['C:{stem}.png', 'a.wav', /leads out/],
  ['{stem}\0.png', 'a.wav', /zero byte/],
  ['{name}.png', `${'ä'.repeat(125)}.wav`, /255 bytes/],
  ['{stem}.jpg', 'a.wav', /end in \.png/],
  ['{stem}', 'a.wav', /end in \.png/],
  ['{steam}.png', 'a.wav', /\{stem\}.*not \{steam\}/],
])('%j for %s is refused', (template, relative, message) => {
  expect(() => named(template, relative)).toThrow(
    expect.objectContaining({ code: 'BAD_NAME', message: expect.stringMatching(message) as string }),
  )
})

const item = (from: string, to: string): { input: string; output: string } => ({ input: `/in/${from}`, output: `/out/${to}` })
test.each([
  ['the same name', [item('a.wav', 'a.png'), item('a.flac', 'a.png')], /a\.wav and .*a\.flac/],
  ['other case', [item('a.wav', 'a.png'), item('A.wav', 'A.png')], /a\.wav and .*A\.wav/],
  ['other folder case', [item('x/a.wav', 'x/a.png'), item('X/a.wav', 'X/a.png')], /both/],
  ['composed and decomposed', [item('1', '\u00E9.png'), item('2', 'e\u0301.png')], /both/],
  ['a folder', [item('1', 'a.png'), item('2', 'a.png/b.png')], /folder/],
  ['an input', [item('1', 'a.png'), { input: '/out/b.png', output: '/out/c.png' }, item('3', 'B.png')], /replace the input/],
])('clash: %s', (_, items, message) => {
  expect(() => checkClashes(items)).toThrow(
    expect.objectContaining({ code: 'OUTPUT_CLASH', message: expect.stringMatching(message) as string }),
  )
})

test('names that differ are no clash', () => {
  checkClashes([item('a.wav', 'a.png'), item('b.wav', 'b.png'), item('x/a.wav', 'x/a.png'), item('a', 'a/a.png')])
})
