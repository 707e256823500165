// The plain twin of assembly/_huffman.ts.

/**
 * Code lengths of a Huffman code for symbols of the given counts, none longer than `limit`. Two symbols at least get a code,
 * since some readers refuse a code of one. Lengths in place after Moffat & Katajainen (1995), then codes that are too long
 * are cut and room for them made by lengthening shorter ones.
 */
export function lengthsOf(counts: Uint32Array, limit: number): Uint8Array {
  const lengths = new Uint8Array(counts.length)
  const symbols = [...counts.keys()].filter((symbol) => counts[symbol] !== 0)
  for (let symbol = 0; symbols.length < 2; symbol++) if (!symbols.includes(symbol)) symbols.push(symbol)
  const weight = (symbol: number): number => Math.max(1, counts[symbol] as number)
  symbols.sort((a, b) => weight(a) - weight(b) || a - b)
  const depths = minimumRedundancy(symbols.map(weight))

  const used = new Uint32Array(limit + 1)
  let room = 0
  for (const depth of depths) {
    used[Math.min(depth, limit)]!++
    room += 1 << (limit - Math.min(depth, limit))
  }
  while (room > 1 << limit) {
    used[limit]!--
    let shorter = limit - 1
    while (used[shorter] === 0) shorter--
    used[shorter]!--
    used[shorter + 1]! += 2
    room--
  }
  let next = 0
  for (let length = limit; length > 0; length--) {
    for (let k = used[length] as number; k > 0; k--) lengths[symbols[next++] as number] = length
  }
  return lengths
}

/** Depths of the leaves of a Huffman tree for weights that rise; two at least. */
function minimumRedundancy(weights: number[]): number[] {
  const a = [...weights]
  const n = a.length
  const at = (i: number): number => a[i] as number
  // Weights of the inner nodes, left to right; a used one becomes the index of its parent.
  a[0] = at(0) + at(1)
  let root = 0
  let leaf = 2
  for (let next = 1; next < n - 1; next++) {
    if (leaf >= n || at(root) < at(leaf)) {
      a[next] = at(root)
      a[root++] = next
    } else a[next] = at(leaf++)
    if (leaf >= n || (root < next && at(root) < at(leaf))) {
      a[next] = at(next) + at(root)
      a[root++] = next
    } else a[next] = at(next) + at(leaf++)
  }
  // Depths of the inner nodes, then of the leaves.
  a[n - 2] = 0
  for (let next = n - 3; next >= 0; next--) a[next] = at(at(next)) + 1
  let free = 1
  let depth = 0
  root = n - 2
  for (let next = n - 1; free > 0; depth++) {
    let inner = 0
    while (root >= 0 && at(root) === depth) {
      inner++
      root--
    }
    for (; free > inner; free--) a[next--] = depth
    free = 2 * inner
  }
  return a
}

/** The canonical codes of given lengths, first bit lowest as deflate writes them (RFC 1951, 3.2.2). */
export function codesOf(lengths: Uint8Array): Uint16Array {
  const first = new Uint16Array(17)
  for (const length of lengths) if (length > 0) first[length + 1]!++
  for (let length = 1; length < 17; length++) first[length] = ((first[length] as number) + (first[length - 1] as number)) << 1
  return Uint16Array.from(lengths, (length) => {
    let code = length > 0 ? first[length]!++ : 0
    let reversed = 0
    for (let k = 0; k < length; k++, code >>= 1) reversed = (reversed << 1) | (code & 1)
    return reversed
  })
}
