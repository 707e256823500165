import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Tensor } from '../core/tensor.ts'
import { drawMesh, type Spans } from '../kernels/mesh.ts'
import { autoColormap, colormap, type ColormapName } from './colormaps.ts'
import { melFrequencies } from './mel.ts'
import { checkMatrix } from './melspectrogram.ts'
import { type Axis, cellSpans, tickRows } from './mesh.ts'
import { opaque, paintPalette, paintPixels, type Pixel } from './palette.ts'

export interface SpecshowOptions {
  /** Pixels: one number for a square, or [height, width]. Default 224. */
  size?: number | readonly [height: number, width: number]
  /** Default `auto`, librosa's rule: magma for values of one sign, coolwarm where they cross zero, gray_r for booleans. */
  cmap?: 'auto' | ColormapName
  /** `time` (default) spaces frames by `hopLength / sr`, `null` evenly, which looks the same. */
  xAxis?: 'time' | null
  /** `mel` (default): rows are mel bands, drawn as librosa draws them on a symlog scale in Hz; `null`: evenly spaced rows, no marks. */
  yAxis?: 'mel' | null
  /** What specshow is told of the data, its defaults being librosa's: sr 22050, hopLength 512, fmin 0, fmax sr / 2, htk false. */
  sr?: number
  hopLength?: number
  fmin?: number
  fmax?: number
  htk?: boolean
  /** The values of the first and of the last colour. Default: the smallest and the largest value. */
  vmin?: number
  vmax?: number
  /** The marks of the frequency axis that matplotlib leaves in column 0. Default true. */
  ticks?: boolean
  /** 1 (default): a palette picture; 3: RGB; 4: RGBA. */
  channels?: 1 | 3 | 4
  /** A matrix of one frame is an error, or with `keep` the blank picture matplotlib makes of it. */
  short?: 'error' | 'keep'
}

/**
 * The picture that matplotlib makes of `librosa.display.specshow(D)` on axes that fill a frameless figure of 100 dots an inch:
 *
 *     plt.figure(figsize=(2.24, 2.24), dpi=100); plt.axis('off')
 *     plt.axes([0, 0, 1, 1], frameon=False, xticks=[], yticks=[])
 *     librosa.display.specshow(D, x_axis='time', y_axis='mel'); plt.savefig(file)
 *
 * `D` is [bands, frames], finite float32 or booleans; band 0 is at the bottom. As in that code, specshow believes the bands to lie
 * between `fmin` 0 and `fmax` 11025 unless told otherwise.
 *
 * RGB and RGBA are equal to matplotlib's pixels, tick marks included. A palette has 256 colours and the marks need up to three each:
 * they take entries no cell uses, else entries are merged that are one level apart.
 * @throws MillraceError `TOO_SHORT` for fewer than 2 frames, `NOT_FINITE`, `INVALID_SHAPE`, `INVALID_OPTION`.
 */
export function specshow(D: Tensor<'float32'> | Tensor<'bool'>, options: SpecshowOptions = {}): Image {
  const { size = 224, channels = 1, ticks = true, short = 'error', cmap = 'auto' } = options
  const [height, width] = checkSize(typeof size === 'number' ? [size, size] : size)
  const [bands, frames] = checkMatrix(D, 'D')
  if (bands < 1 || frames < (short === 'keep' ? 1 : 2)) {
    throw new MillraceError(
      'TOO_SHORT',
      `A spectrogram needs 2 frames to be drawn, this one is [${bands}, ${frames}]: drop the clip, pad it, or use short: 'keep' for a blank picture`,
    )
  }
  const { min, max } = range(D)
  const { vmin = min, vmax = max } = options
  if (!(vmin <= vmax && Number.isFinite(vmax - vmin))) {
    throw new MillraceError('INVALID_OPTION', `vmin is at most vmax, both finite, not ${vmin} and ${vmax}`)
  }
  const { columns, rows, marks } = geometry(bands, frames, height, width, options)
  const data = D.type === 'bool' ? Float32Array.from(D.data) : D.data
  const mesh = { data, frames, columns, rows, vmin, vmax, height, width }
  const blank = rows.length === 0 || columns.length === 0
  const colours = blank ? new Uint8Array(768).fill(255) : colormap(cmap === 'auto' ? autoColormap(D, min, max) : cmap)

  if (channels === 1) {
    const { pixels, used } = drawMesh(mesh)
    if (blank) used[0] = 1
    const drawn = ticks ? tickPixels(marks, height, width, (at) => colours.subarray(3 * pixels[at]!, 3 * pixels[at]! + 3)) : []
    return { data: pixels, height, width, channels, palette: paintPalette(pixels, colours, drawn, used) }
  }
  const { pixels } = drawMesh(mesh, channels === 3 ? colours : opaque(colours))
  if (ticks) {
    const drawn = tickPixels(marks, height, width, (at) => pixels.subarray(channels * at, channels * at + 3))
    paintPixels(pixels, drawn, channels)
  }
  return { data: pixels, height, width, channels }
}

function checkSize([height, width]: readonly [number, number]): readonly [number, number] {
  const valid = (pixels: number): boolean => Number.isInteger(pixels) && pixels >= 1 && pixels <= 65536
  if (valid(height) && valid(width) && height * width <= 2 ** 28) return [height, width]
  throw new MillraceError(
    'INVALID_OPTION',
    `size is a number of pixels or [height, width], each at most 65,536 and together 2^28, not ${height} x ${width}`,
  )
}

interface Geometry {
  columns: Spans
  rows: Spans
  /** Rows of pixels on which tick marks are centred. */
  marks: number[]
}

const kept = new Map<string, Geometry>()

/** Where cells and marks lie; clips of a data set mostly share it. */
function geometry(bands: number, frames: number, height: number, width: number, options: SpecshowOptions): Geometry {
  const { xAxis = 'time', yAxis = 'mel', sr = 22050, hopLength = 512, htk = false, fmin = 0, fmax = sr / 2 } = options
  if (!(sr > 0 && hopLength > 0 && fmin >= 0 && fmin < fmax)) {
    throw new MillraceError(
      'INVALID_OPTION',
      `sr, hopLength > 0 and 0 <= fmin < fmax are needed, not ${sr}, ${hopLength}, ${fmin}, ${fmax}`,
    )
  }
  const key = [bands, frames, height, width, xAxis, yAxis, sr, hopLength, htk, fmin, fmax].join(' ')
  const known = kept.get(key)
  if (known !== undefined) return known
  const count = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i)
  const x: Axis = { centres: xAxis === null ? count(frames) : count(frames).map((t) => (t * hopLength) / sr), scale: 'linear' }
  const y: Axis =
    yAxis === null ? { centres: count(bands), scale: 'linear' } : { centres: melFrequencies(bands, { fmin, fmax, htk }), scale: 'symlog' }
  const made = {
    columns: cellSpans(x, width, false),
    rows: cellSpans(y, height, true),
    marks: yAxis === null ? [] : tickRows(y, height),
  }
  if (kept.size >= 16) kept.clear()
  kept.set(key, made)
  return made
}

function range(D: Tensor<'float32'> | Tensor<'bool'>): { min: number; max: number } {
  const { data } = D
  let [min, max] = [Infinity, -Infinity]
  // The difference of a number and itself is NaN unless it is finite.
  let check = 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value < min) min = value
    if (value > max) max = value
    check += value - value
  }
  if (check === 0) return { min, max }
  throw new MillraceError('NOT_FINITE', 'A picture needs finite values, but there are NaN or infinite ones: check the signal')
}

/**
 * Tick marks are black lines 0.8 points wide (1.11 pixels), centred on a row of pixels, that end in the middle of column 0: Agg
 * covers half of that pixel and 7/255 of those above and below.
 */
const MARK = [
  [-1, 7],
  [0, 128],
  [1, 7],
] as const

/** The pixels that marks change; `under(i)` is the RGB colour of pixel i before. */
function tickPixels(centres: number[], height: number, width: number, under: (at: number) => Uint8Array): Pixel[] {
  const pixels = new Map<number, Pixel>()
  for (const centre of centres) {
    for (const [offset, alpha] of MARK) {
      const row = centre + offset
      if (row < 0 || row >= height) continue
      const at = row * width
      const rgb = pixels.get(at)?.rgb ?? [...under(at)]
      pixels.set(at, { at, rgb: rgb.map((level) => blendBlack(level, alpha)) })
    }
  }
  return [...pixels.values()]
}

/** Black over an opaque level by Agg's integers. */
function blendBlack(level: number, alpha: number): number {
  return Math.floor((level * 255 * (256 - alpha)) / (65280 + alpha))
}
