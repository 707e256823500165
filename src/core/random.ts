/**
 * A random number generator keyed by numbers: the same keys give the same sequence on every platform, in every worker. Returns
 * doubles in [0, 1) with 32 bits of randomness. The keys are mixed by the finaliser of MurmurHash3, the sequence is sfc32
 * (Chris Doty-Humphrey's Small Fast Counter), which passes PractRand.
 */
export function randomOf(...keys: number[]): () => number {
  let hash = 0x9e3779b9
  for (const key of keys) {
    // Both halves of the key count, so that large seeds and negative ones differ too.
    hash = mix(hash ^ (key >>> 0))
    hash = mix((hash + Math.floor(key / 0x1_0000_0000)) >>> 0)
  }
  let a = hash
  let b = mix(hash + 0x3c6ef372)
  let c = mix(hash + 0xdaa66d2b)
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
