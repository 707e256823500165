// Resizing that only picks pixels.

/**
 * `columns` has the byte of a row where each pixel begins, `lines` the row of each row. Behind the first `columnCount` pixels and
 * the first `lineCount` rows all is 0.
 */
export function resizeNearest(
  source: usize,
  stride: i32,
  channels: i32,
  target: usize,
  targetStride: i32,
  width: i32,
  height: i32,
  columns: usize,
  columnCount: i32,
  lines: usize,
  lineCount: i32,
): void {
  const end = columns + (columnCount << 2)
  for (let y = 0; y < height; y++) {
    let to = target
    if (y < lineCount) {
      const row = source + load<i32>(lines + (y << 2)) * stride
      if (channels == 1) {
        for (let c = columns; c < end; c += 4) store<u8>(to++, load<u8>(row + load<u32>(c)))
      } else if (channels == 4) {
        for (let c = columns; c < end; c += 4, to += 4) store<u32>(to, load<u32>(row + load<u32>(c)))
      } else {
        for (let c = columns; c < end; c += 4, to += 3) {
          const from = row + load<u32>(c)
          store<u16>(to, load<u16>(from))
          store<u8>(to, load<u8>(from, 2), 2)
        }
      }
    }
    memory.fill(to, 0, target + width * channels - to)
    target += targetStride
  }
}
