import { damaged } from './jpeg-errors.ts'

/** Markers of ITU T.81, table B.1; a marker is FF and one of these. */
export const SOF0 = 0xc0
export const SOF2 = 0xc2
export const DHT = 0xc4
export const RST0 = 0xd0
export const SOI = 0xd8
export const EOI = 0xd9
export const SOS = 0xda
export const DQT = 0xdb
export const DRI = 0xdd
export const APP0 = 0xe0
export const APP1 = 0xe1
export const APP14 = 0xee
const TEM = 0x01
const JPG = 0xc8
const DAC = 0xcc
const COM = 0xfe

/** A marker and its parameters, the bytes `from` to `to`. */
export interface Segment {
  marker: number
  from: number
  to: number
}

/** A frame header: 0xc0 to 0xcf without DHT, JPG and DAC. */
export const isFrame = (marker: number): boolean => (marker & 0xf0) === SOF0 && marker !== DHT && marker !== JPG && marker !== DAC

/** Markers that parameters follow: frames, DHT and DAC; SOS, DQT, DNL and DRI; applications; comments. */
const isSegment = (marker: number): boolean =>
  (marker >= SOF0 && marker < RST0 && marker !== JPG) || (marker >= SOS && marker <= DRI) || (marker & 0xf0) === APP0 || marker === COM

/** Whether bytes begin as a JPEG does. */
export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff

export const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number)

/**
 * The next segment at or behind `at`; as libjpeg does, skips what lies between segments, and restart markers.
 *
 * @throws MillraceError `JPEG_DAMAGED` when there is none, it is cut short, or JPEG knows no such marker.
 */
export function nextSegment(bytes: Uint8Array, at: number): Segment {
  for (;;) {
    while (at < bytes.length && bytes[at] !== 0xff) at++
    while (at < bytes.length && bytes[at] === 0xff) at++
    if (at >= bytes.length) throw damaged('this one was cut off: it has no end marker')
    const marker = bytes[at++] as number
    if (marker === 0 || marker === TEM || (marker >= RST0 && marker < SOI)) continue
    if (marker === EOI) return { marker, from: at, to: at }
    if (!isSegment(marker)) throw damaged(`this one has the marker FF ${hex(marker)} where none such may stand`)
    const length = at + 2 <= bytes.length ? uint16(bytes, at) : 2
    if (length < 2) throw damaged(`its segment FF ${hex(marker)} has a length of ${length}`)
    if (at + length > bytes.length) throw damaged(`this one was cut off in its segment FF ${hex(marker)}`)
    return { marker, from: at + 2, to: at + length }
  }
}

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')
