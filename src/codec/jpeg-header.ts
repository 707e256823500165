import { damaged } from './jpeg-errors.ts'
import { type Orientation, orientationOf } from './jpeg-exif.ts'
import { APP0, APP1, APP14, EOI, isFrame, isJpeg, nextSegment, type Segment, SOF2, SOS, uint16 } from './jpeg-markers.ts'

export interface JpegComponent {
  id: number
  /** Sampling factors, 1 to 4: samples across and down for every `max(h)` x `max(v)` pixels. */
  h: number
  v: number
  /** The quantisation table it uses, 0 to 3. */
  quantisation: number
}

/** What a JPEG says of itself before its first scan. */
export interface JpegHeader {
  height: number
  width: number
  /** One for gray, three for colour, four for CMYK. */
  components: readonly JpegComponent[]
  /** What they are, by libjpeg's rules: JFIF and Adobe markers, then the components' names. */
  colour: 'gray' | 'ycc' | 'rgb' | 'cmyk' | 'ycck'
  /** Bits a sample. */
  precision: number
  coding: 'sequential' | 'progressive' | 'lossless' | 'hierarchical'
  arithmetic: boolean
  /** Of Adobe's marker: 0 RGB or CMYK, 1 YCbCr, 2 YCCK. */
  adobeTransform: number | undefined
  /** EXIF's orientation, else XMP's as Pillow has it; 1 when there is none or it makes no sense. */
  orientation: Orientation
  /** Why `decodeJpeg` refuses this kind, in words; undefined when it takes it. */
  unsupported: string | undefined
}

/**
 * Reads the header alone: microseconds, whatever the size of the file.
 *
 * @throws MillraceError `JPEG_DAMAGED` when this is no JPEG, or one whose header is damaged.
 */
export function jpegHeader(bytes: Uint8Array): JpegHeader {
  if (!isJpeg(bytes)) {
    const start = [...bytes.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw damaged(start === '' ? 'this is empty' : `this begins with the bytes ${start}, not ff d8 ff`)
  }
  let frame: JpegHeader | undefined
  let jfif = false
  let adobeTransform: number | undefined
  let exif: Orientation | undefined
  let xmp: Orientation | undefined
  let segment: Segment
  for (let at = 2; ; at = segment.to) {
    segment = nextSegment(bytes, at)
    const { marker, from, to } = segment
    if (marker === SOS) break
    if (marker === EOI) throw damaged('this one ends before its first scan')
    if (isFrame(marker)) {
      if (frame !== undefined) throw damaged('this one has two frame headers')
      frame = readFrame(bytes, segment)
    } else if (marker === APP0) jfif ||= to - from >= 14 && startsWith(bytes, from, 'JFIF\0')
    else if (marker === APP14) {
      if (to - from >= 12 && startsWith(bytes, from, 'Adobe')) adobeTransform = bytes[from + 11]
    } else if (marker === APP1) {
      const found = orientationOf(bytes.subarray(from, to))
      if (found?.from === 'exif') exif ??= found.orientation
      else if (found?.from === 'xmp') xmp = found.orientation
    }
  }
  if (frame === undefined) throw damaged('this one has no frame header before its first scan')
  frame.colour = colourOf(frame.components, jfif, adobeTransform)
  frame.adobeTransform = adobeTransform
  frame.orientation = exif ?? xmp ?? 1
  frame.unsupported = unsupportedKind(frame)
  return frame
}

/** The header as far as the frame header tells it. */
function readFrame(bytes: Uint8Array, { marker, from, to }: Segment): JpegHeader {
  const count = to - from >= 6 ? (bytes[from + 5] as number) : 0
  if (count === 0 || to - from !== 6 + 3 * count) {
    throw damaged(`its frame header has ${to - from} bytes for ${count} components; it should be 6 and 3 for each of at least one`)
  }
  const components = Array.from({ length: count }, (_, i) => {
    const at = from + 6 + 3 * i
    const factors = bytes[at + 1] as number
    return { id: bytes[at] as number, h: factors >> 4, v: factors & 15, quantisation: bytes[at + 2] as number }
  })
  for (const { h, v, quantisation } of components) {
    if (h < 1 || h > 4 || v < 1 || v > 4) throw damaged(`its sampling factors are ${h} x ${v}; they may be 1 to 4`)
    if (quantisation > 3) throw damaged(`a component uses quantisation table ${quantisation}; there are 0 to 3`)
  }
  const width = uint16(bytes, from + 3)
  if (width === 0) throw damaged('its width is 0')
  // The two lowest bits tell how samples are coded, the next whether as differences to other frames, the highest how symbols are.
  const kind = marker & 3
  const hierarchical = (marker & 4) !== 0
  return {
    height: uint16(bytes, from + 1),
    width,
    components,
    precision: bytes[from] as number,
    coding: hierarchical ? 'hierarchical' : kind === 3 ? 'lossless' : kind === (SOF2 & 3) ? 'progressive' : 'sequential',
    arithmetic: (marker & 8) !== 0,
    colour: 'gray',
    adobeTransform: undefined,
    orientation: 1,
    unsupported: undefined,
  }
}

/** libjpeg's default_decompress_parms. */
function colourOf(components: readonly JpegComponent[], jfif: boolean, adobeTransform: number | undefined): JpegHeader['colour'] {
  if (components.length === 4) return adobeTransform === 2 ? 'ycck' : 'cmyk'
  if (components.length !== 3) return 'gray'
  if (jfif) return 'ycc'
  if (adobeTransform !== undefined) return adobeTransform === 0 ? 'rgb' : 'ycc'
  return components.every(({ id }, i) => id === 'RGB'.charCodeAt(i)) ? 'rgb' : 'ycc'
}

function unsupportedKind({ components, precision, coding, arithmetic, height, colour }: JpegHeader): string | undefined {
  if (coding === 'lossless' || coding === 'hierarchical') return `this one is ${coding}`
  if (arithmetic) return 'this one has arithmetic coding'
  if (precision !== 8) return `this one has ${precision} bits a sample`
  if (components.length === 4) return `this one has four components (${colour.toUpperCase()})`
  if (components.length !== 1 && components.length !== 3) return `this one has ${components.length} components`
  if (height === 0) return 'this one tells its height behind the first scan only (DNL)'
  if (components.length === 1) return undefined
  const hMax = Math.max(...components.map(({ h }) => h))
  const vMax = Math.max(...components.map(({ v }) => v))
  const odd = components.find(({ h, v }) => hMax % h !== 0 || vMax % v !== 0)
  return odd && `this one samples a component ${odd.h} x ${odd.v} times where another has ${hMax} x ${vMax}, which is no whole ratio`
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}
