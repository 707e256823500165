export { encodePng, type EncodePngOptions } from '../codec/png.ts'
export { toRgb, toRgba } from '../codec/palette.ts'
export type { Image } from '../core/image.ts'
export { apply, type ApplyOptions, invert } from './apply.ts'
export {
  colorJitter,
  type ColorJitterOptions,
  randomFlip,
  type RandomFlipOptions,
  randomResizedCrop,
  type RandomResizedCropOptions,
} from './augment.ts'
export { cropResize, type CropResizeOptions } from './crop-resize.ts'
export type { OpenOptions } from './decode.ts'
export { encodeJpeg, type EncodeJpegOptions, encodeWebp, type EncodeWebpOptions } from './encode.ts'
export { ImageFiles, type PictureOptions } from './files.ts'
export { ImageFolder, type ImageFolderOptions } from './folder.ts'
export type { Box, Margins } from './geometry.ts'
export { open, openSync } from './open.ts'
export type { Range, ResizeOptions, Size } from './steps.ts'
export { imagenet, type Statistics } from './tensor.ts'
export { compose, type Transform } from './transform.ts'
export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type BothForms,
  centerCrop,
  crop,
  denormalize,
  flip,
  normalize,
  pad,
  type PadOptions,
  resize,
  rotate90,
  toImage,
  toTensor,
} from './transforms.ts'
