import { type Kernel, kernel } from './instance.ts'
import type { JpegKernel } from './jpeg.ts'
import type { ResizeKernel } from './resize.ts'
import type { TensorKernel } from './tensor.ts'

/** `assembly/picture.ts`. Callers say where things lie: from `base()` on all memory is free, once it is reserved. */
export interface PictureKernel extends JpegKernel, ResizeKernel, TensorKernel {
  base(): number
  /** Makes every byte below `end` usable; false when memory has run out. Views must be made anew after it. */
  reserve(end: number): boolean
}

export const pictureKernel = (): Kernel<PictureKernel> => kernel<PictureKernel>('picture')
