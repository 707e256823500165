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
  for (const { at, rgb } of pixels) {
    const name = rgb.join(' ')
    let entry = entries.get(name)
    if (entry === undefined) {
      entry = used.indexOf(0)
      if (entry < 0) {
        const [nearest, distance] = nearestEntry(palette, rgb, -1)
        const freed = distance > 1 ? merge(indices, palette, [...entries.values()]) : -1
        entry = freed < 0 ? nearest : freed
        if (freed >= 0) palette.set(rgb, 3 * entry)
      } else palette.set(rgb, 3 * entry)
      used[entry] = 1
      entries.set(name, entry)
    }
    indices[at] = entry
  }
  return palette
}

/** Frees an entry, other than those `kept`, by giving its pixels to one at most one level away; -1 when all are further apart. */
function merge(indices: Uint8Array, palette: Uint8Array, kept: number[]): number {
  const uses = new Uint32Array(256)
  for (let i = 0; i < indices.length; i++) uses[indices[i]!]!++
  const rarest = [...uses.keys()].filter((entry) => !kept.includes(entry)).sort((a, b) => uses[a]! - uses[b]!)
  for (const entry of rarest) {
    if (uses[entry] === 0) return entry
    const [other, distance] = nearestEntry(palette, palette.subarray(3 * entry, 3 * entry + 3), entry)
    if (distance > 1) continue
    for (let i = 0; i < indices.length; i++) if (indices[i] === entry) indices[i] = other
    return entry
  }
  return -1
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
