/** What EXIF says of how a picture is to be turned: 1 as it is, 2 mirrored, 3 by 180 degrees, ... 8; TIFF's tag 274. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

const exifName = 'Exif\0\0'
const xmpName = 'http://ns.adobe.com/xap/1.0/\0'
const orientationTag = 0x0112
const short = 3
const long = 4

/**
 * The orientation in an APP1 segment, of EXIF or of XMP; undefined when it has none. Whatever the bytes are, this ends and does not
 * throw: EXIF that makes no sense has no orientation.
 */
export function orientationOf(segment: Uint8Array): { from: 'exif' | 'xmp'; orientation: Orientation | undefined } | undefined {
  const text = latin1(segment.subarray(0, xmpName.length))
  if (text.startsWith(exifName)) return { from: 'exif', orientation: fromTiff(segment.subarray(exifName.length)) }
  if (text !== xmpName) return undefined
  const found = /tiff:Orientation(?:="|>)([0-9])/.exec(latin1(segment))
  return { from: 'xmp', orientation: valid(Number(found?.[1])) }
}

/** The tag in the first directory of a TIFF (TIFF 6.0, section 2). */
function fromTiff(tiff: Uint8Array): Orientation | undefined {
  const order = latin1(tiff.subarray(0, 2))
  if (tiff.length < 10 || (order !== 'II' && order !== 'MM')) return undefined
  const little = order === 'II'
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  if (view.getUint16(2, little) !== 42) return undefined
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return undefined
  const entries = Math.min(view.getUint16(directory, little), Math.floor((tiff.length - directory - 2) / 12))
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i
    if (view.getUint16(at, little) !== orientationTag) continue
    const type = view.getUint16(at + 2, little)
    if (view.getUint32(at + 4, little) !== 1) return undefined
    if (type === short) return valid(view.getUint16(at + 8, little))
    return type === long ? valid(view.getUint32(at + 8, little)) : undefined
  }
  return undefined
}

const valid = (value: number): Orientation | undefined =>
  Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : undefined

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
