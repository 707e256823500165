import type { JpegKernel, JpegStatus } from '../kernels/jpeg.ts'
import { damaged, tooLarge, unsupported } from './jpeg-errors.ts'
import type { JpegHeader } from './jpeg-header.ts'
import { DHT, DQT, DRI, EOI, isFrame, nextSegment, type Segment, SOS, uint16 } from './jpeg-markers.ts'
import type { Plan } from './jpeg-plan.ts'
import { Progression, type ProgressiveScan } from './jpeg-progression.ts'

/** A quantisation or Huffman table as it lies in the file: they are read when a scan first uses them. */
interface Table {
  from: number
  /** Huffman: how many symbols it has. */
  symbols: number
  /** Quantisation: 16 bits an entry. */
  wide: boolean
}

/** Scans of a progressive picture: encoders write about ten. */
const maxScans = 100
/** Blocks that all scans together may visit: so often each block of the picture, and this many more for small ones. */
const maxVisits = 16
const freeVisits = 2 ** 24

/** Reads the segments of a picture whose bytes, header and memory are given, and lets the kernel decode them. */
export class JpegDecoder {
  readonly #kernel: JpegKernel
  readonly #bytes: Uint8Array
  readonly #header: JpegHeader
  readonly #plan: Plan
  readonly #quantisation: (Table | undefined)[] = []
  /** DC tables 0 to 3, AC tables 4 to 7. */
  readonly #huffman: (Table | undefined)[] = []
  /** For each component that a scan has had. */
  readonly #begun: (Progression | undefined)[] = []
  #interval = 0
  #scans = 0
  #visits = 0
  /** Rows are still to be made of samples, or of coefficients. */
  #unfinished: boolean

  constructor(kernel: JpegKernel, bytes: Uint8Array, header: JpegHeader, plan: Plan) {
    this.#kernel = kernel
    this.#bytes = bytes
    this.#header = header
    this.#plan = plan
    this.#unfinished = header.coding === 'progressive'
  }

  decode(): void {
    let segment: Segment
    for (let at = 2; ;) {
      segment = nextSegment(this.#bytes, at)
      at = segment.to
      if (segment.marker === EOI) break
      if (segment.marker === SOS) at = this.#scan(segment)
      else if (segment.marker === DQT) this.#readQuantisation(segment)
      else if (segment.marker === DHT) this.#readHuffman(segment)
      else if (segment.marker === DRI) this.#readInterval(segment)
      else if (isFrame(segment.marker) && this.#scans > 0) throw damaged('this one has a second frame header')
    }
    const { components, coding, height } = this.#header
    if (components.some((_, i) => this.#begun[i] === undefined)) throw damaged('this one ends before all components were sent')
    if (!this.#unfinished) return
    if (coding !== 'progressive') return this.#kernel.jpegRows(0, height)
    if (!this.#begun.every((progression) => progression?.exact)) throw unsupported('this progressive one lacks its last scans')
    this.#check(this.#kernel.jpegFinish())
  }

  #readQuantisation({ from, to }: Segment): void {
    while (from < to) {
      const info = this.#bytes[from++] as number
      const wide = info >> 4 === 1
      const bytes = wide ? 128 : 64
      if (info >> 4 > 1 || (info & 15) > 3 || from + bytes > to) throw damaged('a quantisation table is cut off or has no valid number')
      this.#quantisation[info & 15] = { from: this.#plan.input + from, wide, symbols: 0 }
      from += bytes
    }
  }

  #readHuffman({ from, to }: Segment): void {
    while (from < to) {
      const info = this.#bytes[from++] as number
      let symbols = 0
      if (from + 16 <= to) for (let i = 0; i < 16; i++) symbols += this.#bytes[from + i] as number
      const whole = from + 16 + symbols <= to && symbols <= 256
      if (info >> 4 > 1 || (info & 15) > 3 || !whole) throw damaged('a Huffman table is cut off or has no valid number')
      this.#huffman[(info >> 4) * 4 + (info & 15)] = { from: this.#plan.input + from, symbols, wide: false }
      from += 16 + symbols
    }
  }

  #readInterval({ from, to }: Segment): void {
    if (to - from !== 2) throw damaged('its restart interval is no number of two bytes')
    this.#interval = uint16(this.#bytes, from)
  }

  /** Decodes a scan and returns where it ends. */
  #scan({ from, to }: Segment): number {
    const bytes = this.#bytes
    const count = from < to ? (bytes[from] as number) : 0
    if (count < 1 || count > this.#header.components.length || to - from !== 4 + 2 * count) throw damaged('a scan has no valid header')
    if (++this.#scans > maxScans) throw tooLarge(`A progressive JPEG may have ${maxScans} scans, but this one has more; it is refused.`)
    const progressive = this.#header.coding === 'progressive'
    const scan = progressive ? progressiveScan(bytes, to - 3, count) : undefined
    const used = this.#scanComponents(from + 1, count)
    this.#countVisits(used.map(({ index }) => index))
    this.#kernel.jpegScan(count)
    for (const [k, { index, dc, ac }] of used.entries()) {
      this.#begin(index, scan)
      if (scan === undefined || (scan.from === 0 && scan.first)) this.#buildHuffman(dc)
      if (scan === undefined || scan.from > 0) this.#buildHuffman(ac)
      this.#kernel.jpegScanComponent(k, index, dc, ac - 4)
    }
    if (scan === undefined && count !== this.#header.components.length) this.#unfinished = true
    this.#check(this.#read(this.#plan.input + to, scan))
    return (this.#kernel.jpegNext() >>> 0) - this.#plan.input
  }

  /** Components that the scan names, in the frame's order, with the numbers of their tables in `#huffman`. */
  #scanComponents(at: number, count: number): { index: number; dc: number; ac: number }[] {
    const { components } = this.#header
    const found: { index: number; dc: number; ac: number }[] = []
    let blocks = 0
    for (let k = 0; k < count; k++, at += 2) {
      const id = this.#bytes[at]
      const tables = this.#bytes[at + 1] as number
      const after = found.at(-1)?.index ?? -1
      const index = components.findIndex((component, i) => i > after && component.id === id)
      if (index < 0) throw damaged(`a scan names the component ${id}, which the frame does not have, or has before another of the scan`)
      if (tables >> 4 > 3 || (tables & 15) > 3) throw damaged('a scan uses a Huffman table above 3')
      const { h, v } = components[index] as { h: number; v: number }
      blocks += h * v
      found.push({ index, dc: tables >> 4, ac: 4 + (tables & 15) })
    }
    if (count > 1 && blocks > 10) throw damaged(`a scan interleaves ${blocks} blocks; 10 is the most`)
    return found
  }

  /** A small file can make a large picture, and each scan visits all of it: hostile ones would take minutes. */
  #countVisits(indices: number[]): void {
    const { components } = this.#header
    const { blocks, mcuBlocks } = this.#plan
    const share = (i: number): number => (components.length === 1 ? 1 : (components[i]?.h ?? 1) * (components[i]?.v ?? 1))
    for (const i of indices) this.#visits += (blocks * share(i)) / mcuBlocks
    if (this.#visits > maxVisits * blocks + freeVisits) {
      throw tooLarge(`A progressive JPEG's scans may visit each block ${maxVisits} times, but this one's go on; it is refused.`)
    }
  }

  /** A component takes its quantisation table when its first scan begins, as in libjpeg; later ones don't change it. */
  #begin(index: number, scan: ProgressiveScan | undefined): void {
    let progression = this.#begun[index]
    if (progression !== undefined && scan === undefined) throw damaged('this one sends a component twice')
    if (progression === undefined) {
      const table = this.#quantisation[this.#header.components[index]?.quantisation ?? 0]
      if (table === undefined) throw damaged('a component uses a quantisation table that was not sent')
      this.#kernel.jpegQuantisation(index, table.from, table.wide)
      this.#begun[index] = progression = new Progression()
    }
    if (scan !== undefined) progression.add(scan)
  }

  #buildHuffman(id: number): void {
    const table = this.#huffman[id]
    if (table === undefined) throw unsupported('this one has no Huffman tables of its own (a frame of Motion JPEG)')
    if (this.#kernel.jpegHuffman(id, table.from, table.symbols) === 0) throw damaged('a Huffman table has more codes than there can be')
  }

  #read(from: number, scan: ProgressiveScan | undefined): JpegStatus {
    const kernel = this.#kernel
    const end = this.#plan.input + this.#bytes.length
    const interval = this.#interval
    if (scan === undefined) return kernel.jpegBaseline(from, end, interval)
    const { from: first, to: last, shift } = scan
    if (first > 0) {
      return scan.first
        ? kernel.jpegAcFirst(from, end, interval, first, last, shift)
        : kernel.jpegAcRefine(from, end, interval, first, last, shift)
    }
    return scan.first ? kernel.jpegDcFirst(from, end, interval, shift) : kernel.jpegDcRefine(from, end, interval, shift)
  }

  #check(status: JpegStatus): void {
    if (status === 0) return
    const scan = `scan ${this.#scans}`
    if (status === 1) throw damaged(`${scan} has bits that are no code, or a coefficient that no picture has`)
    if (status === 2) throw damaged(`${scan} ends before its last block`)
    throw damaged(`${scan} lacks the restart marker that was due`)
  }
}

/** The last three bytes of a scan's header, in a progressive frame. */
function progressiveScan(bytes: Uint8Array, at: number, count: number): ProgressiveScan {
  const from = bytes[at] as number
  const to = bytes[at + 1] as number
  const high = (bytes[at + 2] as number) >> 4
  const shift = (bytes[at + 2] as number) & 15
  const band = from === 0 ? to === 0 : from <= to && to <= 63 && count === 1
  if (!band || shift > 13 || (high !== 0 && shift !== high - 1)) {
    throw damaged(`a progressive scan of ${count} components sends coefficients ${from} to ${to}, bits ${high} to ${shift}`)
  }
  return { from, to, first: high === 0, shift }
}
