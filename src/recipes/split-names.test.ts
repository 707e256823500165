import { expect, test } from 'vitest'
import { checkTemplate, CLIP_NAME, clipNamer } from './split-names.ts'

const clips = (count: number, seconds: number): { index: number; start: number; end: number }[] =>
  Array.from({ length: count }, (_, index) => ({ index, start: index * seconds, end: (index + 1) * seconds }))
const names = (template: string, count: number, seconds = 1): string[] => {
  const all = clips(count, seconds)
  return all.map(clipNamer(template, '/data/day 1/rec.2.wav', all))
}

test('numbers sort, with four digits and more where there are more', () => {
  expect(names(CLIP_NAME, 2)).toEqual(['rec.2/rec.2-0000.wav', 'rec.2/rec.2-0001.wav'])
  const many = names(CLIP_NAME, 10_001)
  expect(many.at(-1)).toBe('rec.2/rec.2-10000.wav')
  expect([...many].sort()).toEqual(many)
})

test('the recording and the times can be told', () => {
  expect(names('{parent}/{name}_{start}_{end}.wav', 3, 4.5)).toEqual([
    'day 1/rec.2.wav_00.000_04.500.wav',
    'day 1/rec.2.wav_04.500_09.000.wav',
    'day 1/rec.2.wav_09.000_13.500.wav',
  ])
})

test.each(['{stem}.wav', '{index}.mp3', '{index}', '{index}/{clip}.wav', '{}-{index}.wav'])('%s can name no clips', (template) =>
  expect(() => checkTemplate(template)).toThrow(expect.objectContaining({ code: 'BAD_NAME' })),
)
test.each([CLIP_NAME, '{start}.WAV', '{parent}-{name}-{index}-{end}.wav'])('%s can', (template) => checkTemplate(template))
