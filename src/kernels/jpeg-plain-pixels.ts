// From coefficients to pixels, plainly: the twin of assembly/_jpeg-idct.ts, _jpeg-upsample.ts and _jpeg-colour.ts.

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** libjpeg's islow (Loeffler, Ligtenberg and Moschytz 1989, in 13 bits): 64 dequantised coefficients, row by row, to samples 0 to 255. */
export function inverseDct(block: Int32Array): Uint8Array {
  const columns = new Int32Array(64)
  for (let x = 0; x < 8; x++) {
    const out = inverseDct8((i) => block[i * 8 + x] as number)
    for (let y = 0; y < 8; y++) columns[y * 8 + x] = clamp((out(y) + (1 << 10)) >> 11, -32768, 32767)
  }
  const samples = new Uint8Array(64)
  for (let y = 0; y < 8; y++) {
    const out = inverseDct8((i) => columns[y * 8 + i] as number)
    for (let x = 0; x < 8; x++) samples[y * 8 + x] = clamp(((out(x) + (1 << 17)) >> 18) + 128, 0, 255)
  }
  return samples
}

/**
 * Eight values, times 2^13 and the square root of 8. Sums of two inputs wrap to 16 bits, as in libjpeg-turbo's code for x86: what
 * encoders write is far from that, but then damaged data gives the same pixels as well.
 */
function inverseDct8(y: (i: number) => number): (i: number) => number {
  const low = 10703 * y(2) + 4433 * y(6)
  const high = 4433 * y(2) - 10704 * y(6)
  const sum = 8192 * int16(y(0) + y(4))
  const difference = 8192 * int16(y(0) - y(4))
  const even = [sum + low, difference + high, difference - high, sum - low]
  const y15 = int16(y(1) + y(5))
  const y37 = int16(y(3) + y(7))
  const odd = [
    4926 * y(1) - 7373 * y(7) + 6437 * y15 + 9633 * y37,
    4177 * y(3) - 20995 * y(5) + 9633 * y15 - 6436 * y37,
    -20995 * y(3) - 4176 * y(5) + 6437 * y15 + 9633 * y37,
    -7373 * y(1) - 4927 * y(7) + 9633 * y15 - 6436 * y37,
  ]
  return (i) => (i < 4 ? (even[i] as number) + (odd[i] as number) : (even[7 - i] as number) - (odd[7 - i] as number))
}

const int16 = (value: number): number => (value << 16) >> 16

/** The samples of a component that belong to the picture; each stands for `across` x `down` pixels. */
export interface Samples {
  at: (row: number, column: number) => number
  height: number
  width: number
  across: number
  down: number
}

/** The component at a pixel: a triangle filter for ratios of two (libjpeg's fancy upsampling), else the sample that covers it. */
export function upsampled({ at, height, width, across, down }: Samples, y: number, x: number): number {
  const row = Math.floor(y / down)
  const column = Math.floor(x / across)
  const farRow = clamp(y % 2 === 1 ? row + 1 : row - 1, 0, height - 1)
  const farColumn = clamp(x % 2 === 1 ? column + 1 : column - 1, 0, width - 1)
  if (across === 1 && down === 2) return (3 * at(row, x) + at(farRow, x) + (y % 2 === 1 ? 2 : 1)) >> 2
  if (across !== 2 || down > 2 || width <= 2) return at(row, column)
  if (down === 1) return (3 * at(row, column) + at(row, farColumn) + (x % 2 === 1 ? 2 : 1)) >> 2
  const vertical = (c: number): number => 3 * at(row, c) + at(farRow, c)
  return (3 * vertical(column) + vertical(farColumn) + (x % 2 === 1 ? 7 : 8)) >> 4
}

/** JFIF's Y, Cb and Cr to red, green and blue, in libjpeg's 16 bits behind the point. */
export function toRgb(y: number, cb: number, cr: number): [number, number, number] {
  const b = cb - 128
  const r = cr - 128
  return [
    clamp(y + ((91881 * r + 32768) >> 16), 0, 255),
    clamp(y + ((-22554 * b - 46802 * r + 32768) >> 16), 0, 255),
    clamp(y + ((116130 * b + 32768) >> 16), 0, 255),
  ]
}
