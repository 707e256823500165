// Pixels to planes, one a channel.

/** Plane c holds `tables[c][byte]`: `tables` are 256 float32 for each channel. */
export function toPlanes(source: usize, stride: i32, channels: i32, width: i32, height: i32, tables: usize, target: usize): void {
  for (let c = 0; c < channels; c++, tables += 1024) {
    for (let y = 0; y < height; y++) {
      const row = source + y * stride + c
      for (let x = 0; x < width; x++, target += 4) store<f32>(target, load<f32>(tables + (<usize>load<u8>(row + x * channels) << 2)))
    }
  }
}

/** The bytes as they are. */
export function toBytePlanes(source: usize, stride: i32, channels: i32, width: i32, height: i32, target: usize): void {
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = source + y * stride + c
      for (let x = 0; x < width; x++, target++) store<u8>(target, load<u8>(row + x * channels))
    }
  }
}
