import type { Pixels } from './resize-plain.ts'

/** The oracle of `toPlanes`, and with a table of bytes of `toBytePlanes`. */
export function toPlanesPlain({ data, height, width, channels }: Pixels, value: (byte: number, channel: number) => number): number[] {
  const area = height * width
  return Array.from({ length: channels * area }, (_, i) => {
    const channel = Math.floor(i / area)
    return value(data[(i % area) * channels + channel]!, channel)
  })
}
