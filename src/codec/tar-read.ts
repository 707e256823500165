import { isUtf8 } from 'node:buffer'
import { MillraceError } from '../core/errors.ts'
import { BLOCK } from './tar-write.ts'

/** What a header says: nothing of it is to be trusted. */
export interface TarHeader {
  /** `0` a file, `5` a folder, and so on. */
  type: string
  name: string
  /** Whether the name is UTF-8, as it should be. */
  isUtf8: boolean
  /** Of what follows, without its padding: 0 for links, folders and the like. */
  size: number
}

/** What precedes a header and says more about it may be this large. */
const MAX_EXTENSION = 1 << 20

/** Reads headers: ustar, pax (POSIX.1-2001), GNU's long names, and those before ustar. */
export class TarHeaders {
  #global: Map<string, string> = new Map()
  #next: Map<string, string> = new Map()

  /**
   * A header of 512 bytes; undefined where the tar ends. One for which `isExtension` holds is followed by a body for `extend`.
   *
   * @throws MillraceError `BAD_TAR`
   */
  read(block: Buffer): TarHeader | undefined {
    if (block.every((byte) => byte === 0)) return undefined
    checkSum(block)
    const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!)
    const own = { type, size: numberAt(block, 124, 12) }
    if (isExtension(own)) {
      if (own.size > MAX_EXTENSION) throw bad(`what precedes a header may have ${MAX_EXTENSION} bytes, but has ${own.size}`)
      return { ...own, name: '', isUtf8: true }
    }
    const said = new Map([...this.#global, ...this.#next])
    this.#next = new Map()
    const name = Buffer.from(said.get('path') ?? nameAt(block), 'latin1')
    const isFolder = block[156] === 0 && name.at(-1) === 0x2f
    if (type === 'S' || [...said.keys()].some((key) => key.startsWith('GNU.sparse'))) throw bad('sparse files are not read')
    const hasBody = !'123456'.includes(type)
    const size = hasBody && said.has('size') ? decimal(said.get('size')!) : own.size
    return { type: isFolder ? '5' : type, name: name.toString('utf8'), isUtf8: isUtf8(name), size: hasBody ? size : 0 }
  }

  /** Takes what a pax or GNU header carries for those that follow. */
  extend(type: string, body: Buffer): void {
    if (type === 'L') this.#next.set('path', untilZero(body))
    else if (type === 'x') readRecords(body, this.#next)
    else if (type === 'g') readRecords(body, this.#global)
  }
}

/** Whether a header's body belongs to the header that follows: pax, pax for all, GNU's long name, GNU's long link. */
export function isExtension({ type }: Pick<TarHeader, 'type'>): boolean {
  return 'xgLK'.includes(type)
}

/** A regular file. */
export function isFile({ type }: Pick<TarHeader, 'type'>): boolean {
  return type === '0' || type === '7'
}

/** The length of a body with its padding. */
export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** The sum of all bytes, the sum's own as spaces; some old writers added signed ones. */
function checkSum(block: Buffer): void {
  let unsigned = 8 * 0x20
  let signed = unsigned
  for (let i = 0; i < BLOCK; i++) {
    if (i >= 148 && i < 156) continue
    unsigned += block[i]!
    signed += block.readInt8(i)
  }
  const sum = Number.parseInt(untilZero(block.subarray(148, 156)), 8)
  if (sum !== unsigned && sum !== signed) throw bad('it is no tar, or a header is damaged: the checksum is wrong')
}

/** Octal digits, or big-endian bytes behind 0x80. */
function numberAt(block: Buffer, at: number, length: number): number {
  if (block[at] === 0x80) {
    const number = BigInt(`0x${block.toString('hex', at + 1, at + length)}`)
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`a size of ${number} bytes is too large`)
    return Number(number)
  }
  const text = untilZero(block.subarray(at, at + length)).trim()
  if (!/^[0-7]*$/.test(text)) throw bad(`a header has ${JSON.stringify(text)} where octal digits must be`)
  return Number.parseInt(text || '0', 8)
}

function nameAt(block: Buffer): string {
  const name = untilZero(block.subarray(0, 100))
  // GNU's own format keeps other things where ustar has the name's beginning.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? untilZero(block.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** As Latin-1, which keeps every byte. */
function untilZero(bytes: Buffer): string {
  const zero = bytes.indexOf(0)
  return bytes.toString('latin1', 0, zero < 0 ? bytes.length : zero)
}

/** `length key=value\n`, again and again. */
function readRecords(body: Buffer, into: Map<string, string>): void {
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const space = body.indexOf(0x20, at)
    const length = decimal(body.toString('latin1', at, space < 0 ? at + 1 : space))
    const record = body.toString('latin1', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (space < 0 || length <= space - at || at + length > body.length || body[at + length - 1] !== 0x0a || equals < 1) {
      throw bad('a pax header is damaged')
    }
    into.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
}

function decimal(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(number)) return number
  throw bad(`a pax header has ${JSON.stringify(text.slice(0, 40))} where a number must be`)
}

const bad = (message: string): MillraceError => new MillraceError('BAD_TAR', `tar: ${message}.`)
