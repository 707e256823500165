// Spectra of many real frames: window, FFT, then complex values, power, magnitude or mel bands.
//
// Frames lie side by side in the lanes of a vector, two in float64 or four in float32, so no step after loading crosses lanes.
// A frame of even length n becomes n/2 complex points (even samples real, odd imaginary), which Stockham passes of radix 4, 2 and
// odd primes transform without any reordering; the real spectrum is then split off. An odd length is transformed as complex points.
// `src/kernels/stft.ts` fills the tables and owns the memory; the formulas are those of any FFT textbook.

export const COMPLEX: i32 = 0
export const POWER: i32 = 1
export const MAGNITUDE: i32 = 2
export const MEL_POWER: i32 = 3
export const MEL_MAGNITUDE: i32 = 4

let length: i32 // samples in a frame
let points: i32 // complex points of the transform
let halved: bool // whether length is even
let window: usize // length numbers, halved when `halved`
let radices: usize // i32, ending in 0
let twiddles: usize // by pass, by group: radix - 1 complex numbers; an odd radix is preceded by its cosines and sines
let unsplit: usize // points / 2 + 1 complex numbers: exp(-2 pi i k / length)
let front: usize // two buffers of complex points
let back: usize
let bands: i32
let edges: usize // i32 pairs: first bin, number of bins
let weights: usize
let lastBin: i32 // the highest that a band weighs

/** The first free byte: everything from here on belongs to the caller. */
export function base(): usize {
  return (__heap_base + 15) & ~15
}

/** Makes memory at least `bytes` long; false when the machine has no more. */
export function reserve(bytes: u32): bool {
  const pages = i32((u64(bytes) + 0xffff) >> 16) - memory.size()
  return pages <= 0 || memory.grow(pages) >= 0
}

export function setTransform(n: i32, win: usize, radixList: usize, factors: usize, split: usize, a: usize, b: usize): void {
  length = n
  halved = (n & 1) == 0
  points = halved ? n >> 1 : n
  window = win
  radices = radixList
  twiddles = factors
  unsplit = split
  front = a
  back = b
}

export function setBands(count: i32, firstAndLength: usize, values: usize): void {
  bands = count
  edges = firstAndLength
  weights = values
  lastBin = 0
  for (let m = 0; m < count; m++) {
    const first = load<i32>(firstAndLength + (usize(m) << 3))
    lastBin = max(lastBin, first + load<i32>(firstAndLength + (usize(m) << 3), 4) - 1)
  }
}

/**
 * Transforms `groups` vectors of frames that lie `stride` bytes apart from `signal` on. Row r of the output (a bin or a band)
 * starts at `out + r * row` bytes; its floats are the frames in order. `imaginary` is used by COMPLEX alone.
 */
export function run(double: bool, sink: i32, signal: usize, groups: i32, stride: usize, out: usize, imaginary: usize, row: usize): void {
  if (double) runAs<f64>(sink, signal, groups, stride, out, imaginary, row)
  else runAs<f32>(sink, signal, groups, stride, out, imaginary, row)
}

function runAs<T>(sink: i32, signal: usize, groups: i32, stride: usize, out: usize, imaginary: usize, row: usize): void {
  const lanes: usize = 16 / sizeof<T>()
  for (let g = 0; g < groups; g++) {
    if (halved) loadPairs<T>(signal, stride)
    else loadSingles<T>(signal, stride)
    const spectrum = transform<T>()
    const free = spectrum == front ? back : front
    if (halved) splitReal<T>(spectrum, free, sink)
    else copyHalf<T>(spectrum, free, sink)
    const bins = (length >> 1) + 1
    if (sink == COMPLEX) {
      storeRows<T>(free, 32, bins, out, row)
      storeRows<T>(free + 16, 32, bins, imaginary, row)
    } else if (sink == POWER || sink == MAGNITUDE) storeRows<T>(free, 16, bins, out, row)
    else mel<T>(free, out, row)
    signal += lanes * stride
    out += lanes * 4
    imaginary += lanes * 4
  }
}

// @ts-ignore: decorator
@inline function re(z: usize, k: i32): v128 {
  return v128.load(z + (usize(k) << 5))
}

// @ts-ignore: decorator
@inline function im(z: usize, k: i32): v128 {
  return v128.load(z + (usize(k) << 5), 16)
}

// @ts-ignore: decorator
@inline function put(z: usize, k: i32, real: v128, imag: v128): void {
  v128.store(z + (usize(k) << 5), real)
  v128.store(z + (usize(k) << 5), imag, 16)
}

// @ts-ignore: decorator
@inline function splat<T>(table: usize, index: i32): v128 {
  return v128.load_splat<T>(table + usize(index) * sizeof<T>())
}

/** Windowed frames to complex points: even samples real, odd samples imaginary. */
function loadPairs<T>(a: usize, stride: usize): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  for (let j = 0; j < points; j++) {
    const at = usize(j) << 3
    if (sizeof<T>() == 8) {
      const w = v128.load(window + (usize(j) << 4))
      const x = f64x2.mul(w, f64x2.promote_low_f32x4(v128.load64_zero(a + at)))
      const y = f64x2.mul(w, f64x2.promote_low_f32x4(v128.load64_zero(b + at)))
      put(front, j, v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3))
    } else {
      const w = v128.load64_splat(window + at)
      const x = f32x4.mul(w, v128.load64_lane(b + at, v128.load64_zero(a + at), 1))
      const y = f32x4.mul(w, v128.load64_lane(d + at, v128.load64_zero(c + at), 1))
      put(front, j, v128.shuffle<f32>(x, y, 0, 2, 4, 6), v128.shuffle<f32>(x, y, 1, 3, 5, 7))
    }
  }
}

/** Windowed frames of odd length as complex points with no imaginary part. */
function loadSingles<T>(a: usize, stride: usize): void {
  for (let j = 0; j < points; j++) {
    const x = a + (usize(j) << 2)
    let v: v128
    if (sizeof<T>() == 8) v = f64x2.replace_lane(f64x2.splat(f64(load<f32>(x))), 1, f64(load<f32>(x + stride)))
    else {
      v = f32x4.replace_lane(f32x4.splat(load<f32>(x)), 1, load<f32>(x + stride))
      v = f32x4.replace_lane(v, 2, load<f32>(x + 2 * stride))
      v = f32x4.replace_lane(v, 3, load<f32>(x + 3 * stride))
    }
    put(front, j, v128.mul<T>(v, splat<T>(window, j)), v128.splat<T>(0))
  }
}

/** All passes; returns the buffer that holds the result. */
function transform<T>(): usize {
  let source = front
  let target = back
  let groups = points
  let step = 1
  let table = twiddles
  let radixAt = radices
  for (let radix = load<i32>(radixAt); radix != 0; radix = load<i32>(radixAt)) {
    groups /= radix
    if (radix == 4) radix4<T>(source, target, groups, step, table)
    else if (radix == 2) radix2<T>(source, target, groups, step, table)
    else {
      oddRadix<T>(source, target, radix, groups, step, table)
      table += usize(2 * radix) * sizeof<T>()
    }
    table += usize(2 * (radix - 1) * groups) * sizeof<T>()
    step *= radix
    radixAt += 4
    const swap = source
    source = target
    target = swap
  }
  return source
}

// In both passes below the loads come before the stores: the engine can't know that the buffers don't overlap.

function radix4<T>(source: usize, target: usize, groups: i32, step: i32, table: usize): void {
  const part = usize(groups * step) << 5
  const hop = usize(step) << 5
  for (let p = 0; p < groups; p++) {
    const w1r = splat<T>(table, 0)
    const w1i = splat<T>(table, 1)
    const w2r = splat<T>(table, 2)
    const w2i = splat<T>(table, 3)
    const w3r = splat<T>(table, 4)
    const w3i = splat<T>(table, 5)
    table += 6 * sizeof<T>()
    for (const end = source + hop; source < end; source += 32) {
      const b = source + part
      const c = b + part
      const d = c + part
      const ar = v128.load(source)
      const ai = v128.load(source, 16)
      const br = v128.load(b)
      const bi = v128.load(b, 16)
      const cr = v128.load(c)
      const ci = v128.load(c, 16)
      const dr = v128.load(d)
      const di = v128.load(d, 16)
      const acr = v128.add<T>(ar, cr)
      const aci = v128.add<T>(ai, ci)
      const bdr = v128.add<T>(br, dr)
      const bdi = v128.add<T>(bi, di)
      const dcr = v128.sub<T>(ar, cr)
      const dci = v128.sub<T>(ai, ci)
      const dbr = v128.sub<T>(br, dr)
      const dbi = v128.sub<T>(bi, di)
      v128.store(target, v128.add<T>(acr, bdr))
      v128.store(target, v128.add<T>(aci, bdi), 16)
      if (p == 0) {
        pair(target + hop, v128.add<T>(dcr, dbi), v128.sub<T>(dci, dbr))
        pair(target + 2 * hop, v128.sub<T>(acr, bdr), v128.sub<T>(aci, bdi))
        pair(target + 3 * hop, v128.sub<T>(dcr, dbi), v128.add<T>(dci, dbr))
      } else {
        product<T>(target + hop, v128.add<T>(dcr, dbi), v128.sub<T>(dci, dbr), w1r, w1i)
        product<T>(target + 2 * hop, v128.sub<T>(acr, bdr), v128.sub<T>(aci, bdi), w2r, w2i)
        product<T>(target + 3 * hop, v128.sub<T>(dcr, dbi), v128.add<T>(dci, dbr), w3r, w3i)
      }
      target += 32
    }
    target += 3 * hop
  }
}

function radix2<T>(source: usize, target: usize, groups: i32, step: i32, table: usize): void {
  const part = usize(groups * step) << 5
  const hop = usize(step) << 5
  for (let p = 0; p < groups; p++) {
    const wr = splat<T>(table, 2 * p)
    const wi = splat<T>(table, 2 * p + 1)
    for (const end = source + hop; source < end; source += 32) {
      const ar = v128.load(source)
      const ai = v128.load(source, 16)
      const br = v128.load(source + part)
      const bi = v128.load(source + part, 16)
      v128.store(target, v128.add<T>(ar, br))
      v128.store(target, v128.add<T>(ai, bi), 16)
      if (p == 0) pair(target + hop, v128.sub<T>(ar, br), v128.sub<T>(ai, bi))
      else product<T>(target + hop, v128.sub<T>(ar, br), v128.sub<T>(ai, bi), wr, wi)
      target += 32
    }
    target += hop
  }
}

/** A pass of odd radix r: outputs j and r - j share the sums and differences of inputs k and r - k. */
function oddRadix<T>(source: usize, target: usize, radix: i32, groups: i32, step: i32, table: usize): void {
  const part = groups * step
  const half = radix >> 1
  const factors = table + usize(2 * radix) * sizeof<T>()
  for (let p = 0; p < groups; p++) {
    for (let q = 0; q < step; q++) {
      const x = source + (usize(p * step + q) << 5)
      const y = target + (usize(radix * p * step + q) << 5)
      let sumR = re(x, 0)
      let sumI = im(x, 0)
      for (let k = 1; k < radix; k++) {
        sumR = v128.add<T>(sumR, re(x, k * part))
        sumI = v128.add<T>(sumI, im(x, k * part))
      }
      put(y, 0, sumR, sumI)
      for (let j = 1; j <= half; j++) {
        let evenR = re(x, 0)
        let evenI = im(x, 0)
        let oddR = v128.splat<T>(0)
        let oddI = v128.splat<T>(0)
        let turn = 0
        for (let k = 1; k <= half; k++) {
          turn += j
          if (turn >= radix) turn -= radix
          const cos = splat<T>(table, 2 * turn)
          const sin = splat<T>(table, 2 * turn + 1)
          const l = radix - k
          evenR = v128.add<T>(evenR, v128.mul<T>(cos, v128.add<T>(re(x, k * part), re(x, l * part))))
          evenI = v128.add<T>(evenI, v128.mul<T>(cos, v128.add<T>(im(x, k * part), im(x, l * part))))
          oddR = v128.add<T>(oddR, v128.mul<T>(sin, v128.sub<T>(re(x, k * part), re(x, l * part))))
          oddI = v128.add<T>(oddI, v128.mul<T>(sin, v128.sub<T>(im(x, k * part), im(x, l * part))))
        }
        const a = 2 * ((radix - 1) * p + j - 1)
        const b = 2 * ((radix - 1) * p + radix - j - 1)
        product<T>(y + (usize(j * step) << 5), v128.add<T>(evenR, oddI), v128.sub<T>(evenI, oddR), splat<T>(factors, a), splat<T>(factors, a + 1))
        product<T>(y + (usize((radix - j) * step) << 5), v128.sub<T>(evenR, oddI), v128.add<T>(evenI, oddR), splat<T>(factors, b), splat<T>(factors, b + 1))
      }
    }
  }
}

// @ts-ignore: decorator
@inline function pair(to: usize, real: v128, imag: v128): void {
  v128.store(to, real)
  v128.store(to, imag, 16)
}

// @ts-ignore: decorator
@inline function product<T>(to: usize, ar: v128, ai: v128, br: v128, bi: v128): void {
  v128.store(to, v128.sub<T>(v128.mul<T>(ar, br), v128.mul<T>(ai, bi)))
  v128.store(to, v128.add<T>(v128.mul<T>(ar, bi), v128.mul<T>(ai, br)), 16)
}

/** One bin of the real spectrum: complex, or its power or magnitude. */
// @ts-ignore: decorator
@inline function emit<T>(target: usize, k: i32, real: v128, imag: v128, sink: i32): void {
  if (sink == COMPLEX) put(target, k, real, imag)
  else {
    const power = v128.add<T>(v128.mul<T>(real, real), v128.mul<T>(imag, imag))
    const root = sink == MAGNITUDE || sink == MEL_MAGNITUDE
    v128.store(target + (usize(k) << 4), root ? v128.sqrt<T>(power) : power)
  }
}

/** The spectrum of the real frame from that of its complex points (the window holds the factor 1/2). */
function splitReal<T>(source: usize, target: usize, sink: i32): void {
  const zero = v128.splat<T>(0)
  const two = v128.splat<T>(2)
  emit<T>(target, 0, v128.mul<T>(two, v128.add<T>(re(source, 0), im(source, 0))), zero, sink)
  emit<T>(target, points, v128.mul<T>(two, v128.sub<T>(re(source, 0), im(source, 0))), zero, sink)
  const last = sink == MEL_POWER || sink == MEL_MAGNITUDE ? lastBin : points
  for (let k = 1; k <= points >> 1; k++) {
    const l = points - k
    const evenR = v128.add<T>(re(source, k), re(source, l))
    const evenI = v128.sub<T>(im(source, k), im(source, l))
    const oddR = v128.add<T>(im(source, k), im(source, l))
    const oddI = v128.sub<T>(re(source, l), re(source, k))
    const wr = splat<T>(unsplit, 2 * k)
    const wi = splat<T>(unsplit, 2 * k + 1)
    const turnedR = v128.sub<T>(v128.mul<T>(wr, oddR), v128.mul<T>(wi, oddI))
    const turnedI = v128.add<T>(v128.mul<T>(wr, oddI), v128.mul<T>(wi, oddR))
    emit<T>(target, k, v128.add<T>(evenR, turnedR), v128.add<T>(evenI, turnedI), sink)
    if (l <= last) emit<T>(target, l, v128.sub<T>(evenR, turnedR), v128.sub<T>(turnedI, evenI), sink)
  }
}

function copyHalf<T>(source: usize, target: usize, sink: i32): void {
  for (let k = 0; k <= length >> 1; k++) emit<T>(target, k, re(source, k), im(source, k), sink)
}

// @ts-ignore: decorator
@inline function storeLanes<T>(to: usize, v: v128): void {
  if (sizeof<T>() == 8) v128.store64_lane(to, f32x4.demote_f64x2_zero(v), 0)
  else v128.store(to, v)
}

function storeRows<T>(source: usize, step: usize, rows: i32, out: usize, row: usize): void {
  for (let k = 0; k < rows; k++) {
    storeLanes<T>(out, v128.load(source))
    source += step
    out += row
  }
}

function mel<T>(spectrum: usize, out: usize, row: usize): void {
  let weight = weights
  for (let m = 0; m < bands; m++) {
    let bin = spectrum + (usize(load<i32>(edges + (usize(m) << 3))) << 4)
    let count = load<i32>(edges + (usize(m) << 3), 4)
    let even = v128.splat<T>(0)
    let odd = v128.splat<T>(0)
    for (; count > 1; count -= 2) {
      even = v128.add<T>(even, v128.mul<T>(splat<T>(weight, 0), v128.load(bin)))
      odd = v128.add<T>(odd, v128.mul<T>(splat<T>(weight, 1), v128.load(bin, 16)))
      weight += 2 * sizeof<T>()
      bin += 32
    }
    if (count > 0) {
      even = v128.add<T>(even, v128.mul<T>(splat<T>(weight, 0), v128.load(bin)))
      weight += sizeof<T>()
    }
    storeLanes<T>(out, v128.add<T>(even, odd))
    out += row
  }
}
