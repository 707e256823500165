/** The values as a Float64Array, if every one is a number: it holds them exactly, and is cheap to send between threads. */
export function numbersOf(values: readonly unknown[]): Float64Array<ArrayBuffer> | undefined {
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'number') return undefined
    numbers[i] = value
  }
  return numbers
}
