/** Pearson's chi-square: how far counts are from those expected. For the tests. */
export function spread(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0)
}

/** What chi-square exceeds in one of 10,000 fair cases (z = 3.719), by Wilson and Hilferty's approximation. */
export function chiSquareLimit(degreesOfFreedom: number): number {
  const ninth = 2 / (9 * degreesOfFreedom)
  return degreesOfFreedom * (1 - ninth + 3.719 * Math.sqrt(ninth)) ** 3
}
