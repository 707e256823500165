import { damaged } from './jpeg-errors.ts'

/** What a progressive scan sends: bits `shift` and above (`first`), or bit `shift` alone, of coefficients `from` to `to` in zigzag order. */
export interface ProgressiveScan {
  from: number
  to: number
  first: boolean
  shift: number
}

const never = 255

/** Which bits of which coefficients of a component have been sent. Stricter than libjpeg, which takes scans in any order. */
export class Progression {
  /** For each zigzag index the lowest bit sent. */
  readonly #lowest: Uint8Array = new Uint8Array(64).fill(never)

  /** @throws MillraceError `JPEG_DAMAGED` when the scan does not follow from those before. */
  add({ from, to, first, shift }: ProgressiveScan): void {
    if (from > 0 && this.#lowest[0] === never) throw damaged('a progressive scan sends AC coefficients before any DC')
    const before = first ? never : shift + 1
    for (let k = from; k <= to; k++) {
      if (this.#lowest[k] !== before) throw damaged('a progressive scan sends bits again, or without those above them')
      this.#lowest[k] = shift
    }
  }

  /**
   * Whether libjpeg would show the coefficients as they are: it smooths blocks when one of the first ten is not known to its
   * last bit. The others may be missing.
   */
  get exact(): boolean {
    return this.#lowest.subarray(0, 10).every((shift) => shift === 0)
  }
}
