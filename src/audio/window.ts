import { MillraceError } from '../core/errors.ts'

type CosineName = 'boxcar' | 'hann' | 'hamming' | 'blackman' | 'nuttall' | 'blackmanharris' | 'flattop'

/** Windows made of cosines: `sum of a[k] cos(k x)` for x from -pi to pi, as in `scipy.signal.windows`. */
const cosines: Record<CosineName, readonly number[]> = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
}

/**
 * A window: SciPy's name, a name with its parameter (`['kaiser', beta]`, `['gaussian', standard deviation in samples]`), or the
 * numbers themselves, as many as `winLength`.
 */
export type WindowSpec = CosineName | 'bartlett' | 'cosine' | readonly ['kaiser' | 'gaussian', number] | Float64Array

/**
 * `scipy.signal.get_window` with librosa's default of a periodic window (`fftbins`); `fftbins: false` is the symmetric one.
 * @throws MillraceError `INVALID_WINDOW` for an unknown name or numbers of another length.
 */
export function getWindow(window: WindowSpec, length: number, options: { fftbins?: boolean } = {}): Float64Array {
  if (window instanceof Float64Array) {
    if (window.length === length) return window.slice()
    throw new MillraceError('INVALID_WINDOW', `A window of one's own must have winLength = ${length} values, not ${window.length}`)
  }
  if (length <= 1) return new Float64Array(length).fill(1)
  const size = (options.fftbins ?? true) ? length + 1 : length
  const value = shape(window, size)
  return Float64Array.from({ length }, (_, i) => value(i))
}

/** The value at sample i of a symmetric window of `size` samples. */
function shape(window: Exclude<WindowSpec, Float64Array>, size: number): (i: number) => number {
  const centre = (size - 1) / 2
  if (window === 'bartlett') return (i) => (i <= centre ? (2 * i) / (size - 1) : 2 - (2 * i) / (size - 1))
  if (window === 'cosine') return (i) => Math.sin((Math.PI / size) * (i + 0.5))
  if (typeof window === 'string' && Object.hasOwn(cosines, window)) {
    const terms = cosines[window]
    return (i) => {
      const x = -Math.PI + (2 * Math.PI * i) / (size - 1)
      return terms.reduce((sum, a, k) => sum + a * Math.cos(k * x), 0)
    }
  }
  const [name, parameter] = window as readonly [string, number]
  if (name === 'kaiser') {
    const scale = besselI0(parameter)
    return (i) => besselI0(parameter * Math.sqrt(Math.max(0, 1 - ((i - centre) / centre) ** 2))) / scale
  }
  if (name === 'gaussian') return (i) => Math.exp(-((i - centre) ** 2) / (2 * parameter * parameter))
  throw new MillraceError(
    'INVALID_WINDOW',
    `Unknown window ${JSON.stringify(window)}: use ${Object.keys(cosines).join(', ')}, bartlett, cosine, ['kaiser', beta], ['gaussian', std] or a Float64Array`,
  )
}

/** The modified Bessel function of the first kind and order 0, by its power series (all terms positive). */
function besselI0(x: number): number {
  let sum = 1
  for (let term = 1, k = 1; term > sum * 1e-17; k++) {
    term *= (x / 2 / k) ** 2
    sum += term
  }
  return sum
}

const kept = new Map<string, Float64Array>()

/** The window of `winLength` samples in the middle of `nFft`, zeros around it. The array is shared: do not write to it. */
export function frameWindow(window: WindowSpec, winLength: number, nFft: number): Float64Array {
  const key = window instanceof Float64Array ? undefined : JSON.stringify([window, winLength, nFft])
  const known = key === undefined ? undefined : kept.get(key)
  if (known !== undefined) return known
  const padded = new Float64Array(nFft)
  padded.set(getWindow(window, winLength), Math.floor((nFft - winLength) / 2))
  if (key !== undefined) {
    if (kept.size >= 32) kept.clear()
    kept.set(key, padded)
  }
  return padded
}
