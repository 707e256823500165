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
    const hash = new Hash()
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i)
      if (unit === SLASH) {
        const file = this.#get(hash)
        if (file !== undefined) return file
      }
      hash.add(unit)
    }
    const same = this.#get(hash)
    if (same !== undefined) return same
    hash.add(SLASH)
    return this.#get(hash)
  }

  add(name: string, owner: number): void {
    const key = keyOf(name)
    const hash = new Hash()
    for (let i = 0; i < key.length; i++) {
      const unit = key.charCodeAt(i)
      hash.add(unit)
      if (unit === SLASH) this.#set(hash, FOLDER)
    }
    this.#set(hash, owner)
  }

  /** The same for a name of plain ASCII in a buffer. */
  addAscii(bytes: Uint8Array, start: number, end: number, owner: number): void {
    const hash = new Hash()
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      hash.add(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
      if (byte === SLASH) this.#set(hash, FOLDER)
    }
    this.#set(hash, owner)
  }

  /** The file is no longer anybody's. */
  remove(name: string): void {
    const hash = new Hash()
    const key = keyOf(name)
    for (let i = 0; i < key.length; i++) hash.add(key.charCodeAt(i))
    this.#set(hash, NOBODY)
  }

  #get(hash: Hash): number | undefined {
    const owner = this.#owners[this.#find(hash.high(), hash.low())]!
    return Number.isNaN(owner) || owner === NOBODY ? undefined : owner
  }

  #set(hash: Hash, owner: number): void {
    const [high, low] = [hash.high(), hash.low()]
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
    let at = low & mask
    while (!Number.isNaN(this.#owners[at]!) && (this.#low[at] !== low || this.#high[at] !== high)) at = (at + 1) & mask
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

/** Two multiplicative hashes side by side, each mixed at the end as MurmurHash3 does. */
class Hash {
  #a = 0x811c9dc5
  #b = 0x9e3779b9

  add(unit: number): void {
    this.#a = Math.imul(this.#a ^ unit, 0x01000193)
    this.#b = Math.imul((this.#b << 5) ^ (this.#b >>> 27) ^ unit, 0x85ebca6b)
  }

  high(): number {
    return mix(this.#a)
  }

  low(): number {
    return mix(this.#b ^ this.#a)
  }
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
