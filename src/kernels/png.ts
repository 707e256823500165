import { type Kernel, kernel } from './instance.ts'

/** `assembly/png.ts`: begin, then for each block of rows fill `input()`, `filter` and `compress`. */
export interface PngKernel {
  begin(rows: number, rowBytes: number, unit: number, inputRowBytes: number): number
  palette(): number
  input(): number
  lines(): number
  output(): number
  filter(rows: number, adaptive: boolean, expand: boolean): void
  compress(rows: number, last: boolean): number
}

export const pngKernel = (): Kernel<PngKernel> => kernel<PngKernel>('png')
