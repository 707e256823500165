import { MillraceError } from '../core/errors.ts'

/** Throws `AUDIO_NOT_FINITE` when a sample from index `from` on is NaN or infinite. */
export function requireFinite(y: Float32Array, from = 0): void {
  for (let i = from; i < y.length; i++) {
    if (Number.isFinite(y[i])) continue
    throw new MillraceError(
      'AUDIO_NOT_FINITE',
      `Samples must be finite; sample ${i} is ${y[i]}. Replace it (0 is silence) or leave the file out.`,
    )
  }
}
