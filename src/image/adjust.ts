// Colours changed as Pillow's ImageEnhance does, which torchvision's functions call for PIL images. Alpha is left as it is.
import { MillraceError } from '../core/errors.ts'
import type { Image } from '../core/image.ts'
import { luma } from './convert.ts'

const { fround, trunc } = Math

export type Adjustment = 'brightness' | 'contrast' | 'saturation' | 'hue'

export function checkFactor(what: Adjustment, factor: number): void {
  if (what === 'hue' ? factor >= -0.5 && factor <= 0.5 : factor >= 0 && factor < Infinity) return
  throw new MillraceError(
    'BAD_OPTION',
    `${what} takes a number ${what === 'hue' ? 'from -0.5 to 0.5' : 'of 0 or more'}; received ${factor}.`,
  )
}

/** `factor`: 1 changes nothing, 0 gives black, gray or the gray picture; for hue, turns of the colour circle from -0.5 to 0.5. */
export function adjust(image: Image, what: Adjustment, factor: number): Image {
  if (!(image.data instanceof Uint8Array) || image.palette !== undefined) {
    throw new MillraceError('BAD_IMAGE', `colours are adjusted in pictures of 8 bits without a palette. Open it with mode 'RGB' or 'L'.`)
  }
  const { data, channels } = image as Image & { data: Uint8Array }
  const out = data.slice()
  if (what === 'hue') {
    if (channels !== 1) turnHue(out, channels, factor)
  } else if (what === 'saturation') {
    if (channels !== 1) blend(out, channels, factor, grayOf(data, channels))
  } else blend(out, channels, factor, what === 'brightness' ? 0 : meanOf(grayOf(data, channels)))
  return { ...image, data: out }
}

/** Pillow's gray of every pixel. */
function grayOf(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return data
  const gray = new Uint8Array(data.length / channels)
  for (let i = 0, at = 0; i < gray.length; i++, at += channels) {
    gray[i] = luma(data, at)
  }
  return gray
}

function meanOf(gray: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < gray.length; i++) sum += gray[i]!
  return Math.floor(sum / gray.length + 0.5)
}

/** Image.blend from gray levels (one, or one a pixel) to the picture: a + alpha (b - a) in float32, clipped and truncated. */
function blend(out: Uint8Array, channels: number, factor: number, from: number | Uint8Array): void {
  const alpha = fround(factor)
  // By b - a + 255.
  const shares = Float32Array.from({ length: 511 }, (_, i) => alpha * (i - 255))
  const mix = (a: number, b: number): number => {
    const value = fround(a + shares[b - a + 255]!)
    return value <= 0 ? 0 : value >= 255 ? 255 : trunc(value)
  }
  if (typeof from === 'number') {
    const levels = Uint8Array.from({ length: 256 }, (_, b) => mix(from, b))
    if (channels === 4) for (let i = 0; i < out.length; i++) out[i] = (i & 3) === 3 ? out[i]! : levels[out[i]!]!
    else for (let i = 0; i < out.length; i++) out[i] = levels[out[i]!]!
    return
  }
  for (let i = 0, at = 0; at < out.length; i++, at += channels) {
    const gray = from[i]!
    out[at] = mix(gray, out[at]!)
    out[at + 1] = mix(gray, out[at + 1]!)
    out[at + 2] = mix(gray, out[at + 2]!)
  }
}

/** To HSV of bytes, hue + the whole part of 255 factor, and back. */
function turnHue(out: Uint8Array, channels: number, factor: number): void {
  const turn = trunc(factor * 255)
  for (let at = 0; at < out.length; at += channels) {
    const r = out[at]!
    const g = out[at + 1]!
    const b = out[at + 2]!
    const max = Math.max(r, g, b)
    const range = max - Math.min(r, g, b)
    // Gray has hue and saturation 0, and stays as it is.
    if (range === 0) continue
    const rc = fround((max - r) / range)
    const gc = fround((max - g) / range)
    const bc = fround((max - b) / range)
    const sixths = r === max ? fround(bc - gc) : g === max ? fround(2 + rc - bc) : fround(4 + gc - rc)
    const circle = sixths / 6 + 1
    const hue = (trunc(fround(circle >= 1 ? circle - 1 : circle) * 255) + turn) & 255
    const saturation = fround(trunc(fround(range / max) * 255) / 255)
    if (saturation === 0) {
      out[at] = out[at + 1] = out[at + 2] = max
      continue
    }
    const sector = Math.floor((hue * 6) / 255)
    const f = fround((hue * 6) / 255 - sector)
    const p = Math.round(max * (1 - saturation))
    const q = Math.round(max * (1 - saturation * f))
    const t = Math.round(max * (1 - saturation * (1 - f)))
    // Which of them red, green and blue are, in each sixth of the circle.
    const sixth = sector % 6
    out[at] = sixth === 0 || sixth === 5 ? max : sixth === 1 ? q : sixth === 4 ? t : p
    out[at + 1] = sixth === 1 || sixth === 2 ? max : sixth === 0 ? t : sixth === 3 ? q : p
    out[at + 2] = sixth === 3 || sixth === 4 ? max : sixth === 2 ? t : sixth === 5 ? q : p
  }
}
