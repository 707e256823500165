import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { type Frames, spectra } from '../kernels/stft.ts'
import { keepBands, sparse } from './mel.ts'
import { copyPadded } from './pad.ts'
import { validAudio } from './stft.ts'
import { getWindow } from './window.ts'

/** `torchaudio.compliance.kaldi.fbank`'s options and defaults, its names in camelCase; without dither, energy and VTLN. */
export interface KaldiFbankOptions {
  /** Samples a second. Default 16000. */
  sampleFrequency?: number
  /** Milliseconds. Default 25. */
  frameLength?: number
  /** Milliseconds from frame to frame. Default 10. */
  frameShift?: number
  /** Default 23. */
  numMelBins?: number
  /** Hz. Default 20. */
  lowFreq?: number
  /** Hz; 0 (default) or less counts from half of `sampleFrequency`. */
  highFreq?: number
  /** Default 0.97. */
  preemphasisCoefficient?: number
  /** Default true. */
  removeDcOffset?: boolean
  /** Default true. */
  roundToPowerOfTwo?: boolean
  /** Only frames that fit (default), or with `false` as many as there are shifts, the signal mirrored at its ends. */
  snipEdges?: boolean
  /** Default `povey`. */
  windowType?: 'povey' | 'hanning' | 'hamming' | 'rectangular' | 'blackman'
  /** Power (default) or magnitude. */
  usePower?: boolean
  /** Natural logarithm of the bands (default), at least that of 2^-23. */
  useLogFbank?: boolean
  /** Subtract each band's mean over time. Default false. */
  subtractMean?: boolean
}

const symmetric = { fftbins: false }
const windows = {
  povey: (n: number): Float64Array => getWindow('hann', n, symmetric).map((w) => Math.max(0, w) ** 0.85),
  hanning: (n: number): Float64Array => getWindow('hann', n, symmetric),
  hamming: (n: number): Float64Array => getWindow('hamming', n, symmetric),
  rectangular: (n: number): Float64Array => new Float64Array(n).fill(1),
  blackman: (n: number): Float64Array => getWindow('blackman', n, symmetric),
}

/**
 * Kaldi's mel filter bank features as `torchaudio.compliance.kaldi.fbank` computes them: float32, [frames, numMelBins] (time first).
 * Kaldi expects samples of 16 bits: multiply `y` by 32768 where a model was trained that way.
 * @throws MillraceError `INVALID_AUDIO`, `AUDIO_NOT_FINITE`, `INVALID_OPTION`, `TOO_SHORT` for a signal shorter than a frame.
 */
export function kaldiFbank(y: Float32Array, options: KaldiFbankOptions = {}): Tensor<'float32'> {
  const { sampleFrequency = 16000, frameLength = 25, frameShift = 10, numMelBins = 23, lowFreq = 20, highFreq = 0 } = options
  const { windowType = 'povey', roundToPowerOfTwo = true, usePower = true, useLogFbank = true, subtractMean = false } = options
  validAudio(y)
  const size = Math.floor(sampleFrequency * frameLength * 0.001)
  const shift = Math.floor(sampleFrequency * frameShift * 0.001)
  const padded = roundToPowerOfTwo ? 2 ** Math.ceil(Math.log2(size)) : size
  const top = highFreq <= 0 ? highFreq + sampleFrequency / 2 : highFreq
  const valid = size >= 2 && shift >= 1 && padded % 2 === 0 && Number.isInteger(numMelBins) && numMelBins > 3
  if (!valid || !(lowFreq >= 0 && lowFreq < top && top <= sampleFrequency / 2) || !Object.hasOwn(windows, windowType)) {
    throw new MillraceError(
      'INVALID_OPTION',
      `fbank needs a frame of 2 samples or more (even without rounding to a power of two), a shift of 1 or more, over 3 bands, 0 <= lowFreq < highFreq <= half of sampleFrequency and one of the windows ${Object.keys(windows).join(', ')}; got ${JSON.stringify(options)}`,
    )
  }
  if (y.length < size)
    throw new MillraceError('TOO_SHORT', `A frame has ${size} samples, the signal only ${y.length}: pad or drop the clip`)
  const bands = keepBands(['kaldi', numMelBins, padded, sampleFrequency, lowFreq, top], () =>
    sparse(melBanks(numMelBins, padded, sampleFrequency, lowFreq, top)),
  )
  const window = keepWindow(windowType, size, padded)
  const kind = usePower ? 'power' : 'magnitude'
  const frames = kaldiFrames(y, size, shift, padded, options)
  const [rows] = spectra(frames, window, { kind, bands }) as [Float32Array]

  const data = new Float32Array(rows.length)
  for (let m = 0; m < numMelBins; m++) {
    for (let t = 0; t < frames.count; t++) {
      const value = rows[m * frames.count + t]!
      data[t * numMelBins + m] = useLogFbank ? Math.log(Math.max(value, 2 ** -23)) : value
    }
  }
  if (subtractMean) removeMeans(data, numMelBins)
  return { data, dims: [frames.count, numMelBins], type: 'float32' }
}

/** Frames without their mean and pre-emphasised; the first sample is its own predecessor. */
function kaldiFrames(y: Float32Array, size: number, shift: number, padded: number, options: KaldiFbankOptions): Frames {
  const { snipEdges = true, removeDcOffset = true, preemphasisCoefficient = 0.97 } = options
  const margin = snipEdges ? 0 : Math.floor(size / 2) - Math.floor(shift / 2)
  const count = snipEdges ? 1 + Math.floor((y.length - size) / shift) : Math.floor((y.length + Math.floor(shift / 2)) / shift)
  const one = (frame: Float32Array, index: number): void => {
    copyPadded(y, frame, index * shift - margin, 'symmetric')
    const mean = removeDcOffset ? Math.fround(frame.reduce((sum, v) => sum + v, 0) / size) : 0
    for (let i = 0; i < size; i++) frame[i]! -= mean
    for (let i = size - 1; i >= 0; i--) frame[i]! -= Math.fround(preemphasisCoefficient * frame[Math.max(0, i - 1)]!)
  }
  const read = (block: Float32Array, first: number, blockCount: number): void => {
    block.fill(0)
    for (let i = 0; i < blockCount; i++) one(block.subarray(i * padded, i * padded + size), first + i)
  }
  return { count, stride: padded, read }
}

const keptWindows = new Map<string, Float64Array>()

function keepWindow(type: keyof typeof windows, size: number, padded: number): Float64Array {
  const key = [type, size, padded].join(' ')
  let window = keptWindows.get(key)
  if (window === undefined) {
    window = new Float64Array(padded)
    window.set(windows[type](size))
    if (keptWindows.size >= 16) keptWindows.clear()
    keptWindows.set(key, window)
  }
  return window
}

const f = Math.fround

/** Triangles on the scale 1127 ln(1 + f / 700), in float32 as in torchaudio; the highest bin belongs to no band. */
function melBanks(count: number, padded: number, sampleFrequency: number, low: number, high: number): Tensor<'float32'> {
  const scale = (hz: number): number => 1127 * Math.log(1 + hz / 700)
  const step = (scale(high) - scale(low)) / (count + 1)
  const bins = padded / 2 + 1
  const mels = Float32Array.from({ length: bins }, (_, k) => 1127 * f(Math.log(f(1 + f(f((sampleFrequency / padded) * k) / 700)))))
  const point = (i: number): number => f(f(scale(low)) + f(i * f(step)))
  const data = new Float32Array(count * bins)
  for (let m = 0; m < count; m++) {
    const [left, centre, right] = [point(m), point(m + 1), point(m + 2)]
    for (let k = 0; k < bins - 1; k++) {
      const rising = f(f(mels[k]! - left) / f(centre - left))
      const falling = f(f(right - mels[k]!) / f(right - centre))
      data[m * bins + k] = Math.max(0, Math.min(rising, falling))
    }
  }
  return { data, dims: [count, bins], type: 'float32' }
}

function removeMeans(data: Float32Array, columns: number): void {
  const rows = data.length / columns
  for (let m = 0; m < columns; m++) {
    let sum = 0
    for (let i = m; i < data.length; i += columns) sum += data[i]!
    for (let i = m; i < data.length; i += columns) data[i]! -= sum / rows
  }
}
