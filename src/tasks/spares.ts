/** Buffers that came back from the consumer, to be written to again. Fresh memory costs more than the work of many samples. */
export const spares: ArrayBuffer[] = []

/** What a worker may hold of them; what is more is left to the garbage collector. */
const MAX_SPARES = 64

export function keepSpares(buffers: readonly ArrayBuffer[]): void {
  spares.push(...buffers)
  if (spares.length > MAX_SPARES) spares.splice(0, spares.length - MAX_SPARES)
}
