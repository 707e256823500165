import { describe, expect, test } from 'vitest'
import { Spread } from './report.ts'

describe('a sample of many, of which nobody knows how many there will be', () => {
  test.each([0, 1, 3, 4, 5, 15, 16, 17, 1000, 12_345])('of %d', (total) => {
    const spread = new Spread<number>(4)
    for (let i = 0; i < total; i++) spread.add(i)
    const sample = spread.sample()
    expect(sample.length).toBe(Math.min(4, total))
    if (total > 0) expect(sample[0]).toBe(0)
    // Each quarter has one, or nearly: no step is twice as long as an even one.
    const steps = [...sample, total].slice(1).map((value, i) => value - sample[i]!)
    for (const step of steps) {
      expect(step).toBeGreaterThan(0)
      expect(step).toBeLessThanOrEqual(Math.max(1, total / 2))
    }
  })
})
