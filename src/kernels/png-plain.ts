// The plain twin of assembly/png.ts.

/**
 * Scanlines of a PNG: each row of `raw` (rows of `rowBytes`, pixels of `unit` bytes) behind its filter byte. `previous` is
 * the row above the first. An adaptive row stays as it is when half of its bytes repeat their left or upper neighbour, as in
 * drawings, where matching beats filtering; other rows take the filter whose bytes, as signed numbers, have the smallest sum
 * of magnitudes (the PNG specification, 12.7).
 */
export function filterRows(raw: Uint8Array, previous: Uint8Array, rowBytes: number, unit: number, adaptive: boolean): Uint8Array {
  const rows = raw.length / rowBytes
  const lines = new Uint8Array(rows * (rowBytes + 1))
  let above = previous
  for (let y = 0; y < rows; y++) {
    const row = raw.subarray(y * rowBytes, (y + 1) * rowBytes)
    const filter = adaptive ? choose(row, above, unit) : 0
    lines[y * (rowBytes + 1)] = filter
    for (let i = 0; i < rowBytes; i++) lines[y * (rowBytes + 1) + 1 + i] = residual(filter, row, above, unit, i)
    above = row
  }
  return lines
}

function choose(row: Uint8Array, above: Uint8Array, unit: number): number {
  let still = 0
  for (let i = 0; i < row.length; i++) if (row[i] === (i < unit ? 0 : row[i - unit]) || row[i] === above[i]) still++
  if (still * 2 >= row.length) return 0
  let best = 0
  let least = Infinity
  for (let filter = 0; filter < 5; filter++) {
    let sum = 0
    for (let i = 0; i < row.length; i++) {
      const value = residual(filter, row, above, unit, i)
      sum += Math.min(value, 256 - value)
    }
    if (sum < least) [best, least] = [filter, sum]
  }
  return best
}

/** Byte `i` less its prediction: from nothing, the left, the row above, their mean, or Paeth's pick of the three around. */
function residual(filter: number, row: Uint8Array, above: Uint8Array, unit: number, i: number): number {
  const a = i < unit ? 0 : (row[i - unit] as number)
  const b = above[i] as number
  const c = i < unit ? 0 : (above[i - unit] as number)
  return ((row[i] as number) - ([0, a, b, (a + b) >> 1, paeth(a, b, c)][filter] as number)) & 255
}

function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c)
  const toB = Math.abs(a - c)
  const toC = Math.abs(a + b - 2 * c)
  if (toA <= toB && toA <= toC) return a
  return toB <= toC ? b : c
}
