import type { Image } from '../../src/core/image.ts'

/** formula.py's picture. */
export function picture(height: number, width: number, channels: 1 | 3 | 4 = 3): Image {
  const data = new Uint8Array(height * width * channels)
  let at = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        data[at++] = ((x * 3 + y * 2 + c * 40) % 192) + (Math.imul(x * 7 + y * 131 + c * 10007 + 1, 2654435761) >>> 26)
      }
    }
  }
  return { data, height, width, channels }
}
