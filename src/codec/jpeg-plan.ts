import type { JpegKernel } from '../kernels/jpeg.ts'
import type { JpegHeader } from './jpeg-header.ts'

/** Where everything lies in the kernel's memory while a picture is decoded; the pixels come first, and only they are kept. */
export interface Plan {
  pixels: number
  /** First free byte behind the pixels; a multiple of 64. */
  pixelsEnd: number
  input: number
  /** Bits of a scan are copied to end here. */
  stream: number
  hMax: number
  vMax: number
  /** Blocks of all components in an MCU, and in the picture. */
  mcuBlocks: number
  blocks: number
  components: { plane: number; stride: number; line: number; coefficients: number; masks: number }[]
  /** Progressive: what must be zero at the start, up to `end`. */
  zeros: number
  end: number
}

const align = (at: number): number => Math.ceil(at / 64) * 64
/** SIMD loads and stores may go this far beyond a row or a plane, and 16 bytes before it. */
const slack = 64
/** What the kernel clears below a segment of the stream, and room to align. */
const streamPadding = 4096 + 256

/** Sizes are numbers of double precision, so nothing overflows; the caller compares `end` with what memory can be. */
export function plan(header: JpegHeader, inputLength: number, base: number): Plan {
  const { width, height, coding } = header
  const progressive = coding === 'progressive'
  const factors = samplingOf(header)
  const hMax = Math.max(...factors.map(({ h }) => h))
  const vMax = Math.max(...factors.map(({ v }) => v))
  const across = Math.ceil(width / (8 * hMax))
  const down = Math.ceil(height / (8 * vMax))
  const mcuBlocks = factors.reduce((sum, { h, v }) => sum + h * v, 0)

  const pixels = align(base)
  const pixelsEnd = align(pixels + width * height * factors.length)
  const input = pixelsEnd + slack
  const stream = align(input + 2 * inputLength + streamPadding)
  let at = stream + slack
  const take = (bytes: number): number => {
    const from = at
    at = align(at + bytes)
    return from
  }
  const components = factors.map(({ h, v }) => {
    const stride = align(across * h * 8 + 32)
    return { plane: take(stride * down * v * 8 + 2 * slack) + slack, stride, line: take(width + 2 * slack), coefficients: 0, masks: 0 }
  })
  const zeros = at
  if (progressive) {
    for (const [i, component] of components.entries()) {
      const { h, v } = factors[i] as { h: number; v: number }
      component.coefficients = take(across * h * down * v * 128)
      component.masks = take(across * h * down * v * 8)
    }
  }
  return { pixels, pixelsEnd, input, stream, hMax, vMax, mcuBlocks, blocks: across * down * mcuBlocks, components, zeros, end: at }
}

/** A single component is never interleaved, so its factors mean nothing. */
function samplingOf({ components }: JpegHeader): readonly { h: number; v: number }[] {
  return components.length === 1 ? [{ h: 1, v: 1 }] : components
}

/** Tells the kernel. */
export function describe(kernel: JpegKernel, header: JpegHeader, { pixels, stream, hMax, vMax, components }: Plan): void {
  const factors = samplingOf(header)
  kernel.jpegFrame(header.width, header.height, factors.length, hMax, vMax, header.colour === 'ycc', pixels)
  kernel.jpegStream(stream)
  for (const [i, { plane, stride, line, coefficients, masks }] of components.entries()) {
    const { h, v } = factors[i] as { h: number; v: number }
    kernel.jpegComponent(i, h, v, plane, stride, line, coefficients, masks)
  }
}
