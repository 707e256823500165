/** A pixel, at its index in row-major order, of a colour that is in no palette. */
export interface Pixel {
  at: number
  rgb: readonly number[]
}

/** Puts single pixels into an RGB or RGBA picture. */
export function paintPixels(data: Uint8Array, pixels: Pixel[], channels: 3 | 4): void {
  for (const { at, rgb } of pixels) data.set(rgb, at * channels)
}

/** 256 RGB colours as opaque RGBA. */
export function opaque(colours: Uint8Array): Uint8Array {
  const out = new Uint8Array(1024).fill(255)
  for (let i = 0; i < 256; i++) out.set(colours.subarray(3 * i, 3 * i + 3), 4 * i)
  return out
}

/**
 * Puts single pixels into a palette picture and returns the palette that now holds. `used` says which entries pixels have; a new
 * colour takes another. When there is none, the rarest entry with a neighbour within one level is merged into that, unless the
 * colour is itself within one level of an entry; when nothing can be merged, the pixel takes the nearest colour.
 */
export function paintPalette(indices: Uint8Array, colours: Uint8Array, pixels: Pixel[], used: Uint8Array): Uint8Array {
  const palette = colours.slice()
  const entries = new Map<string, number>()
  const painted = new Map<number, number>()
  let merger: Merger | undefined
  for (const { at, rgb } of pixels) {
    const name = rgb.join(' ')
    let entry = entries.get(name)
    if (entry === undefined) {
      entry = used.indexOf(0)
      if (entry < 0) {
        const [nearest, distance] = nearestEntry(palette, rgb, -1)
        const freed = distance > 1 ? (merger ??= new Merger(indices, painted)).merge(palette, [...entries.values()]) : -1
        entry = freed < 0 ? nearest : freed
        if (freed >= 0) palette.set(rgb, 3 * entry)
      } else palette.set(rgb, 3 * entry)
      used[entry] = 1
      entries.set(name, entry)
    }
    painted.set(at, entry)
    merger?.paint(indices[at]!, entry)
  }
  if (merger !== undefined) for (let i = 0; i < indices.length; i++) indices[i] = merger.now[indices[i]!]!
  for (const [at, entry] of painted) indices[at] = entry
  return palette
}

/** Merges entries in name only, by counts: pixels are changed once, at the end. */
class Merger {
  /** What the pixels of each entry of the picture have become. */
  readonly now: Uint8Array = Uint8Array.from({ length: 256 }, (_, entry) => entry)
  readonly #uses = new Uint32Array(256)

  constructor(indices: Uint8Array, painted: ReadonlyMap<number, number>) {
    for (let i = 0; i < indices.length; i++) this.#uses[indices[i]!]!++
    for (const [at, entry] of painted) this.paint(indices[at]!, entry)
  }

  /** A pixel of the picture's entry `from` is painted with `to`. */
  paint(from: number, to: number): void {
    this.#uses[this.now[from]!]!--
    this.#uses[to]!++
  }

  /** Frees an entry, other than those `kept`, by giving its pixels to one at most one level away; -1 when all are further apart. */
  merge(palette: Uint8Array, kept: number[]): number {
    const uses = this.#uses
    const rarest = [...uses.keys()].filter((entry) => !kept.includes(entry)).sort((a, b) => uses[a]! - uses[b]!)
    for (const entry of rarest) {
      if (uses[entry] === 0) return entry
      const [other, distance] = nearestEntry(palette, palette.subarray(3 * entry, 3 * entry + 3), entry)
      if (distance > 1) continue
      uses[other]! += uses[entry]!
      uses[entry] = 0
      for (let i = 0; i < 256; i++) if (this.now[i] === entry) this.now[i] = other
      return entry
    }
    return -1
  }
}

/** The entry, other than `except`, that is closest to a colour, and the largest difference of a level. */
function nearestEntry(palette: Uint8Array, rgb: ArrayLike<number>, except: number): [entry: number, distance: number] {
  let best = 0
  let least = Infinity
  for (let entry = 0; entry < 256; entry++) {
    if (entry === except) continue
    const at = 3 * entry
    const distance = Math.max(Math.abs(palette[at]! - rgb[0]!), Math.abs(palette[at + 1]! - rgb[1]!), Math.abs(palette[at + 2]! - rgb[2]!))
    if (distance < least) [best, least] = [entry, distance]
  }
  return [best, least]
}
