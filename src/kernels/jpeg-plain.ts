import type { JpegKernel, JpegStatus } from './jpeg.ts'
import { inverseDct, type Samples, toRgb, upsampled } from './jpeg-plain-pixels.ts'

/** Row by row, where the coefficients of a block stand that are sent in zigzag order (ITU T.81, figure A.6). */
// prettier-ignore
const natural = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57,
  50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]

interface Component {
  h: number
  v: number
  /** Blocks across and down that hold samples of the picture, and coefficients of all blocks, padding included, in zigzag order. */
  wide: number
  high: number
  blocks: Map<string, Int16Array>
  quantisation: Uint16Array
  dc: Code
  ac: Code
  predicted: number
}

/** A code by its length and bits, as `1` and then the bits; to its symbol. */
type Code = Map<number, number>

/** Thrown inside a scan. */
class Stop extends Error {
  readonly status: JpegStatus

  constructor(status: JpegStatus) {
    super()
    this.status = status
  }
}

/**
 * The twin of `assembly/_jpeg.ts`: the same functions by the book, a bit and a sample at a time. It keeps coefficients of its own for
 * every picture and uses `memory` for input and pixels only.
 */
export class PlainJpeg implements JpegKernel {
  readonly memory: Uint8Array
  #width = 0
  #height = 0
  #hMax = 1
  #vMax = 1
  #ycc = false
  #pixels = 0
  #components: Component[] = []
  #codes: Code[] = []
  #scan: Component[] = []
  // The scan's bits, the next one, and the marker behind them.
  #bits: number[] = []
  #bit = 0
  #next = 0
  /** Blocks that end before this scan's coefficients. */
  #ended = 0

  constructor(memory: Uint8Array) {
    this.memory = memory
  }

  jpegStream(): void {}

  jpegFrame(width: number, height: number, components: number, hMax: number, vMax: number, ycc: boolean, pixels: number): void {
    this.#width = width
    this.#height = height
    this.#hMax = hMax
    this.#vMax = vMax
    this.#ycc = ycc
    this.#pixels = pixels
    this.#components = Array.from({ length: components })
  }

  jpegComponent(i: number, h: number, v: number): void {
    const wide = Math.ceil(Math.ceil((this.#width * h) / this.#hMax) / 8)
    const high = Math.ceil(Math.ceil((this.#height * v) / this.#vMax) / 8)
    const none = { quantisation: new Uint16Array(64), dc: new Map<number, number>(), ac: new Map<number, number>(), predicted: 0 }
    this.#components[i] = { h, v, wide, high, blocks: new Map(), ...none }
  }

  jpegQuantisation(i: number, from: number, wide: boolean): void {
    const { quantisation } = this.#component(i)
    for (let k = 0; k < 64; k++)
      quantisation[k] = wide ? this.#byte(from + 2 * k) * 256 + this.#byte(from + 2 * k + 1) : this.#byte(from + k)
  }

  jpegHuffman(id: number, from: number, symbols: number): number {
    const table: Code = new Map()
    let code = 0
    for (let length = 1, k = 0; length <= 16; length++) {
      for (let left = this.#byte(from + length - 1); left > 0; left--) table.set((1 << length) | code++, this.#byte(from + 16 + k++))
      if (code >= 1 << length && table.size > 0) return 0
      code *= 2
    }
    this.#codes[id] = table
    return table.size === symbols && (id > 3 || [...table.values()].every((symbol) => symbol < 16)) ? 1 : 0
  }

  jpegScan(): void {
    this.#scan = []
  }

  jpegScanComponent(k: number, component: number, dc: number, ac: number): void {
    const none: Code = new Map()
    this.#scan[k] = Object.assign(this.#component(component), { dc: this.#codes[dc] ?? none, ac: this.#codes[4 + ac] ?? none })
  }

  jpegNext(): number {
    return this.#next
  }

  jpegBaseline(from: number, end: number, interval: number): JpegStatus {
    const status = this.#blocks(from, end, interval, (c, block) => {
      const sum = this.#difference(c)
      block.fill(0)
      block[0] = sum
      let wild = this.#wild(c, 0, sum)
      for (let k = 1; k < 64; k++) {
        const symbol = this.#symbol(c.ac)
        if ((symbol & 15) === 0 && symbol !== 0xf0) break
        k += symbol >> 4
        if (symbol === 0xf0) continue
        const value = this.#value(symbol & 15)
        block[Math.min(k, 63)] = value
        wild ||= this.#wild(c, Math.min(k, 63), value)
      }
      if (wild) throw new Stop(1)
    })
    if (status === 0 && this.#scan.length === this.#components.length) this.jpegRows(0, this.#height)
    return status
  }

  jpegDcFirst(from: number, end: number, interval: number, shift: number): JpegStatus {
    return this.#blocks(from, end, interval, (c, block) => {
      block[0] = inRange(this.#difference(c), shift)
    })
  }

  jpegDcRefine(from: number, end: number, interval: number, shift: number): JpegStatus {
    return this.#blocks(from, end, interval, (_, block) => {
      block[0] = (block[0] as number) | (this.#read(1) << shift)
    })
  }

  jpegAcFirst(from: number, end: number, interval: number, first: number, last: number, shift: number): JpegStatus {
    return this.#blocks(from, end, interval, (c, block) => {
      if (this.#ended > 0) {
        this.#ended--
        return
      }
      for (let k = first; k <= last; k++) {
        const symbol = this.#symbol(c.ac)
        const zeros = symbol >> 4
        if ((symbol & 15) === 0 && zeros < 15) {
          this.#ended = (1 << zeros) + this.#read(zeros) - 1
          return
        }
        k += zeros
        if ((symbol & 15) > 0) block[Math.min(k, 63)] = inRange(this.#value(symbol & 15), shift)
      }
    })
  }

  /** ITU T.81, figures G.7 and G.8. */
  jpegAcRefine(from: number, end: number, interval: number, first: number, last: number, shift: number): JpegStatus {
    return this.#blocks(from, end, interval, (c, block) => {
      const refine = (k: number): void => {
        const value = block[k] as number
        if (this.#read(1) === 1 && (value & (1 << shift)) === 0) block[k] = value + (value > 0 ? 1 << shift : -1 << shift)
      }
      let k = first
      for (; this.#ended === 0 && k <= last; k++) {
        const symbol = this.#symbol(c.ac)
        let zeros = symbol >> 4
        if ((symbol & 15) === 0 && zeros < 15) {
          this.#ended = (1 << zeros) + this.#read(zeros)
          break
        }
        const value = this.#value(symbol & 15)
        if (Math.abs(value) > 1) throw new Stop(1)
        for (; k <= last; k++) {
          if (block[k] !== 0) refine(k)
          else if (zeros-- === 0) break
        }
        if (value !== 0) block[Math.min(k, 63)] = value << shift
      }
      if (this.#ended === 0) return
      for (; k <= last; k++) if (block[k] !== 0) refine(k)
      this.#ended--
    })
  }

  jpegFinish(): JpegStatus {
    for (const c of this.#components) {
      for (let row = 0; row < c.high; row++) {
        for (let column = 0; column < c.wide; column++) {
          if (this.#block(c, row, column).some((value, k) => this.#wild(c, k, value))) return 1
        }
      }
    }
    this.jpegRows(0, this.#height)
    return 0
  }

  jpegRows(from: number, to: number): void {
    const planes = this.#components.map((c) => this.#samples(c))
    for (let y = from, at = this.#pixels + from * this.#width * planes.length; y < to; y++) {
      for (let x = 0; x < this.#width; x++, at += planes.length) {
        const values = planes.map((samples) => upsampled(samples, y, x)) as [number, number, number]
        this.memory.set(this.#ycc ? toRgb(...values) : values, at)
      }
    }
  }

  #samples(c: Component): Samples {
    const done = new Map<Int16Array, Uint8Array>()
    const at = (row: number, column: number): number => {
      const block = this.#block(c, row >> 3, column >> 3)
      let samples = done.get(block)
      if (samples === undefined) {
        const coefficients = new Int32Array(64)
        for (let k = 0; k < 64; k++) coefficients[natural[k] as number] = (block[k] as number) * (c.quantisation[k] as number)
        done.set(block, (samples = inverseDct(coefficients)))
      }
      return samples[(row & 7) * 8 + (column & 7)] as number
    }
    const across = this.#hMax / c.h
    const down = this.#vMax / c.v
    return { at, width: Math.ceil(this.#width / across), height: Math.ceil(this.#height / down), across, down }
  }

  /** All blocks of a scan in its order. */
  #blocks(from: number, end: number, interval: number, read: (c: Component, block: Int16Array) => void): JpegStatus {
    const [first] = this.#scan as [Component]
    const alone = this.#scan.length === 1
    const down = alone ? first.high : Math.ceil(this.#height / (8 * this.#vMax))
    const across = alone ? first.wide : Math.ceil(this.#width / (8 * this.#hMax))
    this.#open(from, end)
    try {
      for (let mcu = 0; mcu < down * across; mcu++) {
        if (interval > 0 && mcu > 0 && mcu % interval === 0) this.#restart(end, mcu / interval - 1)
        for (const c of this.#scan) {
          const h = alone ? 1 : c.h
          const v = alone ? 1 : c.v
          for (let i = 0; i < h * v; i++) {
            read(c, this.#block(c, Math.floor(mcu / across) * v + Math.floor(i / h), (mcu % across) * h + (i % h)))
          }
        }
        if (this.#bit > this.#bits.length) throw new Stop(2)
      }
    } catch (error) {
      if (error instanceof Stop) return error.status
      throw error
    }
    return 0
  }

  /** Bits up to the next marker, without stuffed zeros. */
  #open(from: number, end: number): void {
    this.#bits = []
    this.#bit = 0
    this.#ended = 0
    for (const c of this.#components) c.predicted = 0
    let at = from
    for (; at < end; at++) {
      const byte = this.#byte(at)
      if (byte === 0xff) {
        let code = at + 1
        while (code < end && this.#byte(code) === 0xff) code++
        if (code >= end || this.#byte(code) !== 0) break
        at = code
      }
      for (let i = 7; i >= 0; i--) this.#bits.push((byte >> i) & 1)
    }
    this.#next = at
  }

  #restart(end: number, number: number): void {
    let code = this.#next
    while (code < end && this.#byte(code) === 0xff) code++
    if (code >= end || this.#byte(code) !== 0xd0 + (number % 8)) throw new Stop(3)
    this.#open(code + 1, end)
  }

  /** Past the end there are zeros. */
  #read(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value = value * 2 + (this.#bits[this.#bit++] ?? 0)
    return value
  }

  #symbol(code: Code): number {
    let bits = 1
    for (let length = 1; length <= 16; length++) {
      bits = bits * 2 + this.#read(1)
      const symbol = code.get(bits)
      if (symbol !== undefined) return symbol
    }
    throw new Stop(1)
  }

  /** ITU T.81, table F.1. */
  #value(size: number): number {
    const bits = this.#read(size)
    return size > 0 && bits < 2 ** (size - 1) ? bits - 2 ** size + 1 : bits
  }

  #difference(c: Component): number {
    c.predicted += this.#value(this.#symbol(c.dc))
    return c.predicted
  }

  #wild(c: Component, k: number, value: number): boolean {
    const product = value * (c.quantisation[k] as number)
    return product < -4096 || product > 4095
  }

  #block(c: Component, row: number, column: number): Int16Array {
    const key = `${row} ${column}`
    let block = c.blocks.get(key)
    if (block === undefined) c.blocks.set(key, (block = new Int16Array(64)))
    return block
  }

  #component(i: number): Component {
    return this.#components[i] as Component
  }

  #byte(at: number): number {
    return this.memory[at] as number
  }
}

/** A coefficient has 16 bits. */
function inRange(value: number, shift: number): number {
  const shifted = value * 2 ** shift
  if (shifted < -32768 || shifted > 32767) throw new Stop(1)
  return shifted
}
