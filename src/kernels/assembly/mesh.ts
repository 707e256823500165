// Draws a matrix as a mesh of rectangles of palette indices. `src/kernels/mesh.ts` owns the memory.

/** The first free byte: everything from here on belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15
}

/** Makes memory at least `bytes` long; false when the machine has no more. */
export function reserve(bytes: u32): bool {
  const pages = i32((u64(bytes) + 0xffff) >> 16) - memory.size()
  return pages <= 0 || memory.grow(pages) >= 0
}

/**
 * `rows` and `columns` (up to their ends) are triples of i32: cell, first pixel, first pixel after. Pixels are written eight at a
 * time, which may overwrite up to 7 after them: those of later cells, of the next row, or of a margin after the picture. Rows of
 * pixels must come in order. `used[i]` becomes 1 for every index that is drawn.
 */
export function draw(
  data: usize,
  frames: i32,
  columns: usize,
  columnsEnd: usize,
  rows: usize,
  rowsEnd: usize,
  vmin: f64,
  span: f64,
  width: usize,
  out: usize,
  used: usize,
): void {
  for (; rows < rowsEnd; rows += 12) {
    const cells = data + usize(load<i32>(rows)) * (usize(frames) << 2)
    const row = out + usize(load<i32>(rows, 4)) * width
    for (let c = columns; c < columnsEnd; c += 12) {
      // matplotlib's Normalize: float32 data, float64 limits, every result rounded to float32.
      const value = f32(f64(load<f32>(cells + (usize(load<i32>(c)) << 2))) - vmin)
      const level = f32(f64(value) / span) * 256
      const index = level >= 255 ? 255 : level > 0 ? u32(level) : 0
      store<u8>(used + index, 1)
      const eight = u64(index) * 0x0101010101010101
      const end = row + usize(load<i32>(c, 8))
      for (let x = row + usize(load<i32>(c, 4)); x < end; x += 8) store<u64>(x, eight)
    }
    const last = out + usize(load<i32>(rows, 8)) * width
    for (let y = row + width; y < last; y += width) memory.copy(y, row, width)
  }
}

/** The colours (u32, red lowest) of `count` indices as 3 or 4 bytes each; with 3, one byte after the last is overwritten. */
export function paint(indices: usize, count: usize, colours: usize, out: usize, channels: usize): void {
  for (const end = indices + count; indices < end; indices++) {
    store<u32>(out, load<u32>(colours + (usize(load<u8>(indices)) << 2)))
    out += channels
  }
}
