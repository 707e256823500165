/**
 * The first `count` places of a random order of 0 to n - 1, by Fisher and Yates. As in torch, an index is chosen from 32 random
 * bits, so that none of n is favoured by more than n / 2^32 of its probability.
 */
export function permutation(n: number, random: () => number, count: number = n): Uint32Array<ArrayBuffer> {
  const order = ascending(n)
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (n - i))
    const drawn = order[j]!
    order[j] = order[i]!
    order[i] = drawn
  }
  return count === n ? order : order.slice(0, count)
}

/** 0 to n - 1. */
export function ascending(n: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  return order
}
