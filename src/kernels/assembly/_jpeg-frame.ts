// What scans and rows need to know of the picture and its components. codec/jpeg-plan.ts has checked all of it, and says where
// everything lies: the compressed bytes, samples, coefficients and pixels.

/** A component: its samples are the picture's divided by `frame.hMax / h` and `frame.vMax / v`, rounded up. */
// @ts-ignore: decorator
@unmanaged
export class Component {
  /** Blocks across and down in an MCU of all components: the sampling factors. */
  h: i32
  v: i32
  /** Samples across and down that belong to the picture; the rest of a block is padding. */
  width: i32
  height: i32
  /** Samples less 128, a byte each, in rows of `stride`. */
  plane: usize
  stride: usize
  /** A row as wide as the picture, for upsampled samples. */
  line: usize
  /** Progressive: coefficients, 128 bytes a block, rows of `blocksAcross`. */
  coefficients: usize
  /** Progressive: for each block a bit for each AC coefficient that is not zero, by zigzag index. */
  masks: usize
  blocksAcross: i32
  /** Look-up tables of the present scan. */
  dc: usize
  ac: usize
  /** For each zigzag index: multiplier << 16 | byte offset in a block. */
  places: usize
  /** The last DC coefficient, by which the next one is predicted. */
  predicted: i32
}

// @ts-ignore: decorator
@unmanaged
export class Frame {
  width: i32
  height: i32
  components: i32
  hMax: i32
  vMax: i32
  /** MCUs of all components, across and down. */
  across: i32
  down: i32
  /** Components are Y, Cb and Cr; otherwise gray, or red, green and blue. */
  ycc: bool
  pixels: usize
}

export const frame = changetype<Frame>(memory.data(64, 16))

const components = memory.data(3 * 64, 16)
const scanned = memory.data(3 * 4, 4)
/** How many components the present scan has. */
export let scanComponents = 0

// @ts-ignore: decorator
@inline
export function component(i: i32): Component {
  return changetype<Component>(components + (<usize>i << 6))
}

/** The i-th component of the present scan. */
// @ts-ignore: decorator
@inline
export function inScan(i: i32): Component {
  return changetype<Component>(load<usize>(scanned + (<usize>i << 2)))
}

/** Blocks across and down in a scan of this component alone: those that hold samples of the picture. */
// @ts-ignore: decorator
@inline
export function blocksWide(c: Component): i32 {
  return (c.width + 7) >> 3
}
// @ts-ignore: decorator
@inline
export function blocksHigh(c: Component): i32 {
  return (c.height + 7) >> 3
}

export function jpegFrame(width: i32, height: i32, count: i32, hMax: i32, vMax: i32, ycc: bool, pixels: usize): void {
  frame.width = width
  frame.height = height
  frame.components = count
  frame.hMax = hMax
  frame.vMax = vMax
  frame.across = (width + 8 * hMax - 1) / (8 * hMax)
  frame.down = (height + 8 * vMax - 1) / (8 * vMax)
  frame.ycc = ycc
  frame.pixels = pixels
}

/** Component `i`; for a progressive picture `coefficients` and `masks` lie in zeroed memory. */
export function jpegComponent(i: i32, h: i32, v: i32, plane: usize, stride: usize, line: usize, coefficients: usize, masks: usize): void {
  const c = component(i)
  c.h = h
  c.v = v
  c.width = (frame.width * h + frame.hMax - 1) / frame.hMax
  c.height = (frame.height * v + frame.vMax - 1) / frame.vMax
  c.plane = plane
  c.stride = stride
  c.line = line
  c.coefficients = coefficients
  c.masks = masks
  c.blocksAcross = frame.across * h
  c.places = places + <usize>i * 640
}

/** The next scan has `count` components; `jpegScanComponent` names each. */
export function jpegScan(count: i32): void {
  scanComponents = count
}
export function scanComponent(k: i32, c: Component, dc: usize, ac: usize): void {
  c.dc = dc
  c.ac = ac
  store<usize>(scanned + (<usize>k << 2), changetype<usize>(c))
}
export function forgetPredictions(): void {
  for (let i = 0; i < 3; i++) component(i).predicted = 0
}

const zigzag = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57,
  50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
])
/** Columns of a block lie in this order, so that the transform finds 0 and 2, 1 and 3, 4 and 6, 5 and 7 side by side. */
const lanes = memory.data<u8>([0, 2, 1, 3, 4, 6, 5, 7])
/**
 * 160 entries for each component. An index past 63 means the end of the block (a run of 64 and more), or damage: libjpeg puts
 * a coefficient beyond the end at 63, and so do we; the end puts a zero there, where nothing was yet.
 */
const places = memory.data(3 * 640, 16)

/** The quantisation table of component `i`: 64 multipliers at `from`, in zigzag order, of one byte or (`wide`) of two. */
export function jpegQuantisation(i: i32, from: usize, wide: bool): void {
  const table = component(i).places
  for (let k: usize = 0; k < 160; k++) {
    const index = min<usize>(k, 63)
    const multiplier = wide ? <u32>bswap(load<u16>(from + 2 * index)) : <u32>load<u8>(from + index)
    const natural = <u32>load<u8>(zigzag + index)
    store<u32>(table + (k << 2), (multiplier << 16) | (((natural & 56) + <u32>load<u8>(lanes + (natural & 7))) << 1))
  }
}
