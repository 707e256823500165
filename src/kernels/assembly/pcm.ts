// 16-bit samples as float32. `src/kernels/pcm.ts` owns the memory; counts are rounded up to whole vectors.

/** The first free byte: everything from here on belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15
}

/** Makes memory at least `bytes` long; false when the machine has no more. */
export function reserve(bytes: u32): bool {
  const pages = i32((u64(bytes) + 0xffff) >> 16) - memory.size()
  return pages <= 0 || memory.grow(pages) >= 0
}

/** Eight at a time. */
export function mono(from: usize, count: i32, to: usize): void {
  const scale = f32x4.splat(1.0 / 32768)
  for (; count > 0; count -= 8, from += 16, to += 32) {
    const x = v128.load(from)
    v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(x))))
    v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(x))), 16)
  }
}

/** The means of `count` pairs, four at a time. */
export function stereo(from: usize, count: i32, to: usize): void {
  const scale = f32x4.splat(1.0 / 65536)
  for (; count > 0; count -= 4, from += 16, to += 16) {
    v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extadd_pairwise_i16x8_s(v128.load(from)))))
  }
}
