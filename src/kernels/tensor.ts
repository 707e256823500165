import { pictureKernel } from './picture.ts'
import type { Raster, Space } from './resize-memory.ts'

/** `assembly/_tensor.ts`. */
export interface TensorKernel {
  toPlanes(source: number, stride: number, channels: number, width: number, height: number, tables: number, target: number): void
  toBytePlanes(source: number, stride: number, channels: number, width: number, height: number, target: number): void
}

/**
 * One plane a channel, `[channels, height, width]`, into `target`: byte v of channel c becomes `tables[c * 256 + v]`, so that dividing
 * by 255 and normalizing are exact whatever their steps.
 */
export function toPlanes({ at, stride, channels, width, height }: Raster, tables: Float32Array, target: Float32Array, space: Space): void {
  const mark = space.at
  const length = channels * height * width
  const planes = space.take(length * 4)
  pictureKernel().exports.toPlanes(at, stride, channels, width, height, space.put(tables), planes)
  target.set(new Float32Array(pictureKernel().memory.buffer, planes, length))
  space.at = mark
}

/** The same with the bytes as they are. */
export function toBytePlanes({ at, stride, channels, width, height }: Raster, target: Uint8Array, space: Space): void {
  const mark = space.at
  const length = channels * height * width
  const planes = space.take(length)
  pictureKernel().exports.toBytePlanes(at, stride, channels, width, height, planes)
  target.set(new Uint8Array(pictureKernel().memory.buffer, planes, length))
  space.at = mark
}
