import { MillraceError } from '../core/errors.ts'
import { kernel } from './instance.ts'

interface Exports {
  base(): number
  reserve(bytes: number): number
  maximum(data: number, count: number): number
  decibels(data: number, count: number, amin: number, ref: number, floor: number): void
}

/** The smallest normal float32: below it the kernel's logarithm does not hold. */
const SMALLEST_NORMAL = 2 ** -126
const CHUNK = 1 << 18

/** The largest value of a non-empty array, NaN when one is NaN. */
export function maximum(values: Float32Array): number {
  let most = -Infinity
  chunks(values, values, (exports, at, count) => {
    most = Math.max(most, exports.maximum(at, count))
  })
  return most
}

/** `max(10 log10(max(amin, x)) - ref, floor)` of every value, in float32, within 2e-5. */
export function decibels(values: Float32Array, amin: number, ref: number, floor: number): Float32Array {
  if (amin < SMALLEST_NORMAL) return decibelsTwin(values, amin, ref, floor)
  const result = new Float32Array(values.length)
  chunks(values, result, (exports, at, count) => exports.decibels(at, count, amin, ref, floor))
  return result
}

/** The same in plain TypeScript, rounded to float32 where NumPy rounds: the oracle of the kernel. */
export function decibelsTwin(values: Float32Array, amin: number, ref: number, floor: number): Float32Array {
  return values.map((x) => Math.max(Math.fround(10 * Math.fround(Math.log10(Math.max(Math.fround(amin), x)))) - ref, floor))
}

/** Runs `work` on the values, a chunk at a time in the kernel's memory, and copies what it leaves there to `result`. */
function chunks(values: Float32Array, result: Float32Array, work: (exports: Exports, at: number, count: number) => void): void {
  const { exports, memory } = kernel<Exports>('decibels')
  const at = exports.base()
  if (exports.reserve(at + 4 * Math.min(values.length + 3, CHUNK)) === 0) {
    throw new MillraceError('TOO_LARGE', 'There is no more WebAssembly memory for decibels: end other work of this process')
  }
  for (let first = 0; first < values.length; first += CHUNK) {
    const part = values.subarray(first, first + CHUNK)
    const count = Math.ceil(part.length / 4) * 4
    const block = new Float32Array(memory.buffer, at, count)
    block.set(part)
    block.fill(part[0]!, part.length)
    work(exports, at, count)
    if (result !== values) result.set(block.subarray(0, part.length), first)
  }
}
