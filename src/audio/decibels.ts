import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { decibels, maximum } from '../kernels/decibels.ts'

export interface DecibelOptions {
  /** What 0 dB is: a number (default 1), `max` for the largest value, as `np.max`, or a function of the values. */
  ref?: number | 'max' | ((values: Float32Array) => number)
  /** Smallest value told apart; also the smallest `ref`. Default 1e-10 for power, 1e-5 for amplitude. */
  amin?: number
  /** Everything further below the largest value is raised to it. Default 80; `null` for no limit. */
  topDb?: number | null
}

/**
 * Power to decibels, `librosa.power_to_db`: `10 log10(max(amin, S)) - 10 log10(max(amin, ref))`, then not below the largest less
 * `topDb`. Same shape, float32, within 2e-5 dB of librosa for values within +-100 dB.
 * @throws MillraceError `INVALID_OPTION` for `amin` <= 0 or `topDb` < 0, `NOT_FINITE` when the largest value or `ref` is not a finite number,
 * `EMPTY` without values.
 */
export function powerToDb(S: Tensor<'float32'>, options: DecibelOptions = {}): Tensor<'float32'> {
  const { ref = 1, amin = 1e-10, topDb = 80 } = options
  if (!(amin > 0 && Number.isFinite(amin))) throw new MillraceError('INVALID_OPTION', `amin is a positive number, not ${amin}`)
  if (topDb !== null && !(topDb >= 0)) throw new MillraceError('INVALID_OPTION', `topDb is a number from 0 up or null, not ${topDb}`)
  if (S.data.length === 0)
    throw new MillraceError('EMPTY', `Decibels need values, not an array of shape [${S.dims.join(', ')}]: drop the empty clip`)
  const largest = finite(maximum(S.data), 'The largest value')
  const reference = finite(ref === 'max' ? largest : typeof ref === 'function' ? ref(S.data) : Math.abs(ref), 'ref')
  // Rounded as NumPy rounds: a float32 scalar for `max` and for the peak, float64 for numbers.
  const level = 10 * Math.log10(Math.max(amin, reference))
  const refDb = ref === 'max' ? Math.fround(level) : level
  const peak = Math.fround(10 * Math.log10(Math.max(amin, largest)) - refDb)
  const floor = topDb === null ? -Infinity : Math.fround(peak - topDb)
  return { data: decibels(S.data, amin, refDb, floor), dims: [...S.dims], type: 'float32' }
}

/** Amplitude to decibels, `librosa.amplitude_to_db`: `powerToDb` of the squares, with `ref` and `amin` squared. */
export function amplitudeToDb(S: Tensor<'float32'>, options: DecibelOptions = {}): Tensor<'float32'> {
  const { ref = 1, amin = 1e-5, topDb = 80 } = options
  const magnitude = S.data.map(Math.abs)
  const reference = ref === 'max' ? maximum(magnitude) : typeof ref === 'function' ? ref(magnitude) : ref
  const power: Tensor<'float32'> = { data: magnitude.map((v) => v * v), dims: S.dims, type: 'float32' }
  return powerToDb(power, { ref: reference ** 2, amin: amin > 0 ? amin ** 2 : amin, topDb })
}

/** Decibels to power, `librosa.db_to_power`: `ref * 10 ** (S / 10)`. `ref` is 1 by default. */
export function dbToPower(S: Tensor<'float32'>, options: { ref?: number } = {}): Tensor<'float32'> {
  const { ref = 1 } = options
  return { data: S.data.map((db) => ref * 10 ** (db / 10)), dims: [...S.dims], type: 'float32' }
}

/** Decibels to amplitude, `librosa.db_to_amplitude`: `ref * 10 ** (S / 20)`. `ref` is 1 by default. */
export function dbToAmplitude(S: Tensor<'float32'>, options: { ref?: number } = {}): Tensor<'float32'> {
  const { ref = 1 } = options
  return { data: S.data.map((db) => ref * 10 ** (db / 20)), dims: [...S.dims], type: 'float32' }
}

function finite(value: number, name: string): number {
  if (Number.isFinite(value)) return value
  throw new MillraceError('NOT_FINITE', `${name} must be a finite number for decibels, not ${value}: check the signal for NaN`)
}
