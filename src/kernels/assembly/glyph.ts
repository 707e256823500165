// A drawn character cut out of a gray picture and resized: see image/crop-resize.ts for what and why, glyph-plain.ts for the same in
// plain steps. What those do to whole pictures is done here to the pixels that are seen: the zeros around the box are never made.
export { base, reserve } from './_memory'
import { resizeAreaHalf } from './_resize-area'
import { resizeLinear } from './_resize-linear'

/** Vectors are read and written whole: so many bytes stand between everything. */
const SLACK: i32 = 64

// Why there is no picture.
const BLANK = 1
const NO_BOX = 2

/** Bytes that `glyph` works in. The two special cases of resizing need the padded box, which is then `2 size` high and wide at most. */
export function room(height: i32, width: i32, size: i32): usize {
  const h: usize = height
  const w: usize = width
  const s: usize = size
  return 256 + w + (h + 2) * (w + 4) + 4 * s * s + 32 * (s + 8) + 10 * <usize>SLACK
}

/**
 * Levels as `normalised[x] = trunc(x' * (255 / most))` in float64, x' being x or 255 - x, `most` the largest x' of the picture.
 * Writes `size` x `size` bytes at `target`; uses `room` bytes at `work`. Returns 0, or why there is no picture.
 */
export function glyph(
  source: usize,
  height: i32,
  width: i32,
  invert: bool,
  threshold: i32,
  noise: i32,
  inset: i32,
  marginY: i32,
  marginX: i32,
  pad: i32,
  size: i32,
  work: usize,
  target: usize,
): i32 {
  const flip = i8x16.splat(invert ? -1 : 0)
  const flipByte: u8 = invert ? 0xff : 0
  const most = largest(source, height * width, flip, flipByte)
  if (most == 0) return BLANK

  const table = work
  work += 256 + SLACK
  const factor = 255.0 / <f64>most
  let edge = 256
  for (let level = most; level >= 0; level--) {
    const value = <i32>(<f64>level * factor)
    if (value > threshold) edge = level
    store<u8>(table + (invert ? 255 - level : level), value < noise ? 0 : <u8>value)
  }

  // The box of the levels from `edge` on, in the frame without the inset.
  const innerHeight = height - 2 * inset
  const innerWidth = width - 2 * inset
  const columns = work
  work += width + SLACK
  memory.fill(columns, 0, innerWidth + 16)
  let top = -1
  let bottom = -1
  for (let y = 0; y < innerHeight; y++) {
    if (rowLargest(source + (y + inset) * width + inset, innerWidth, columns, flip, flipByte) < edge) continue
    if (top < 0) top = y
    bottom = y
  }
  if (top < 0) return NO_BOX
  let left = 0
  while (<i32>load<u8>(columns + left) < edge) left++
  let right = innerWidth - 1
  while (<i32>load<u8>(columns + right) < edge) right--

  // Its margins, as if it stood in the frame of the whole picture.
  top = top > marginY ? top - marginY : 0
  left = left > marginX ? left - marginX : 0
  bottom = bottom < height - marginY ? bottom + marginY : height
  right = right < width - marginX ? right + marginX : width
  const boxHeight = bottom - top
  const boxWidth = right - left
  if (boxHeight <= 0 || boxWidth <= 0) return NO_BOX
  const side = max(boxHeight, boxWidth) + pad
  const above = (side - boxHeight) >> 1
  const before = (side - boxWidth) >> 1
  const paddedHeight = boxHeight + 2 * above
  const paddedWidth = boxWidth + 2 * before
  const from = source + top * width + left

  const isSame = paddedHeight == size && paddedWidth == size
  const scaleX = 1.0 / (<f64>size / <f64>paddedWidth)
  const scaleY = 1.0 / (<f64>size / <f64>paddedHeight)
  if (isSame || (scaleX == 2.0 && scaleY == 2.0)) {
    const padded = isSame ? target : work
    memory.fill(padded, 0, paddedHeight * paddedWidth)
    copyBox(from, width, boxHeight, boxWidth, padded + above * paddedWidth + before, paddedWidth, table)
    if (!isSame) resizeAreaHalf(padded, paddedWidth, 1, target, size, size, size)
    return 0
  }

  // The box, with two columns of zeros beside it and a row above and below: all that a pixel can see of the padding.
  const stride = boxWidth + 4
  const box = work
  work += (boxHeight + 2) * stride + SLACK
  memory.fill(box, 0, (boxHeight + 2) * stride)
  copyBox(from, width, boxHeight, boxWidth, box + stride + 2, stride, table)
  const first = work
  const alphas = first + size * 4 + 32 + SLACK
  const lines = alphas + size * 4 + 32 + SLACK
  const betas = lines + size * 8 + SLACK
  const line0 = betas + size * 8 + SLACK
  const line1 = line0 + size * 2 + SLACK

  // Targets that see the box: [x0, x1) and [y0, y1). The rest is padding, or weighs nothing of the box.
  let x0 = size
  let x1 = 0
  for (let x = 0; x < ((size + 7) & ~7); x++) {
    let at = 0
    let share: f32 = 0
    if (x < size) {
      const center = <f32>((<f64>x + 0.5) * scaleX - 0.5)
      at = <i32>Mathf.floor(center)
      share = center - <f32>at
      if (at < 0 || at >= paddedWidth - 1) share = 0
      at = max(0, min(at, paddedWidth - 1)) - before
      if (at >= -1 && at < boxWidth) {
        x0 = min(x0, x)
        x1 = x + 1
      }
      at = max(-2, min(at, boxWidth))
    }
    store<i32>(first + (x << 2), at + 2)
    store<i16>(alphas + (x << 2), <i16>elevenBits(<f32>1 - share))
    store<i16>(alphas + (x << 2), <i16>elevenBits(share), 2)
  }
  let y0 = size
  let y1 = 0
  for (let y = 0; y < size; y++) {
    const center = <f32>((<f64>y + 0.5) * scaleY - 0.5)
    const at = <i32>Mathf.floor(center)
    const share = center - <f32>at
    const upper = max(-1, min(max(0, min(at, paddedHeight - 1)) - above, boxHeight))
    const lower = max(-1, min(max(0, min(at + 1, paddedHeight - 1)) - above, boxHeight))
    if ((upper >= 0 && upper < boxHeight) || (lower >= 0 && lower < boxHeight)) {
      y0 = min(y0, y)
      y1 = y + 1
    }
    store<i32>(lines + (y << 3), upper + 1)
    store<i32>(lines + (y << 3), lower + 1, 4)
    store<i32>(betas + (y << 3), elevenBits(<f32>1 - share))
    store<i32>(betas + (y << 3), elevenBits(share), 4)
  }
  // Sixteen columns at a time; where they don't come out even, what is written behind a row the next one must replace.
  x0 = (size & 15) == 0 ? x0 & ~15 : 0
  x1 = min(size, (x1 + 15) & ~15)
  memory.fill(target, 0, size * size)
  if (x0 >= x1 || y0 >= y1) return 0
  const seen = target + y0 * size + x0
  const x = x0 << 2
  resizeLinear(box, stride, 1, seen, size, x1 - x0, y1 - y0, first + x, alphas + x, lines + (y0 << 3), betas + (y0 << 3), line0, line1)
  memory.fill(target + y1 * size, 0, (size - y1) * size)
  return 0
}

function elevenBits(share: f32): i32 {
  return <i32>nearest<f32>(share * 2048)
}

function largest(source: usize, count: i32, flip: v128, flipByte: u8): i32 {
  let most = i8x16.splat(0)
  let i = 0
  for (; i + 64 <= count; i += 64) {
    const a = i8x16.max_u(v128.xor(v128.load(source + i), flip), v128.xor(v128.load(source + i, 16), flip))
    const b = i8x16.max_u(v128.xor(v128.load(source + i, 32), flip), v128.xor(v128.load(source + i, 48), flip))
    most = i8x16.max_u(most, i8x16.max_u(a, b))
  }
  let rest = 0
  for (; i < count; i++) rest = max(rest, <i32>(load<u8>(source + i) ^ flipByte))
  return max(rest, largestLane(most))
}

/** The largest level of a row, and of each column so far. */
function rowLargest(row: usize, count: i32, columns: usize, flip: v128, flipByte: u8): i32 {
  let most = i8x16.splat(0)
  let x = 0
  for (; x + 16 <= count; x += 16) {
    const levels = v128.xor(v128.load(row + x), flip)
    most = i8x16.max_u(most, levels)
    v128.store(columns + x, i8x16.max_u(v128.load(columns + x), levels))
  }
  let rest = 0
  for (; x < count; x++) {
    const level = <i32>(load<u8>(row + x) ^ flipByte)
    rest = max(rest, level)
    store<u8>(columns + x, <u8>max(<i32>load<u8>(columns + x), level))
  }
  return max(rest, largestLane(most))
}

// @ts-ignore: decorator
@inline
function largestLane(most: v128): i32 {
  let m = i8x16.max_u(most, v128.shuffle<u64>(most, most, 1, 0))
  m = i8x16.max_u(m, v128.shuffle<u32>(m, m, 1, 0, 3, 2))
  m = i8x16.max_u(m, v128.shuffle<u16>(m, m, 1, 0, 3, 2, 5, 4, 7, 6))
  const both = i16x8.extract_lane_u(m, 0)
  return max(<i32>both & 0xff, <i32>both >> 8)
}

/** A box through the table. */
function copyBox(from: usize, fromStride: i32, height: i32, width: i32, to: usize, toStride: i32, table: usize): void {
  for (let y = 0; y < height; y++) {
    let x = 0
    for (; x + 8 <= width; x += 8) {
      const levels = load<u64>(from + x)
      let values = <u64>load<u8>(table + <usize>(levels & 0xff))
      values |= <u64>load<u8>(table + <usize>((levels >> 8) & 0xff)) << 8
      values |= <u64>load<u8>(table + <usize>((levels >> 16) & 0xff)) << 16
      values |= <u64>load<u8>(table + <usize>((levels >> 24) & 0xff)) << 24
      values |= <u64>load<u8>(table + <usize>((levels >> 32) & 0xff)) << 32
      values |= <u64>load<u8>(table + <usize>((levels >> 40) & 0xff)) << 40
      values |= <u64>load<u8>(table + <usize>((levels >> 48) & 0xff)) << 48
      values |= <u64>load<u8>(table + <usize>(levels >> 56)) << 56
      store<u64>(to + x, values)
    }
    for (; x < width; x++) store<u8>(to + x, load<u8>(table + load<u8>(from + x)))
    from += fromStride
    to += toStride
  }
}
