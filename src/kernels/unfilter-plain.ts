import type { Rows } from './unfilter.ts'

/** The plain twin of `unfilter`, by the letter of the PNG specification, section 9. */
export function unfilterPlain(lines: Uint8Array, parts: readonly Rows[]): Uint8Array[] | undefined {
  let start = 0
  const results: Uint8Array[] = []
  for (const { rows, rowBytes, unit } of parts) {
    const out: number[] = []
    let at = start
    start += rows * (rowBytes + 1)
    for (let y = 0; y < rows && at + rowBytes < lines.length; y++) {
      const filter = lines[at++]!
      if (filter > 4) return undefined
      for (let i = 0; i < rowBytes; i++) {
        const a = i < unit ? 0 : out[out.length - unit]!
        const b = y === 0 ? 0 : out[out.length - rowBytes]!
        const c = i < unit || y === 0 ? 0 : out[out.length - rowBytes - unit]!
        out.push((lines[at++]! + [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!) & 255)
      }
    }
    results.push(Uint8Array.from(out))
  }
  return results
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c
  const [toA, toB, toC] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)]
  if (toA <= toB && toA <= toC) return a
  return toB <= toC ? b : c
}
