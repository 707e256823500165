/**
 * The discrete Fourier transform of any length, in place: `X[k] = sum of x[n] exp(-2 pi i k n / N)` in float64.
 * Powers of two go through Cooley and Tukey's algorithm, other lengths through Bluestein's, which is three of the former.
 * Plain TypeScript: the oracle of the WebAssembly kernel, and its stand-in for lengths with a large prime factor.
 */
export function dft(re: Float64Array, im: Float64Array): void {
  const n = re.length
  if (n < 2) return
  if ((n & (n - 1)) === 0) powerOfTwo(re, im)
  else bluestein(re, im)
}

function powerOfTwo(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      swap(re, i, j)
      swap(im, i, j)
    }
  }
  const { cos, sin } = roots(n)
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2
    const turn = n / size
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k
        const b = a + half
        const wr = cos[k * turn]!
        const wi = -sin[k * turn]!
        const br = re[b]! * wr - im[b]! * wi
        const bi = re[b]! * wi + im[b]! * wr
        re[b] = re[a]! - br
        im[b] = im[a]! - bi
        re[a]! += br
        im[a]! += bi
      }
    }
  }
}

/** kn = (k^2 + n^2 - (k - n)^2) / 2 makes the transform a convolution with a chirp; L. Bluestein, 1970. */
function bluestein(re: Float64Array, im: Float64Array): void {
  const n = re.length
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1))
  const { cos, sin } = chirp(n)
  const [ar, ai, br, bi] = [new Float64Array(size), new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  for (let k = 0; k < n; k++) {
    ar[k] = re[k]! * cos[k]! + im[k]! * sin[k]!
    ai[k] = im[k]! * cos[k]! - re[k]! * sin[k]!
    br[k] = br[(size - k) % size] = cos[k]!
    bi[k] = bi[(size - k) % size] = sin[k]!
  }
  powerOfTwo(ar, ai)
  powerOfTwo(br, bi)
  // The product, conjugated: the forward transform of a conjugate is the conjugate of the (unscaled) inverse.
  for (let k = 0; k < size; k++) {
    const real = ar[k]! * br[k]! - ai[k]! * bi[k]!
    ai[k] = -(ar[k]! * bi[k]! + ai[k]! * br[k]!)
    ar[k] = real
  }
  powerOfTwo(ar, ai)
  for (let k = 0; k < n; k++) {
    const real = ar[k]! / size
    const imag = -ai[k]! / size
    re[k] = real * cos[k]! + imag * sin[k]!
    im[k] = imag * cos[k]! - real * sin[k]!
  }
}

/** exp(i pi k^2 / n); k^2 is reduced modulo 2n first, so that the angle stays exact. */
function chirp(n: number): { cos: Float64Array; sin: Float64Array } {
  const turns = Float64Array.from({ length: n }, (_, k) => (k * k) % (2 * n))
  return { cos: turns.map((t) => Math.cos((Math.PI * t) / n)), sin: turns.map((t) => Math.sin((Math.PI * t) / n)) }
}

let kept: { n: number; cos: Float64Array; sin: Float64Array } | undefined

/** cos and sin of 2 pi k / n for half a turn; the last length is kept, frames come in rows. */
function roots(n: number): { cos: Float64Array; sin: Float64Array } {
  if (kept?.n !== n) {
    const angles = Float64Array.from({ length: n / 2 }, (_, k) => (2 * Math.PI * k) / n)
    kept = { n, cos: angles.map(Math.cos), sin: angles.map(Math.sin) }
  }
  return kept
}

function swap(a: Float64Array, i: number, j: number): void {
  const t = a[i]!
  a[i] = a[j]!
  a[j] = t
}
