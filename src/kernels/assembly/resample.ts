// The hot loops of resampling in float64, two lanes at a time. The caller lays out the memory (see audio/resample-engine.ts) and
// answers for every bound; the plain twin is kernels/resample.ts.

/** Makes memory at least `bytes` long; false when it cannot grow that far. */
export function reserve(bytes: f64): bool {
  const missing = i32(Math.ceil(bytes / 65536)) - memory.size()
  return missing <= 0 || memory.grow(missing) >= 0
}

/** n float32 to float64 (n is rounded up to 4); false when one of them is not finite. */
export function widen(src: usize, dst: usize, n: i32): bool {
  let seen = f32x4.splat(0)
  for (let i = 0; i < n; i += 4, src += 16, dst += 32) {
    const x = v128.load(src)
    seen = f32x4.add(seen, f32x4.sub(x, x)) // 0 unless x is infinite or NaN
    v128.store(dst, f64x2.promote_low_f32x4(x))
    v128.store(dst, f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)), 16)
  }
  return !v128.any_true(v128.not(f32x4.eq(seen, seen)))
}

/** n float64 to float32 (n is rounded up to 4). */
export function narrow(src: usize, dst: usize, n: i32): void {
  for (let i = 0; i < n; i += 4, src += 32, dst += 16) {
    const low = f32x4.demote_f64x2_zero(v128.load(src))
    const high = f32x4.demote_f64x2_zero(v128.load(src, 16))
    v128.store(dst, v128.shuffle<f32>(low, high, 0, 1, 4, 5))
  }
}

// @ts-ignore: decorator
@inline
function horizontal(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
}

/** Sum of x[i] * h[i] over `bytes` / 8 of them, a multiple of 4. */
// @ts-ignore: decorator
@inline
function dot(x: usize, h: usize, bytes: usize): v128 {
  let a = f64x2.mul(v128.load(x), v128.load(h))
  let b = f64x2.mul(v128.load(x, 16), v128.load(h, 16))
  for (let i: usize = 32; i < bytes; i += 32) {
    a = f64x2.add(a, f64x2.mul(v128.load(x + i), v128.load(h + i)))
    b = f64x2.add(b, f64x2.mul(v128.load(x + i, 16), v128.load(h + i, 16)))
  }
  return f64x2.add(a, b)
}

/** The same for 16, the commonest width, unrolled. */
// @ts-ignore: decorator
@inline
function dot16(x: usize, h: usize): v128 {
  let a = f64x2.mul(v128.load(x), v128.load(h))
  let b = f64x2.mul(v128.load(x, 16), v128.load(h, 16))
  a = f64x2.add(a, f64x2.mul(v128.load(x, 32), v128.load(h, 32)))
  b = f64x2.add(b, f64x2.mul(v128.load(x, 48), v128.load(h, 48)))
  a = f64x2.add(a, f64x2.mul(v128.load(x, 64), v128.load(h, 64)))
  b = f64x2.add(b, f64x2.mul(v128.load(x, 80), v128.load(h, 80)))
  a = f64x2.add(a, f64x2.mul(v128.load(x, 96), v128.load(h, 96)))
  b = f64x2.add(b, f64x2.mul(v128.load(x, 112), v128.load(h, 112)))
  return f64x2.add(a, b)
}

/** See `Rows`: `count` outputs from row `row` of a cycle whose time 0 is at `src`. */
export function rows(src: usize, dst: usize, count: i32, row: i32, period: i32, advance: i32, width: i32, first: usize, taps: usize): void {
  const bytes = <usize>width << 3
  let left = count
  while (left > 0) {
    const n = min(left, period - row)
    let h = taps + <usize>row * bytes
    let at = first + (<usize>row << 2)
    if (bytes == 128) {
      for (let i = 0; i < n; i++, h += 128, at += 4, dst += 8) {
        store<f64>(dst, horizontal(dot16(src + (<usize>load<i32>(at) << 3), h)))
      }
    } else {
      for (let i = 0; i < n; i++, h += bytes, at += 4, dst += 8) {
        store<f64>(dst, horizontal(dot(src + (<usize>load<i32>(at) << 3), h, bytes)))
      }
    }
    left -= n
    row = 0
    src += <usize>advance << 3
  }
}

/** See `Clocked`: `count` outputs from `time` on (32.32 fixed point, input samples after the one at `src`). */
export function clock(src: usize, dst: usize, count: i32, time: u64, step: u64, bits: i32, order: i32, width: i32, taps: usize): void {
  const bytes = <usize>width << 3
  const size = bytes * <usize>(order + 1)
  const shift = <u32>(32 - bits)
  for (let i = 0; i < count; i++, dst += 8, time += step) {
    const low = <u32>time
    const x = src + (<usize>(time >> 32) << 3)
    const h = taps + <usize>(low >> shift) * size
    const f = <f64>(low << bits) * (1.0 / 4294967296.0)
    let y = horizontal(dot(x, h, bytes)) + f * horizontal(dot(x, h + bytes, bytes))
    if (order == 2) y += f * (f - 1) * horizontal(dot(x, h + 2 * bytes, bytes))
    store<f64>(dst, y)
  }
}

// The complex Fourier transform of n points in two lanes. The first radix-2 step splits it into two transforms of n/2, which
// then run side by side: element j is the vectors (re, re') and (im, im'), 32 bytes. Its order is scrambled; the inverse takes
// it as it comes. Twiddles: n/2 of the first step as pairs (re, re), (im, im), then w, w^2, w^3 of every radix-4 pass.

// @ts-ignore: decorator
@inline
function re(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f64x2.sub(f64x2.mul(ar, br), f64x2.mul(ai, bi))
}

// @ts-ignore: decorator
@inline
function im(ar: v128, ai: v128, br: v128, bi: v128): v128 {
  return f64x2.add(f64x2.mul(ar, bi), f64x2.mul(ai, br))
}

// @ts-ignore: decorator
@inline
function pair(src: usize, stride: usize): v128 {
  return v128.load64_lane(src + stride, v128.load64_zero(src), 1)
}

/** Transforms n complex points, whose real and imaginary parts start at `a` and `b` and follow each other by `stride` bytes. */
export function forward(a: usize, b: usize, stride: usize, z: usize, n: i32, twiddles: usize): void {
  const half = <usize>n >> 1
  const far = half * stride
  let out = z
  for (let j: usize = 0; j < half; j += 2, a += 2 * stride, b += 2 * stride, out += 64, twiddles += 32) {
    const ar = pair(a, stride)
    const ai = pair(b, stride)
    const br = pair(a + far, stride)
    const bi = pair(b + far, stride)
    const dr = f64x2.sub(ar, br)
    const di = f64x2.sub(ai, bi)
    const wr = v128.load(twiddles)
    const wi = v128.load(twiddles, 16)
    const sr = f64x2.add(ar, br)
    const si = f64x2.add(ai, bi)
    const tr = re(dr, di, wr, wi)
    const ti = im(dr, di, wr, wi)
    v128.store(out, v128.shuffle<f64>(sr, tr, 0, 2))
    v128.store(out, v128.shuffle<f64>(si, ti, 0, 2), 16)
    v128.store(out, v128.shuffle<f64>(sr, tr, 1, 3), 32)
    v128.store(out, v128.shuffle<f64>(si, ti, 1, 3), 48)
  }
  const end = z + (half << 5)
  let length = half
  for (; length > 4; length >>= 2) {
    const q = (length >> 2) << 5
    for (let block = z; block < end; block += 4 * q) {
      let w = twiddles
      for (let p = block; p < block + q; p += 32, w += 48) butterfly(p, q, w)
    }
    twiddles += (q >> 5) * 48
  }
  if (length == 4) for (let p = z; p < end; p += 128) butterfly4(p, 1)
  else for (let p = z; p < end; p += 64) butterfly2(p)
}

// @ts-ignore: decorator
@inline
function butterfly(p: usize, q: usize, w: usize): void {
  const ar = v128.load(p)
  const ai = v128.load(p, 16)
  const br = v128.load(p + q)
  const bi = v128.load(p + q, 16)
  const cr = v128.load(p + 2 * q)
  const ci = v128.load(p + 2 * q, 16)
  const dr = v128.load(p + 3 * q)
  const di = v128.load(p + 3 * q, 16)
  const sr = f64x2.add(ar, cr)
  const si = f64x2.add(ai, ci)
  const tr = f64x2.sub(ar, cr)
  const ti = f64x2.sub(ai, ci)
  const ur = f64x2.add(br, dr)
  const ui = f64x2.add(bi, di)
  const vr = f64x2.sub(br, dr)
  const vi = f64x2.sub(bi, di)
  v128.store(p, f64x2.add(sr, ur))
  v128.store(p, f64x2.add(si, ui), 16)
  // (t - i v) w, (s - u) w^2, (t + i v) w^3
  let xr = f64x2.add(tr, vi)
  let xi = f64x2.sub(ti, vr)
  let wr = v128.load64_splat(w)
  let wi = v128.load64_splat(w, 8)
  v128.store(p + q, re(xr, xi, wr, wi))
  v128.store(p + q, im(xr, xi, wr, wi), 16)
  xr = f64x2.sub(sr, ur)
  xi = f64x2.sub(si, ui)
  wr = v128.load64_splat(w, 16)
  wi = v128.load64_splat(w, 24)
  v128.store(p + 2 * q, re(xr, xi, wr, wi))
  v128.store(p + 2 * q, im(xr, xi, wr, wi), 16)
  xr = f64x2.sub(tr, vi)
  xi = f64x2.add(ti, vr)
  wr = v128.load64_splat(w, 32)
  wi = v128.load64_splat(w, 40)
  v128.store(p + 3 * q, re(xr, xi, wr, wi))
  v128.store(p + 3 * q, im(xr, xi, wr, wi), 16)
}

/** The transform of four neighbours, which needs no twiddles; sign 1 forward, -1 inverse. */
// @ts-ignore: decorator
@inline
function butterfly4(p: usize, sign: i32): void {
  const ar = v128.load(p)
  const ai = v128.load(p, 16)
  const br = v128.load(p, 32)
  const bi = v128.load(p, 48)
  const cr = v128.load(p, 64)
  const ci = v128.load(p, 80)
  const dr = v128.load(p, 96)
  const di = v128.load(p, 112)
  const sr = f64x2.add(ar, cr)
  const si = f64x2.add(ai, ci)
  const tr = f64x2.sub(ar, cr)
  const ti = f64x2.sub(ai, ci)
  const ur = f64x2.add(br, dr)
  const ui = f64x2.add(bi, di)
  const vr = sign > 0 ? f64x2.sub(br, dr) : f64x2.sub(dr, br)
  const vi = sign > 0 ? f64x2.sub(bi, di) : f64x2.sub(di, bi)
  v128.store(p, f64x2.add(sr, ur))
  v128.store(p, f64x2.add(si, ui), 16)
  v128.store(p, f64x2.add(tr, vi), 32)
  v128.store(p, f64x2.sub(ti, vr), 48)
  v128.store(p, f64x2.sub(sr, ur), 64)
  v128.store(p, f64x2.sub(si, ui), 80)
  v128.store(p, f64x2.sub(tr, vi), 96)
  v128.store(p, f64x2.add(ti, vr), 112)
}

// @ts-ignore: decorator
@inline
function butterfly2(p: usize): void {
  const ar = v128.load(p)
  const ai = v128.load(p, 16)
  const br = v128.load(p, 32)
  const bi = v128.load(p, 48)
  v128.store(p, f64x2.add(ar, br))
  v128.store(p, f64x2.add(ai, bi), 16)
  v128.store(p, f64x2.sub(ar, br), 32)
  v128.store(p, f64x2.sub(ai, bi), 48)
}

/** `butterfly` undone (times 4): the conjugate twiddles first. */
// @ts-ignore: decorator
@inline
function unbutterfly(p: usize, q: usize, w: usize): void {
  let xr = v128.load(p + q)
  let xi = v128.load(p + q, 16)
  let wr = v128.load64_splat(w)
  let wi = v128.load64_splat(w, 8)
  const br = f64x2.add(f64x2.mul(xr, wr), f64x2.mul(xi, wi))
  const bi = f64x2.sub(f64x2.mul(xi, wr), f64x2.mul(xr, wi))
  xr = v128.load(p + 2 * q)
  xi = v128.load(p + 2 * q, 16)
  wr = v128.load64_splat(w, 16)
  wi = v128.load64_splat(w, 24)
  const cr = f64x2.add(f64x2.mul(xr, wr), f64x2.mul(xi, wi))
  const ci = f64x2.sub(f64x2.mul(xi, wr), f64x2.mul(xr, wi))
  xr = v128.load(p + 3 * q)
  xi = v128.load(p + 3 * q, 16)
  wr = v128.load64_splat(w, 32)
  wi = v128.load64_splat(w, 40)
  const dr = f64x2.add(f64x2.mul(xr, wr), f64x2.mul(xi, wi))
  const di = f64x2.sub(f64x2.mul(xi, wr), f64x2.mul(xr, wi))
  const ar = v128.load(p)
  const ai = v128.load(p, 16)
  const sr = f64x2.add(ar, cr)
  const si = f64x2.add(ai, ci)
  const tr = f64x2.sub(ar, cr)
  const ti = f64x2.sub(ai, ci)
  const ur = f64x2.add(br, dr)
  const ui = f64x2.add(bi, di)
  const vr = f64x2.sub(br, dr)
  const vi = f64x2.sub(bi, di)
  v128.store(p, f64x2.add(sr, ur))
  v128.store(p, f64x2.add(si, ui), 16)
  v128.store(p + q, f64x2.sub(tr, vi))
  v128.store(p + q, f64x2.add(ti, vr), 16)
  v128.store(p + 2 * q, f64x2.sub(sr, ur))
  v128.store(p + 2 * q, f64x2.sub(si, ui), 16)
  v128.store(p + 3 * q, f64x2.add(tr, vi))
  v128.store(p + 3 * q, f64x2.sub(ti, vr), 16)
}

// @ts-ignore: decorator
@inline
function put(dst: usize, stride: usize, x: v128): void {
  v128.store64_lane(dst, x, 0)
  v128.store64_lane(dst + stride, x, 1)
}

/**
 * `forward` undone, times n. Writes the points from `skip` (even, below n/2) on, real and imaginary parts from `a` and `b`,
 * `stride` bytes apart. `twiddles` is the end of the table.
 */
function inverse(z: usize, n: i32, twiddles: usize, a: usize, b: usize, stride: usize, skip: i32): void {
  const half = <usize>n >> 1
  const end = z + (half << 5)
  let length: usize = 4
  if (ctz(half) & 1) {
    length = 2
    for (let p = z; p < end; p += 64) butterfly2(p)
  } else {
    for (let p = z; p < end; p += 128) butterfly4(p, -1)
  }
  while (length < half) {
    const q = length << 5
    twiddles -= length * 48
    for (let block = z; block < end; block += 4 * q) {
      let w = twiddles
      for (let p = block; p < block + q; p += 32, w += 48) unbutterfly(p, q, w)
    }
    length <<= 2
  }
  let w = twiddles - (half << 4)
  const far = half * stride
  a -= <usize>skip * stride
  b -= <usize>skip * stride
  for (let j: usize = 0; j < half; j += 2, a += 2 * stride, b += 2 * stride, z += 64, w += 32) {
    const zr = v128.load(z)
    const zi = v128.load(z, 16)
    const yr = v128.load(z, 32)
    const yi = v128.load(z, 48)
    const dr = v128.shuffle<f64>(zr, yr, 1, 3)
    const di = v128.shuffle<f64>(zi, yi, 1, 3)
    const sr = v128.shuffle<f64>(zr, yr, 0, 2)
    const si = v128.shuffle<f64>(zi, yi, 0, 2)
    const wr = v128.load(w)
    const wi = v128.load(w, 16)
    const tr = f64x2.add(f64x2.mul(dr, wr), f64x2.mul(di, wi))
    const ti = f64x2.sub(f64x2.mul(di, wr), f64x2.mul(dr, wi))
    if (<i32>j >= skip) {
      put(a, stride, f64x2.add(sr, tr))
      put(b, stride, f64x2.add(si, ti))
    }
    put(a + far, stride, f64x2.sub(sr, tr))
    put(b + far, stride, f64x2.sub(si, ti))
  }
}

/**
 * See `Finite`: overlap-save, two blocks of n - width + 1 outputs at a time as the real and imaginary parts of one transform
 * (`width` is odd and at most n / 2). `spectra` are those of the parts, divided by n; `work` has room for down + 1 transforms.
 */
export function finite(
  src: usize,
  dst: usize,
  pairs: i32,
  n: i32,
  width: i32,
  up: i32,
  down: i32,
  twiddles: usize,
  twiddlesEnd: usize,
  spectra: usize,
  work: usize,
): void {
  const hop = <usize>(n - width + 1)
  const size = <usize>n << 4
  const sum = work + <usize>down * size
  const inHop = (hop * <usize>down) << 3
  const outHop = (hop * <usize>up) << 3
  for (let i = 0; i < pairs; i++, src += 2 * inHop, dst += 2 * outHop) {
    for (let m = 0; m < down; m++) {
      const x = src + (<usize>m << 3)
      forward(x, x + inHop, <usize>down << 3, work + <usize>m * size, n, twiddles)
    }
    let h = spectra
    for (let l = 0; l < up; l++) {
      for (let m = 0; m < down; m++, h += size) multiply(work + <usize>m * size, h, sum, size, m > 0)
      const y = dst + (<usize>l << 3)
      inverse(sum, n, twiddlesEnd, y, y + outHop, <usize>up << 3, width - 1)
    }
  }
}

// @ts-ignore: decorator
@inline
function multiply(x: usize, h: usize, y: usize, bytes: usize, accumulate: bool): void {
  for (let i: usize = 0; i < bytes; i += 32) {
    const xr = v128.load(x + i)
    const xi = v128.load(x + i, 16)
    const hr = v128.load(h + i)
    const hi = v128.load(h + i, 16)
    let yr = re(xr, xi, hr, hi)
    let yi = im(xr, xi, hr, hi)
    if (accumulate) {
      yr = f64x2.add(yr, v128.load(y + i))
      yi = f64x2.add(yi, v128.load(y + i, 16))
    }
    v128.store(y + i, yr)
    v128.store(y + i, yi, 16)
  }
}
