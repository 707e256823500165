import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'

/** A pixel, at its index in row-major order, of a colour that is in no palette. */
export interface Pixel {
  at: number
  rgb: readonly number[]
}

/** A palette picture as RGB. Other pictures of 8 bits are converted too: gray is repeated, an alpha channel is left out. */
export function toRgb(image: Image): Image {
  return expand(image, 3)
}

/** A picture as RGBA, opaque unless it has an alpha channel. */
export function toRgba(image: Image): Image {
  return expand(image, 4)
}

function expand(image: Image, channels: 3 | 4): Image {
  const { data, height, width, palette } = image
  if (data instanceof Uint16Array) throw new MillraceError('INVALID_IMAGE', 'A picture of 16 bits has no RGB form of 8: scale it first')
  if (image.channels === channels) return image
  if (image.channels === 1) {
    const colours = palette ?? Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
    return { data: paintRgb(data, colours, [], channels), height, width, channels }
  }
  const out = new Uint8Array(height * width * channels).fill(255)
  for (let from = 0, to = 0; from < data.length; from += image.channels, to += channels) {
    out[to] = data[from]!
    out[to + 1] = data[from + 1]!
    out[to + 2] = data[from + 2]!
  }
  return { data: out, height, width, channels }
}

/** The colours of indices, then single pixels over them. */
export function paintRgb(indices: Uint8Array, colours: Uint8Array, pixels: Pixel[], channels: 3 | 4): Uint8Array {
  const out = new Uint8Array(indices.length * channels)
  if (channels === 4) out.fill(255)
  for (let i = 0, to = 0; i < indices.length; i++, to += channels) {
    const from = 3 * indices[i]!
    out[to] = colours[from]!
    out[to + 1] = colours[from + 1]!
    out[to + 2] = colours[from + 2]!
  }
  for (const { at, rgb } of pixels) out.set(rgb, at * channels)
  return out
}

/**
 * Puts single pixels into a palette picture and returns the palette that now holds. A new colour takes an entry that no pixel uses.
 * When there is none, the rarest entry with another within one level is merged into that; when there is no such entry either,
 * the pixel takes the nearest colour.
 */
export function paintPalette(indices: Uint8Array, colours: Uint8Array, pixels: Pixel[]): Uint8Array {
  const palette = colours.slice()
  if (pixels.length === 0) return palette
  const uses = new Uint32Array(256)
  for (const index of indices) uses[index]!++
  for (const { at, rgb } of pixels) {
    uses[indices[at]!]!--
    const [nearest, distance] = nearestEntry(palette, rgb, (entry) => uses[entry]! > 0)
    let entry = nearest
    if (distance > 0) {
      const free = uses.indexOf(0)
      const freed = free >= 0 ? free : distance > 1 ? merge(indices, palette, uses) : -1
      if (freed >= 0) palette.set(rgb, 3 * (entry = freed))
    }
    indices[at] = entry
    uses[entry]!++
  }
  return palette
}

/** Frees an entry by giving its pixels to one that is at most one level away; -1 when all are further apart. */
function merge(indices: Uint8Array, palette: Uint8Array, uses: Uint32Array): number {
  const rarest = [...uses.keys()].sort((a, b) => uses[a]! - uses[b]!)
  for (const entry of rarest) {
    const [other, distance] = nearestEntry(palette, palette.subarray(3 * entry, 3 * entry + 3), (candidate) => candidate !== entry)
    if (distance > 1) continue
    for (let i = 0; i < indices.length; i++) if (indices[i] === entry) indices[i] = other
    uses[other]! += uses[entry]!
    uses[entry] = 0
    return entry
  }
  return -1
}

/** The allowed entry that is closest to a colour, and the largest difference of a level. */
function nearestEntry(palette: Uint8Array, rgb: ArrayLike<number>, allowed: (entry: number) => boolean): [entry: number, distance: number] {
  let best = 0
  let least = Infinity
  for (let entry = 0; entry < 256; entry++) {
    if (!allowed(entry)) continue
    const at = 3 * entry
    const distance = Math.max(Math.abs(palette[at]! - rgb[0]!), Math.abs(palette[at + 1]! - rgb[1]!), Math.abs(palette[at + 2]! - rgb[2]!))
    if (distance < least) [best, least] = [entry, distance]
  }
  return [best, least]
}
