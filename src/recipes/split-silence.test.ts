import { describe, expect, test } from 'vitest'
import { findSounds, levelMeter, quietest } from './split-silence.ts'

const SR = 1000

/** A sound of stretches: [amplitude, milliseconds], a square wave, so that -20 dB is 0.1. */
function levels(...stretches: [amplitude: number, ms: number][]): ReturnType<typeof levelMeter> & { frames: number } {
  const y = Float32Array.from(stretches.flatMap(([a, ms]) => Array.from({ length: ms }, (_, i) => (i % 2 === 0 ? a : -a))))
  const meter = levelMeter(y.length, SR)
  for (let i = 0; i < y.length; i += 50) meter.add([y.subarray(i, i + 50)])
  return { ...meter, frames: y.length }
}

const sounds = (silence: number, minSilence: number, keepSilence: number, ...stretches: [number, number][]): [number, number][] => {
  const { frames, ...meter } = levels(...stretches)
  return findSounds(meter, frames, { silence, minSilence, keepSilence })
}

test('levels are of the loudest channel, in parts or at once, the last step shorter', () => {
  const meter = levelMeter(25, SR)
  meter.add([new Float32Array(10).fill(0.5), new Float32Array(10).fill(-0.25)])
  meter.add([new Float32Array(15), new Float32Array(15).fill(1)])
  expect([...meter.power]).toEqual([0.25, 1, 1])
})

describe('sounds between silences', () => {
  const word: [number, number] = [0.5, 200]
  test.each<[string, [number, number][], [number, number][]]>([
    ['all loud', [word], [[0, 200]]],
    ['all silent', [[0.001, 300]], []],
    ['nothing', [], []],
    ['a silence between', [word, [0, 300], word], [[0, 250], [450, 700]]],
    ['silences at the ends', [[0, 300], word, [0.001, 300]], [[250, 550]]],
    ['one that is too short', [word, [0, 90], word], [[0, 490]]],
    ['one that is just long enough, of which both sides get half', [word, [0, 100], word], [[0, 250], [250, 500]]],
    ['an end that is short stays', [[0, 90], word], [[0, 290]]],
  ])('%s', (_, stretches, expected) => expect(sounds(-40, 100, 50, ...stretches)).toEqual(expected)) // prettier-ignore

  test('of a silence shorter than two margins each side gets half', () =>
    expect(sounds(-40, 100, 90, word, [0, 110], word)).toEqual([[0, 255], [255, 510]])) // prettier-ignore
  test('the level is below full scale of a square wave', () => {
    expect(sounds(-19, 100, 0, [0.1, 200], [1, 200])).toEqual([[200, 400]])
    expect(sounds(-21, 100, 0, [0.1, 200], [1, 200])).toEqual([[0, 400]])
  })
  test('NaN is no silence', () => expect(sounds(-40, 100, 0, [Number.NaN, 200])).toEqual([[0, 200]]))
})

describe('the quietest place', () => {
  test('within reach', () => {
    const meter = levels([0.5, 400], [0.1, 100], [0.5, 300], [0.01, 100], [0.5, 300])
    expect(quietest(meter, 300, 600)).toBeGreaterThanOrEqual(425)
    expect(quietest(meter, 300, 600)).toBeLessThanOrEqual(475)
    expect(quietest(meter, 100, 1000)).toBeGreaterThanOrEqual(825)
    expect(quietest(meter, 100, 1000)).toBeLessThanOrEqual(875)
  })
  test('of equals the last, which makes the longest clip', () => {
    expect(quietest(levels([0, 1000]), 200, 505)).toBe(505)
    expect(quietest(levels([0, 1000]), 200, 500)).toBe(495)
  })
  test('where none is in reach, the end of it', () => {
    expect(quietest(levels([0, 30]), 10, 20)).toBe(20)
    expect(quietest(levels([Number.NaN, 1000]), 200, 500)).toBe(500)
  })
})
