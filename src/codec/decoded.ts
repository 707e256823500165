/**
 * The pixels of a file as the file has them, before any conversion: `height` x `width` x (channels of `mode`) values, under
 * Pillow's names of modes. `P` holds indices into `palette`; `I;16` is gray of 16 bits.
 */
export interface Decoded {
  mode: 'L' | 'I;16' | 'LA' | 'P' | 'RGB' | 'RGBA' | 'CMYK'
  data: Uint8Array | Uint16Array
  height: number
  width: number
  /** RGB, 3 bytes for each of up to 256 entries. */
  palette?: Uint8Array
  /** The alpha of the first entries of `palette`; the others are opaque. */
  paletteAlpha?: Uint8Array
  /** The one value (of gray, or of red, green and blue) that is transparent. */
  transparent?: number[]
  /** The file's EXIF data: a TIFF header and its fields. */
  exif?: Uint8Array
  /** How the picture is to be turned, where it is known already: EXIF's numbers 1 to 8. */
  orientation?: number
}

export interface DecodeLimits {
  /** More pixels than this are refused before anything is allocated. */
  maxPixels: number
  /** What is done with a file that ends early: an error, or the pixels that are there, and 0 for the others. */
  truncated: 'fail' | 'keep'
}
