// Sine and cosine rounded correctly. Engines' own are off by a last place here and there, each in its way, which shows where sums of
// 16-bit pixels lie halfway between two levels.

/** An unevaluated sum of two numbers, the second less than half a last place of the first. */
type Double = readonly [high: number, low: number]

/** Of an angle from -100 to 100. */
export function sin(x: number): number {
  return quarters(x, 0)
}

export function cos(x: number): number {
  return quarters(x, 1)
}

/** pi / 2 in three parts; the first two have so few bits that their products with a count of quarters are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const

/** sin(x + shift pi / 2), from the sine or cosine of what is left after whole quarters of a turn, less than 0.8. */
function quarters(x: number, shift: number): number {
  const count = Math.round(x / (Math.PI / 2))
  const near = twoSum(x - count * HALF_PI[0], -count * HALF_PI[1])
  const rest = add(near, product(-count, HALF_PI[2]))
  const quarter = (((count + shift) % 4) + 4) % 4
  const [high, low] = series(rest, quarter % 2 === 0)
  return quarter < 2 ? high + low : -(high + low)
}

/** x - x^3 / 3! + x^5 / 5! - ..., or 1 - x^2 / 2! + ... */
function series(x: Double, odd: boolean): Double {
  const square = times(x, x)
  let term: Double = odd ? x : [1, 0]
  let sum = term
  for (let k = odd ? 2 : 1; k < 30; k += 2) {
    const [high, low] = divided(times(term, square), k * (k + 1))
    term = [-high, -low]
    sum = add(sum, term)
  }
  return sum
}

/** Knuth's and Dekker's exact sums and products; Dekker's split in two halves of 26 bits. */
function twoSum(a: number, b: number): Double {
  const sum = a + b
  const part = sum - a
  return [sum, a - (sum - part) + (b - part)]
}

function product(a: number, b: number): Double {
  const high = a * b
  const [a1, a2] = split(a)
  const [b1, b2] = split(b)
  return [high, a2 * b2 - (high - a1 * b1 - a2 * b1 - a1 * b2)]
}

function split(a: number): Double {
  const scaled = a * 134217729
  const high = scaled - (scaled - a)
  return [high, a - high]
}

function add(a: Double, b: Double): Double {
  const [high, low] = twoSum(a[0], b[0])
  return twoSum(high, low + a[1] + b[1])
}

function times(a: Double, b: Double): Double {
  const [high, low] = product(a[0], b[0])
  return twoSum(high, low + a[0] * b[1] + a[1] * b[0])
}

function divided(a: Double, by: number): Double {
  const high = a[0] / by
  const [whole, part] = product(high, by)
  return twoSum(high, (a[0] - whole - part + a[1]) / by)
}
