import { type Kernel, kernel } from './instance.ts'

/** `assembly/picture.ts`. Callers say where things lie: from `base()` on all memory is free, once it is reserved. */
export interface PictureKernel {
  base(): number
  /** Makes every byte below `end` usable; false when memory has run out. Views must be made anew after it. */
  reserve(end: number): boolean
}

export const pictureKernel = (): Kernel<PictureKernel> => kernel<PictureKernel>('picture')
