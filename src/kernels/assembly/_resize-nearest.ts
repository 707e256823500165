// Resizing that only picks pixels.

/**
 * The nearest pixels: `columns` has the byte of a row where each begins, `lines` the row of each row. Where one is -1, the pixel is 0.
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
  lines: usize,
): void {
  for (let y = 0; y < height; y++) {
    const line = load<i32>(lines + (y << 2))
    if (line < 0) {
      memory.fill(target, 0, width * channels)
    } else {
      const row = source + line * stride
      let to = target
      for (let x = 0; x < width; x++) {
        const column = load<i32>(columns + (x << 2))
        if (column < 0) memory.fill(to, 0, channels)
        else if (channels == 1) store<u8>(to, load<u8>(row + column))
        else if (channels == 4) store<u32>(to, load<u32>(row + column))
        else {
          store<u16>(to, load<u16>(row + column))
          store<u8>(to, load<u8>(row + column, 2), 2)
        }
        to += channels
      }
    }
    target += targetStride
  }
}
