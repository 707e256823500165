/** Whose a name is where no item has it: the run's own, or a folder of several items. */
export const OWN = -2
export const FOLDER = -3

const NOBODY = -1
const SLASH = 0x2f

/**
 * Which item made which file. Names that a file system may not tell apart (upper and lower case, composed and decomposed letters)
 * are one name. Kept as 64-bit hashes, 20 bytes a name at the most: two of ten million names collide once in 400,000 runs, and then
 * one item fails that need not have.
 */
export class Claims {
  #capacity = 1 << 10
  #count = 0
  #high = new Uint32Array(this.#capacity)
  #low = new Uint32Array(this.#capacity)
  #owners = new Float64Array(this.#capacity).fill(NaN)

  /** Who keeps an item from making this file: an item, `OWN` or `FOLDER`. */
  owner(name: string): number | undefined {
    const key = keyOf(name)
    let [a, b] = [SEED_A, SEED_B]
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i)
      if (unit === SLASH) {
        const file = this.#get(a, b)
        if (file !== undefined) return file
      }
      a = stepA(a, unit)
      b = stepB(b, unit)
    }
    return this.#get(a, b) ?? this.#get(stepA(a, SLASH), stepB(b, SLASH))
  }

  add(name: string, owner: number): void {
    const key = keyOf(name)
    let [a, b] = [SEED_A, SEED_B]
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i)
      a = stepA(a, unit)
      b = stepB(b, unit)
      if (unit === SLASH) this.#set(a, b, FOLDER)
    }
    this.#set(a, b, owner)
  }

  /** The same for a name of plain ASCII in a buffer. */
  addAscii(bytes: Uint8Array, start: number, end: number, owner: number): void {
    let [a, b] = [SEED_A, SEED_B]
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      const unit = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
      a = stepA(a, unit)
      b = stepB(b, unit)
      if (unit === SLASH) this.#set(a, b, FOLDER)
    }
    this.#set(a, b, owner)
  }

  /** The file is no longer anybody's. */
  remove(name: string): void {
    const key = keyOf(name)
    let [a, b] = [SEED_A, SEED_B]
    for (let i = 0; i < key.length; i++) {
      a = stepA(a, key.charCodeAt(i))
      b = stepB(b, key.charCodeAt(i))
    }
    this.#set(a, b, NOBODY)
  }

  #get(a: number, b: number): number | undefined {
    const owner = this.#owners[this.#find(mix(a), mix(a ^ b))]!
    return Number.isNaN(owner) || owner === NOBODY ? undefined : owner
  }

  #set(a: number, b: number, owner: number): void {
    const [high, low] = [mix(a), mix(a ^ b)]
    let at = this.#find(high, low)
    if (Number.isNaN(this.#owners[at])) {
      if (++this.#count * 2 > this.#capacity) {
        this.#grow()
        at = this.#find(high, low)
      }
      this.#high[at] = high
      this.#low[at] = low
    }
    this.#owners[at] = owner
  }

  #find(high: number, low: number): number {
    const mask = this.#capacity - 1
    const [highs, lows, owners] = [this.#high, this.#low, this.#owners]
    let at = low & mask
    while (!Number.isNaN(owners[at]!) && (lows[at] !== low || highs[at] !== high)) at = (at + 1) & mask
    return at
  }

  #grow(): void {
    const [high, low, owners] = [this.#high, this.#low, this.#owners]
    this.#capacity *= 2
    this.#high = new Uint32Array(this.#capacity)
    this.#low = new Uint32Array(this.#capacity)
    this.#owners = new Float64Array(this.#capacity).fill(NaN)
    for (let i = 0; i < owners.length; i++) {
      if (Number.isNaN(owners[i]!)) continue
      const at = this.#find(high[i]!, low[i]!)
      this.#high[at] = high[i]!
      this.#low[at] = low[i]!
      this.#owners[at] = owners[i]!
    }
  }
}

/** What a file system may take for the same name. */
export function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

// Two multiplicative hashes side by side, mixed at the end as MurmurHash3 does. In variables, not in an object: ten times as fast.
const SEED_A = 0x811c9dc5 | 0
const SEED_B = 0x9e3779b9 | 0
const stepA = (a: number, unit: number): number => Math.imul(a ^ unit, 0x01000193)
const stepB = (b: number, unit: number): number => Math.imul((b << 5) ^ (b >>> 27) ^ unit, 0x85ebca6b)

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
