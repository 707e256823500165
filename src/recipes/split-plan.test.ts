import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Clip, type CutOptions, gridOf as gridOfSettings, type Grid, planClips, resolveCut } from './split-plan.ts'

const gridOf = (options: CutOptions, sr: number): Grid => gridOfSettings(resolveCut(options), sr)
const plan = (frames: number, options: CutOptions & { seconds: number }, sr = 1): [number, number, number][] =>
  planClips(0, frames, gridOf(options, sr)).map(({ from, to, pad }) => [from, to, pad])

describe('the rules for the rest', () => {
  const cases: [frames: number, options: CutOptions & { seconds: number }, clips: [number, number, number][]][] = [
    [10, { seconds: 4, last: 'drop' }, [[0, 4, 0], [4, 8, 0]]],
    [10, { seconds: 4, last: 'keep' }, [[0, 4, 0], [4, 8, 0], [8, 10, 0]]],
    [10, { seconds: 4 }, [[0, 4, 0], [4, 8, 0], [8, 10, 0]]],
    [10, { seconds: 4, last: 'pad' }, [[0, 4, 0], [4, 8, 0], [8, 10, 2]]],
    [10, { seconds: 4, last: 'shift' }, [[0, 4, 0], [4, 8, 0], [6, 10, 0]]],
    [8, { seconds: 4, last: 'pad' }, [[0, 4, 0], [4, 8, 0]]],
    [8, { seconds: 4, last: 'drop' }, [[0, 4, 0], [4, 8, 0]]],
    // With overlap, a rest that other clips hold already is none.
    [10, { seconds: 4, overlap: 1, last: 'keep' }, [[0, 4, 0], [3, 7, 0], [6, 10, 0]]],
    [11, { seconds: 4, overlap: 1, last: 'keep' }, [[0, 4, 0], [3, 7, 0], [6, 10, 0], [9, 11, 0]]],
    [11, { seconds: 4, overlap: 1, last: 'pad' }, [[0, 4, 0], [3, 7, 0], [6, 10, 0], [9, 11, 2]]],
    [11, { seconds: 4, overlap: 1, last: 'shift' }, [[0, 4, 0], [3, 7, 0], [6, 10, 0], [7, 11, 0]]],
    [11, { seconds: 4, overlap: 1, last: 'drop' }, [[0, 4, 0], [3, 7, 0], [6, 10, 0]]],
    // Shorter than a clip.
    [3, { seconds: 4, last: 'drop' }, []],
    [3, { seconds: 4, last: 'keep' }, [[0, 3, 0]]],
    [3, { seconds: 4, last: 'pad' }, [[0, 3, 1]]],
    [3, { seconds: 4, last: 'shift' }, []],
    [0, { seconds: 4, last: 'pad' }, []],
    // The least that is kept.
    [10, { seconds: 4, last: 'keep', minLast: 3 }, [[0, 4, 0], [4, 8, 0]]],
    [11, { seconds: 4, last: 'keep', minLast: 3 }, [[0, 4, 0], [4, 8, 0], [8, 11, 0]]],
    [10, { seconds: 4, last: 'shift', minLast: 3 }, [[0, 4, 0], [4, 8, 0]]],
  ] // prettier-ignore
  test.each(cases)('%i samples, %j', (frames, options, clips) => expect(plan(frames, options)).toEqual(clips))
})

test('seconds become whole samples once, so that all clips have one length', () => {
  // 14,707.35 samples.
  expect(plan(30_000, { seconds: 0.3335, last: 'drop' }, 44100).map(([from, to]) => [from, to])).toEqual([
    [0, 14707],
    [14707, 29414],
  ])
  expect(gridOf({ seconds: 0.1, overlap: 0.7 / 30 }, 44100)).toMatchObject({ length: 4410, overlap: 1029 })
})

const cut = fc.record({
  frames: fc.nat(500),
  length: fc.integer({ min: 1, max: 60 }),
  share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  last: fc.constantFrom('drop', 'keep', 'pad', 'shift' as const),
})

describe('whatever is cut', () => {
  const all = (check: (clips: Clip[], given: { frames: number; length: number; overlap: number; last: string }) => void): void =>
    fc.assert(
      fc.property(cut, ({ frames, length, share, last }) => {
        const overlap = Math.floor(share * length)
        check(planClips(0, frames, { length, overlap, last: last as 'drop', minLast: 0, snap: 0 }), { frames, length, overlap, last })
      }),
      { seed: 5, numRuns: 2000 },
    )

  test('no sample is lost or, without overlap, doubled', () =>
    all((clips, { frames, length, overlap, last }) => {
      const times = new Uint32Array(frames)
      for (const { from, to } of clips) for (let i = from; i < to; i++) times[i]!++
      const covered = times.findLastIndex((n) => n > 0) + 1
      expect(times.subarray(0, covered).every((n) => n >= 1)).toBe(true)
      if (last === 'keep' || last === 'pad' || frames >= length) {
        if (last !== 'drop') expect(covered).toBe(frames)
        else expect(frames - covered).toBeLessThan(length - overlap)
      } else expect(clips).toEqual([])
      if (overlap === 0 && last !== 'shift') expect(times.every((n) => n <= 1)).toBe(true)
    }))

  test('neighbours share exactly the overlap, but for a shifted last', () =>
    all((clips, { overlap, last }) => {
      const pairs = clips.slice(1).map((clip, i) => clips[i]!.to - clip.from)
      if (last === 'shift') expect(pairs.pop() ?? overlap).toBeGreaterThanOrEqual(overlap)
      expect(pairs.every((shared) => shared === overlap)).toBe(true)
    }))

  test('every clip has the length, but for a kept last; with padding all do', () =>
    all((clips, { length, last }) => {
      const lengths = clips.map(({ from, to, pad }) => to - from + pad)
      if (last === 'keep') expect(lengths.pop() ?? 1).toSatisfy((n: number) => n >= 1 && n <= length)
      expect(lengths.every((n) => n === length)).toBe(true)
      if (last !== 'pad') expect(clips.every(({ pad }) => pad === 0)).toBe(true)
    }))

  test('every clip holds a sample that the one before does not', () =>
    all((clips) => expect(clips.slice(1).every(({ to }, i) => to > clips[i]!.to)).toBe(true)))
})

test('cuts that move stay within reach, leave nothing out and make no clip longer', () => {
  const grid = gridOf({ seconds: 40, overlap: 5, snap: 12 }, 1)
  const clips = planClips(7, 1007, grid, (at) => at - (at % 13))
  expect(clips[0]!.from).toBe(7)
  expect(clips.at(-1)!.to).toBe(1007)
  for (const [i, { from, to }] of clips.slice(0, -1).entries()) {
    expect(to - from).toBeGreaterThanOrEqual(28)
    expect(to - from).toBeLessThanOrEqual(40)
    expect(clips[i + 1]!.from).toBe(to - 5)
  }
  const padded = planClips(7, 1007, { ...grid, last: 'pad' }, (at) => at - (at % 13))
  expect(padded.every(({ from, to, pad }) => to - from + pad === 40)).toBe(true)
})

test('options that mean nothing are told before the first file', () => {
  const wrong: CutOptions[] = [
    {},
    { seconds: 0 },
    { seconds: Number.NaN },
    { seconds: Infinity },
    { seconds: -1 },
    { seconds: 1, overlap: 1 },
    { seconds: 1, overlap: -0.1 },
    { seconds: 1, last: 'shorten' as 'keep' },
    { seconds: 1, minLast: -1 },
    { seconds: 1, silence: 3 },
    { seconds: 1, snap: 0.6, overlap: 0.4 },
    { seconds: 1, snap: 0.1, last: 'shift' },
    { silence: -40, overlap: 1 },
    { silence: -40, last: 'pad' },
    { silence: -40, minSilence: Number.NaN },
  ]
  for (const options of wrong)
    expect(() => resolveCut(options), JSON.stringify(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  expect(resolveCut({ seconds: 10, overlap: 1, snap: 2, last: 'pad' })).toMatchObject({
    seconds: 10,
    overlap: 1,
    snap: 2,
    last: 'pad',
    silence: null,
  })
  expect(resolveCut({ silence: -40 })).toMatchObject({ seconds: null, silence: -40, minSilence: 0.3, keepSilence: 0.1 })
})

test('what would never end, or fill the memory, is refused', () => {
  expect(() => gridOf({ seconds: 0.001 }, 100)).toThrow(expect.objectContaining({ code: 'CLIP_TOO_SHORT' }))
  expect(() => gridOf({ seconds: 0.0104, overlap: 0.0096 }, 100)).toThrow(/1 samples, of which overlap and snap take 1/)
  expect(() => planClips(0, 1e12, gridOf({ seconds: 0.01 }, 100))).toThrow(expect.objectContaining({ code: 'TOO_MANY_CLIPS' }))
})
