import { MillraceError } from '../core/errors.ts'

/** How a signal goes on beyond its ends, as `numpy.pad` names it. (librosa's `stft` refuses `wrap`; here it is NumPy's.) */
export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap'

const modes: Record<PadMode, (i: number, n: number) => number> = {
  constant: (i, n) => (i >= 0 && i < n ? i : -1),
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  reflect: (i, n) => fold(i, 2 * (n - 1), n, 0),
  symmetric: (i, n) => fold(i, 2 * n, n, 1),
  wrap: (i, n) => modulo(i, n),
}

/**
 * Copies samples `start` to `start + target.length` of the padded signal; positions before 0 and from `y.length` on are padding.
 * @throws MillraceError `TOO_SHORT` when an empty signal has nothing to repeat, `INVALID_OPTION` for an unknown mode.
 */
export function copyPadded(y: Float32Array, target: Float32Array, start: number, mode: PadMode): void {
  const first = Math.min(Math.max(0, -start), target.length)
  const last = Math.max(first, Math.min(target.length, y.length - start))
  target.set(y.subarray(start + first, start + last), first)
  if (first === 0 && last === target.length) return
  if (!Object.hasOwn(modes, mode)) {
    throw new MillraceError('INVALID_OPTION', `padMode is one of ${Object.keys(modes).join(', ')}, not ${JSON.stringify(mode)}`)
  }
  if (y.length === 0 && mode !== 'constant') {
    throw new MillraceError('TOO_SHORT', `An empty signal can't be padded by '${mode}': use padMode 'constant' or drop the clip`)
  }
  const source = modes[mode]
  const fill = (from: number, to: number): void => {
    for (let i = from; i < to; i++) target[i] = y[source(start + i, y.length)] ?? 0
  }
  fill(0, first)
  fill(last, target.length)
}

/** A position on a signal that runs there and back for ever; `twice` is 1 when the ends come twice in a row. */
function fold(i: number, period: number, n: number, twice: number): number {
  if (period === 0) return 0
  const at = modulo(i, period)
  return at < n ? at : period - twice - at
}

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n
}
