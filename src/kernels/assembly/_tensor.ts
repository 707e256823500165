// Pixels to planes, one a channel. 16 bytes behind a picture may be read.

/** Plane c holds `tables[c][byte]`: `tables` are 256 float32 for each channel. */
export function toPlanes(source: usize, stride: i32, channels: i32, width: i32, height: i32, tables: usize, target: usize): void {
  const fours = width & ~3
  for (let c = 0; c < channels; c++, tables += 1024) {
    for (let y = 0; y < height; y++) {
      let p = source + y * stride + c
      const end = target + (width << 2)
      for (const last = target + (fours << 2); target < last; target += 16) {
        store<f32>(target, valueOf(tables, p))
        store<f32>(target, valueOf(tables, p + channels), 4)
        store<f32>(target, valueOf(tables, p + channels * 2), 8)
        store<f32>(target, valueOf(tables, p + channels * 3), 12)
        p += channels << 2
      }
      for (; target < end; target += 4, p += channels) store<f32>(target, valueOf(tables, p))
    }
  }
}

// @ts-ignore: decorator
@inline
function valueOf(table: usize, pixel: usize): f32 {
  return load<f32>(table + (<usize>load<u8>(pixel) << 2))
}

/** The bytes as they are. */
export function toBytePlanes(source: usize, stride: i32, channels: i32, width: i32, height: i32, target: usize): void {
  const plane = width * height
  for (let y = 0; y < height; y++) {
    let p = source + y * stride
    if (channels == 1) {
      memory.copy(target, p, width)
      target += width
      continue
    }
    const end = target + width
    for (const last = target + (width & ~3); target < last; target += 4, p += channels << 2) {
      const pixels = v128.load(p)
      const planes =
        channels == 3
          ? i8x16.swizzle(pixels, i8x16(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1))
          : i8x16.swizzle(pixels, i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
      v128.store32_lane(target, planes, 0)
      v128.store32_lane(target + plane, planes, 1)
      v128.store32_lane(target + plane * 2, planes, 2)
      if (channels == 4) v128.store32_lane(target + plane * 3, planes, 3)
    }
    for (; target < end; target++, p += channels) {
      for (let c = 0; c < channels; c++) store<u8>(target + c * plane, load<u8>(p + c))
    }
  }
}
