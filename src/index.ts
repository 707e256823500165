export { MillraceError } from './core/errors.ts'
export type { Image } from './core/image.ts'
export type { Tensor, TensorType, TensorTypes } from './core/tensor.ts'
