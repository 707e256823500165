import { expect, it } from 'vitest'
import { cos, sin } from './resample-sine.ts'

it('sine and cosine are those of the angle in the middle of its last place', () => {
  // Correctly rounded values of 60-digit arithmetic.
  expect([0, 0.5, 1, 2, 3, Math.PI, 2 * Math.PI, 3 * Math.PI].map(sin)).toEqual([
    0, 0.479425538604203, 0.8414709848078965, 0.9092974268256817, 0.1411200080598672, 1.2246467991473532e-16, -2.4492935982947064e-16,
    3.6739403974420594e-16,
  ])
  expect([0, 0.5, 1, 1.5707963267948966, 2, 3].map(cos)).toEqual([
    1, 0.8775825618903728, 0.5403023058681398, 6.123233995736766e-17, -0.4161468365471424, -0.9899924966004454,
  ])
})

it('they are never further from the engine than the engine may be from the truth', () => {
  for (let i = -3000; i <= 3000; i++) {
    const x = i * 0.0033
    for (const [ours, theirs] of [
      [sin(x), Math.sin(x)],
      [cos(x), Math.cos(x)],
    ] as const) {
      expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(2 ** -52 * Math.abs(theirs))
    }
  }
})
