import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { checkBoolean, checkWhole, shown } from './check.ts'
import type { Epoch, Sampler } from './sampler.ts'

/** Draws samples with given probabilities, such as one over the size of the sample's class, so that every class comes as often. */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Float64Array<ArrayBuffer>
  readonly numSamples: number
  readonly replacement: boolean

  /**
   * @param weights One a sample, not negative; they need not add up to 1. Any number of them (torch stops at 2^24).
   * @param numSamples How many samples a pass draws.
   * @param options `replacement`: a sample may come again. Default true. Without, at most as many can be drawn as have a weight
   *   above 0.
   * @throws MillraceError `BAD_OPTION`
   */
  constructor(weights: ArrayLike<number>, numSamples: number, { replacement = true }: { replacement?: boolean } = {}) {
    checkWhole("WeightedRandomSampler's numSamples", numSamples, 1)
    checkBoolean("WeightedRandomSampler's replacement", replacement)
    this.weights = new Float64Array(weights)
    this.numSamples = numSamples
    this.replacement = replacement
    const bad = this.weights.findIndex((weight) => !(weight >= 0 && weight < Infinity))
    if (bad >= 0) {
      throw new MillraceError('BAD_OPTION', `Weights must be finite and not negative, but weight ${bad} is ${shown(weights[bad])}.`)
    }
    const positive = this.weights.reduce((count, weight) => count + Number(weight > 0), 0)
    if (positive === 0) throw new MillraceError('BAD_OPTION', 'WeightedRandomSampler has nothing to draw: give it a weight above 0.')
    if (!replacement && numSamples > positive) {
      throw new MillraceError(
        'BAD_OPTION',
        `Without replacement WeightedRandomSampler can draw ${positive} samples, as many as have a weight above 0, but numSamples is ${numSamples}.`,
      )
    }
  }

  get length(): number {
    return this.numSamples
  }

  indices({ seed, epoch }: Epoch): Uint32Array<ArrayBuffer> {
    const random = randomOf(seed, epoch)
    return this.replacement ? drawAgain(this.weights, this.numSamples, random) : drawOnce(this.weights, this.numSamples, random)
  }
}

/**
 * Draws with replacement by the alias method (Walker 1977; the table after Vose 1991): each index has a share of 1 / n of the
 * line, of which it keeps a part and cedes the rest to one other index. A draw is a share and a place in it.
 */
function drawAgain(weights: Float64Array, count: number, random: () => number): Uint32Array<ArrayBuffer> {
  const n = weights.length
  // Divided by the largest first: a sum of very large weights would be infinite.
  const largest = weights.reduce((a, b) => Math.max(a, b))
  const sum = weights.reduce((a, b) => a + b / largest, 0)
  const part = weights.map((weight) => ((weight / largest) * n) / sum)
  const other = new Uint32Array(n)
  // Two stacks, of the shares that are too small from the front and of the others from the back.
  const stacks = new Uint32Array(n)
  let small = 0
  let large = n
  for (let i = 0; i < n; i++) stacks[part[i]! < 1 ? small++ : --large] = i
  while (small > 0 && large < n) {
    const poor = stacks[--small]!
    const rich = stacks[large]!
    other[poor] = rich
    const left = part[rich]! + part[poor]! - 1
    part[rich] = left
    if (left >= 1) continue
    large++
    stacks[small++] = rich
  }
  // What is left over has a part of 1 but for rounding; what has no weight was dealt with, the error is far too small for it.
  for (let i = 0; i < n; i++) if (i < small || i >= large) part[stacks[i]!] = 1
  const drawn = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const share = Math.floor(random() * n)
    drawn[i] = random() < part[share]! ? share : other[share]!
  }
  return drawn
}

/**
 * Draws without replacement: each index waits for a time that is exponential with its weight as the rate, and they come in that
 * order (Efraimidis and Spirakis 2006). That is the same as to draw one after another from those that are left.
 */
function drawOnce(weights: Float64Array, count: number, random: () => number): Uint32Array<ArrayBuffer> {
  // 53 random bits, and never 0.
  const uniform = (): number => 1 - (Math.floor(random() * 0x20_0000) * 0x1_0000_0000 + Math.floor(random() * 0x1_0000_0000)) / 2 ** 53
  const times = weights.map((weight) => -Math.log(uniform()) / weight)
  return Uint32Array.from(weights.keys())
    .filter((i) => weights[i]! > 0)
    .sort((a, b) => times[a]! - times[b]! || a - b)
    .slice(0, count)
}
