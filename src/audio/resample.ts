import { MillraceError } from '../core/errors.ts'
import type { Stage } from '../kernels/resample.ts'
import { requireFinite } from './finite.ts'
import { runChain } from './resample-engine.ts'
import { plan } from './resample-plan.ts'

export interface ResampleOptions {
  /** Sampling rate of `y`, Hz: any finite number above 0. */
  origSr: number
  /** Sampling rate wanted, Hz. */
  targetSr: number
}

const MAX_RATIO = 65_536
const MAX_LENGTH = 2 ** 30
const MAX_CHAINS = 16

// Least recently used first.
const chains = new Map<number, Stage[]>()

/**
 * `y` (mono float32) at another sampling rate: librosa.resample with its default `res_type='soxr_hq'`, within 1e-6 of full
 * scale for ratios up to x4 and 2e-6 above (what is left is libsoxr's own float32 rounding). The result has
 * ceil(y.length * targetSr / origSr) samples and is new, also when the rates are equal. The filters are designed once for a
 * ratio and kept.
 *
 * Throws `AUDIO_RATE` (a rate is not a finite number above 0, or the rates differ by more than a factor of 65,536),
 * `AUDIO_TOO_LARGE` (more than 2^30 samples would come out) and `AUDIO_NOT_FINITE` (NaN or infinity in `y`).
 */
export function resample(y: Float32Array, { origSr, targetSr }: ResampleOptions): Float32Array {
  for (const [name, rate] of Object.entries({ origSr, targetSr })) {
    if (Number.isFinite(rate) && rate > 0) continue
    throw new MillraceError('AUDIO_RATE', `${name} must be a finite number of Hz above 0; received ${String(rate)}.`)
  }
  const ratio = origSr / targetSr
  if (!(ratio <= MAX_RATIO && ratio >= 1 / MAX_RATIO)) {
    const rates = `${origSr} Hz to ${targetSr} Hz`
    throw new MillraceError(
      'AUDIO_RATE',
      `Rates may differ by a factor of ${MAX_RATIO} at most; received ${rates}. Check the file's header.`,
    )
  }
  const length = Math.ceil(y.length * (targetSr / origSr))
  if (length > MAX_LENGTH) {
    throw new MillraceError(
      'AUDIO_TOO_LARGE',
      `${y.length} samples from ${origSr} Hz to ${targetSr} Hz would be ${length}, more than ${MAX_LENGTH}; resample piece by piece.`,
    )
  }
  const out = new Float32Array(length)
  // soxr rounds the length, librosa rounds it up and pads with zeros.
  const made = out.subarray(0, Math.min(length, Math.floor(y.length / ratio + 0.5)))
  const chain = chainFor(ratio)
  if (chain.length === 0) {
    requireFinite(y, 0)
    made.set(y.subarray(0, made.length))
    return out
  }
  const { finite, read } = runChain(chain, y, made)
  requireFinite(y, finite ? read : 0)
  return out
}

function chainFor(ratio: number): Stage[] {
  const chain = chains.get(ratio) ?? plan(ratio)
  chains.delete(ratio)
  chains.set(ratio, chain)
  if (chains.size > MAX_CHAINS) chains.delete(chains.keys().next().value!)
  return chain
}
