import { task } from 'millrace'

/** A fresh array of 150 KB. */
export const filled = task(import.meta, { run: (i) => new Uint8Array(150_000).fill(i & 255) })
