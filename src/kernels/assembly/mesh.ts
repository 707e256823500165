// Draws a matrix as a mesh of rectangles of one colour each. `src/kernels/mesh.ts` owns the memory.

const lanes: usize = memory.data(16, 16)

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
 * Values to numbers of colours, i32 in their place; `count` is rounded up to 4. As matplotlib's Normalize: float32 data, float64
 * limits, every result rounded to float32.
 */
export function levels(data: usize, count: usize, vmin: f64, span: f64): void {
  const least = f64x2.splat(vmin)
  const spans = f64x2.splat(span)
  const top = f32x4.splat(255)
  for (const end = data + (count << 2); data < end; data += 16) {
    const x = v128.load(data)
    const low = level(f64x2.promote_low_f32x4(x), least, spans)
    const high = level(f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)), least, spans)
    const both = f32x4.mul(v128.shuffle<f32>(low, high, 0, 1, 4, 5), f32x4.splat(256))
    v128.store(data, i32x4.trunc_sat_f32x4_s(f32x4.max(f32x4.splat(0), f32x4.min(both, top))))
  }
}

// @ts-ignore: decorator
@inline
function level(x: v128, least: v128, span: v128): v128 {
  const value = f32x4.demote_f64x2_zero(f64x2.sub(x, least))
  return f32x4.demote_f64x2_zero(f64x2.div(f64x2.promote_low_f32x4(value), span))
}

/**
 * Draws `data`, the numbers of colours. `rows` and `columns` (up to their ends) are triples of i32: cell, first pixel, first pixel after. `colours` are 256 of `unit`
 * bytes, 16 at most, and 15 more that may be read. 16 bytes are written at a time, which may overwrite up to 15 after the pixels:
 * those of later cells, of the next row, or of a margin after the picture. Rows of pixels must come in order. `used[i]` becomes 1
 * for every colour that is drawn.
 */
export function draw(
  data: usize,
  frames: i32,
  columns: usize,
  columnsEnd: usize,
  rows: usize,
  rowsEnd: usize,
  width: usize,
  colours: usize,
  unit: usize,
  out: usize,
  used: usize,
): void {
  for (let i: usize = 0; i < 16; i++) store<u8>(lanes + i, u8(i % unit))
  const repeat = v128.load(lanes)
  const step: usize = 16 - (16 % unit)
  const stride = width * unit
  for (; rows < rowsEnd; rows += 12) {
    const cells = data + usize(load<i32>(rows)) * (usize(frames) << 2)
    const row = out + usize(load<i32>(rows, 4)) * stride
    for (let c = columns; c < columnsEnd; c += 12) {
      const index = load<u32>(cells + (usize(load<i32>(c)) << 2))
      store<u8>(used + index, 1)
      const colour = i8x16.swizzle(v128.load(colours + usize(index) * unit), repeat)
      const end = row + usize(load<i32>(c, 8)) * unit
      for (let x = row + usize(load<i32>(c, 4)) * unit; x < end; x += step) v128.store(x, colour)
    }
    const last = out + usize(load<i32>(rows, 8)) * stride
    for (let y = row + stride; y < last; y += stride) memory.copy(y, row, stride)
  }
}
