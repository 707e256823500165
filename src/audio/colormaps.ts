import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { colormapTables } from './colormap-tables.ts'

/** A colour map of matplotlib's. */
export type ColormapName = keyof typeof colormapTables

const decoded = new Map<ColormapName, Uint8Array>()

/**
 * The 256 colours of a map, 3 bytes each. The array is shared: do not write to it.
 * @throws MillraceError `INVALID_OPTION` for an unknown name.
 */
export function colormap(name: ColormapName): Uint8Array {
  if (!Object.hasOwn(colormapTables, name)) {
    throw new MillraceError('INVALID_OPTION', `cmap is auto, ${Object.keys(colormapTables).join(', ')}, not ${JSON.stringify(name)}`)
  }
  let table = decoded.get(name)
  if (table === undefined) decoded.set(name, (table = new Uint8Array(Buffer.from(colormapTables[name], 'base64'))))
  return table
}

/**
 * `librosa.display.cmap`: `gray_r` for booleans, `coolwarm` when values lie on both sides of zero even without the lowest and the
 * highest 2%, else `magma`. `min` and `max` are those of the data, whose values are finite.
 */
export function autoColormap(data: Tensor<'float32' | 'bool'>, min: number, max: number): ColormapName {
  if (data.type === 'bool') return 'gray_r'
  if (min >= 0 || max <= 0) return 'magma'
  if (fewAbove(data.data as Float32Array)) return 'magma'
  const sorted = (data.data as Float32Array).slice().sort()
  return percentile(sorted, 2) >= 0 || percentile(sorted, 98) <= 0 ? 'magma' : 'coolwarm'
}

/** Whether less than 2% of the values are above zero, as of decibels whose largest should be 0: told without sorting. */
function fewAbove(values: Float32Array): boolean {
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i]! > 0) count++
  return count < Math.floor(0.02 * (values.length - 1))
}

/** `numpy.percentile` of sorted values, its default linear interpolation. */
function percentile(sorted: Float32Array, percent: number): number {
  const position = (percent / 100) * (sorted.length - 1)
  const below = sorted[Math.floor(position)]!
  const above = sorted[Math.ceil(position)]!
  return below + (above - below) * (position - Math.floor(position))
}
