// 10 log10 of many float32 powers, four at a time, and their maximum. `src/kernels/decibels.ts` owns the memory.

/** The first free byte: everything from here on belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15
}

/** Makes memory at least `bytes` long; false when the machine has no more. */
export function reserve(bytes: u32): bool {
  const pages = i32((u64(bytes) + 0xffff) >> 16) - memory.size()
  return pages <= 0 || memory.grow(pages) >= 0
}

/** The largest of `count` values (a positive multiple of 4); NaN when one is NaN. */
export function maximum(data: usize, count: i32): f32 {
  let most = v128.load(data)
  for (let i = 4; i < count; i += 4) most = f32x4.max(most, v128.load(data + (usize(i) << 2)))
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  )
}

// 10 log10(2) in two parts: the first has 13 significant bits, so that its product with an exponent is exact.
const TEN_LOG_2_HIGH: f32 = 3.01025390625
const TEN_LOG_2_LOW: f32 = 0.00004605026
const TEN_LOG_E: f32 = 4.3429448190325183

/**
 * In place: max(10 log10(max(amin, x)) - ref, floor). `amin` is a normal number. With x = m 2^e, sqrt(1/2) <= m < sqrt(2) and
 * s = (m - 1) / (m + 1), ln m = 2 (s + s^3/3 + s^5/5 + ...), whose sixth term is below 1e-9.
 */
export function decibels(data: usize, count: i32, amin: f32, ref: f32, floor: f32): void {
  const one = f32x4.splat(1)
  for (const end = data + (usize(count) << 2); data < end; data += 16) {
    const x = f32x4.max(f32x4.splat(amin), v128.load(data))
    // The bits of x less those of sqrt(1/2): the exponent is what stands above the mantissa.
    const e = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23)
    const m = i32x4.sub(x, i32x4.shl(e, 23))
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
    const t = f32x4.mul(s, s)
    let ln = f32x4.splat(1.0 / 9)
    ln = f32x4.add(f32x4.splat(1.0 / 7), f32x4.mul(t, ln))
    ln = f32x4.add(f32x4.splat(1.0 / 5), f32x4.mul(t, ln))
    ln = f32x4.add(f32x4.splat(1.0 / 3), f32x4.mul(t, ln))
    ln = f32x4.add(one, f32x4.mul(t, ln))
    const exponent = f32x4.convert_i32x4_s(e)
    const low = f32x4.add(f32x4.mul(exponent, f32x4.splat(TEN_LOG_2_LOW)), f32x4.mul(f32x4.splat(2 * TEN_LOG_E), f32x4.mul(s, ln)))
    const value = f32x4.add(f32x4.mul(exponent, f32x4.splat(TEN_LOG_2_HIGH)), low)
    v128.store(data, f32x4.max(f32x4.sub(value, f32x4.splat(ref)), f32x4.splat(floor)))
  }
}
