import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import type { Decoded } from '../codec/decoded.ts'

/** `'keep'` is the file's own kind, as far as an Image can hold it: gray of 8 or 16 bits, palette, RGB, RGBA. */
export type Mode = 'RGB' | 'L' | 'RGBA' | 'keep'

/**
 * Pixels in another mode, with the arithmetic of Pillow's `Image.convert`: gray is (19595 R + 38470 G + 7471 B + 32768) >> 16,
 * alpha is dropped without blending, gray of 16 bits is clipped at 255.
 */
export function convert(decoded: Decoded, mode: Mode): Image {
  switch (mode) {
    case 'keep':
      return keep(decoded)
    case 'L':
      return toGray(decoded)
    case 'RGB':
      return toColour(decoded, 3)
    case 'RGBA':
      return toColour(decoded, 4)
    default:
      throw new MillraceError('BAD_OPTION', `mode is 'RGB', 'L', 'RGBA' or 'keep'; received ${String(mode)}.`)
  }
}

function keep(decoded: Decoded): Image {
  const { mode, data, height, width, palette, paletteAlpha, transparent } = decoded
  if (mode === 'LA' || mode === 'RGBA' || paletteAlpha !== undefined || (transparent !== undefined && mode !== 'I;16')) {
    return toColour(decoded, 4)
  }
  if (mode === 'CMYK') return toColour(decoded, 3)
  if (mode !== 'P') return { data, height, width, channels: mode === 'RGB' ? 3 : 1 }
  // Indices beyond the palette mean black.
  const last = (data as Uint8Array).reduce((max, index) => Math.max(max, index), 0)
  const entries = new Uint8Array(3 * Math.max(last + 1, Math.ceil((palette?.length ?? 0) / 3)))
  entries.set(palette ?? [])
  return { data, height, width, channels: 1, palette: entries }
}

function toGray({ mode, data, height, width, palette }: Decoded): Image {
  if (mode === 'L') return { data, height, width, channels: 1 }
  const out = new Uint8Array(height * width)
  if (mode === 'P') {
    const entries = paddedPalette(palette)
    const gray = Uint8Array.from({ length: 256 }, (_, i) => luma(entries, 3 * i))
    for (let i = 0; i < out.length; i++) out[i] = gray[data[i]!]!
  } else if (mode === 'I;16') for (let i = 0; i < out.length; i++) out[i] = Math.min(data[i]!, 255)
  else if (mode === 'LA') for (let i = 0; i < out.length; i++) out[i] = data[2 * i]!
  else {
    const step = mode === 'RGB' ? 3 : 4
    const rgb = mode === 'CMYK' ? cmykToRgb(data, 4) : data
    for (let i = 0, at = 0; i < out.length; i++, at += step) out[i] = luma(rgb, at)
  }
  return { data: out, height, width, channels: 1 }
}

/** Pillow's gray of red, green and blue. */
export const luma = (rgb: Uint8Array | Uint16Array, at: number): number =>
  (19595 * rgb[at]! + 38470 * rgb[at + 1]! + 7471 * rgb[at + 2]! + 0x8000) >> 16

function toColour(decoded: Decoded, channels: 3 | 4): Image {
  const { mode, data, height, width } = decoded
  if ((mode === 'RGB' && channels === 3) || (mode === 'RGBA' && channels === 4)) return { data, height, width, channels }
  if (mode === 'CMYK') return { data: cmykToRgb(data, channels), height, width, channels }
  if (mode === 'L' || mode === 'I;16' || mode === 'P') {
    const out = lookUp(data, mode === 'P' ? paletteColours(decoded) : grays, channels)
    if (channels === 4 && decoded.transparent !== undefined) clear(out, decoded.transparent)
    return { data: out, height, width, channels }
  }
  const out = new Uint8Array(height * width * channels)
  const [step, green, blue, alpha] = mode === 'LA' ? [2, 0, 0, 1] : mode === 'RGBA' ? [4, 1, 2, 3] : [3, 1, 2, undefined]
  for (let from = 0, to = 0; to < out.length; from += step, to += channels) {
    out[to] = data[from]!
    out[to + 1] = data[from + green]!
    out[to + 2] = data[from + blue]!
    if (channels === 4) out[to + 3] = alpha === undefined ? 255 : data[from + alpha]!
  }
  if (channels === 4 && decoded.transparent !== undefined) clear(out, decoded.transparent)
  return { data: out, height, width, channels }
}

// A colour is a word: red, green, blue and alpha from the lowest byte up.

const grays = Uint32Array.from({ length: 256 }, (_, level) => (level * 0x010101 + 0xff000000) >>> 0)

function paletteColours({ palette, paletteAlpha }: Decoded): Uint32Array {
  const rgb = paddedPalette(palette)
  return Uint32Array.from(
    { length: 256 },
    (_, i) => (rgb[3 * i]! | (rgb[3 * i + 1]! << 8) | (rgb[3 * i + 2]! << 16) | ((paletteAlpha?.[i] ?? 255) << 24)) >>> 0,
  )
}

/** The colour of each value, of those beyond 255 the last. */
function lookUp(values: Uint8Array | Uint16Array, colours: Uint32Array, channels: 3 | 4): Uint8Array {
  const indices = values instanceof Uint8Array ? values : Uint8Array.from(values, (value) => Math.min(value, 255))
  const count = indices.length
  const out = new Uint8Array(count * channels)
  const words = new Uint32Array(out.buffer, 0, out.length >> 2)
  if (channels === 4) {
    for (let i = 0; i < count; i++) words[i] = colours[indices[i]!]!
    return out
  }
  // Written as words, of which four pixels fill three.
  let i = 0
  for (let to = 0; i + 4 <= count; i += 4, to += 3) {
    const second = colours[indices[i + 1]!]!
    const third = colours[indices[i + 2]!]!
    words[to] = (colours[indices[i]!]! & 0xffffff) | (second << 24)
    words[to + 1] = ((second >>> 8) & 0xffff) | (third << 16)
    words[to + 2] = ((third >>> 16) & 0xff) | (colours[indices[i + 3]!]! << 8)
  }
  for (; i < count; i++) for (let c = 0; c < 3; c++) out[3 * i + c] = colours[indices[i]!]! >>> (8 * c)
  return out
}

/** Makes pixels of the transparent value so. Pillow compares 8 bits, whatever the file has. */
function clear(rgba: Uint8Array, transparent: number[]): void {
  const [r, g = r, b = r] = transparent.map((value) => value & 255)
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at] === r && rgba[at + 1] === g && rgba[at + 2] === b) rgba[at + 3] = 0
  }
}

function paddedPalette(palette: Uint8Array = new Uint8Array(0)): Uint8Array {
  const entries = new Uint8Array(768)
  entries.set(palette.subarray(0, 768))
  return entries
}

/** R = (255 - K) - (255 - K) C / 255, rounded; likewise G of M and B of Y. */
function cmykToRgb(data: Uint8Array | Uint16Array, channels: 3 | 4): Uint8Array {
  const out = new Uint8Array((data.length / 4) * channels)
  if (channels === 4) out.fill(255)
  for (let from = 0, to = 0; from < data.length; from += 4, to += channels) {
    const white = 255 - data[from + 3]!
    for (let c = 0; c < 3; c++) {
      const product = data[from + c]! * white + 128
      out[to + c] = white - (((product >> 8) + product) >> 8)
    }
  }
  return out
}
