export type { Image } from '../core/image.ts'
export { encodePng, type EncodePngOptions } from '../codec/png.ts'
export { toRgb, toRgba } from '../codec/palette.ts'
