// Thrift's compact protocol (thrift/doc/specs/thrift-compact-protocol.md), as much as Parquet's headers need. It is read in one pass and
// what nobody asks for is passed over, so that a footer of 32,000 columns takes tens of milliseconds.

const STOP = 0
const TRUE = 1
const FALSE = 2
const BYTE = 3
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const MAP = 11
const STRUCT = 12
const UUID = 13

/** Reads from a place on. Every method throws an Error when the bytes end early or can't be what they should. */
export class ThriftReader {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  /** A struct, field by field: `read` reads a field's value and returns true, or leaves it to be passed over. */
  struct(read: (field: number, type: number) => boolean): void {
    for (let field = 0; ;) {
      const head = this.byte()
      const type = head & 15
      if (type === STOP) return
      field = head >> 4 === 0 ? this.integer() : field + (head >> 4)
      if (!read(field, type)) this.skip(type)
    }
  }

  /** A list: `each` reads one element. */
  list(each: (index: number) => void): void {
    const { count } = this.#listHead()
    for (let i = 0; i < count; i++) each(i)
  }

  /** A signed integer of any size; beyond 2 ** 53 it is not exact. */
  integer(): number {
    const value = this.unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  unsigned(): number {
    let value = this.byte()
    if (value < 0x80) return value
    value &= 0x7f
    for (let scale = 128; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      if (scale > 2 ** 62) throw new Error('a number has no end')
    }
  }

  binary(): Uint8Array {
    const length = this.unsigned()
    this.#forward(length)
    return this.bytes.subarray(this.at - length, this.at)
  }

  text(): string {
    const { buffer, byteOffset, length } = this.binary()
    return Buffer.from(buffer, byteOffset, length).toString('utf8')
  }

  skip(type: number): void {
    switch (type) {
      case TRUE:
      case FALSE:
        return
      case BYTE:
        return this.#forward(1)
      case DOUBLE:
        return this.#forward(8)
      case BINARY:
        return this.#forward(this.unsigned())
      case UUID:
        return this.#forward(16)
      case STRUCT:
        return this.struct(() => false)
      case LIST:
      case SET: {
        const { count, type: each } = this.#listHead()
        for (let i = 0; i < count; i++) this.#skipElement(each)
        return
      }
      case MAP: {
        const count = this.unsigned()
        const types = count === 0 ? 0 : this.byte()
        for (let i = 0; i < count; i++) {
          this.#skipElement(types >> 4)
          this.#skipElement(types & 15)
        }
        return
      }
      default:
        if (type > SET) throw new Error(`there is no type ${type}`)
        this.unsigned()
    }
  }

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error('it ends early')
    return byte
  }

  #listHead(): { count: number; type: number } {
    const head = this.byte()
    return { type: head & 15, count: head >> 4 === 15 ? this.unsigned() : head >> 4 }
  }

  /** In lists and maps, booleans are bytes. */
  #skipElement(type: number): void {
    if (type === TRUE || type === FALSE) this.#forward(1)
    else this.skip(type)
  }

  #forward(bytes: number): void {
    this.at += bytes
    if (!(this.at <= this.bytes.length)) throw new Error('it ends early')
  }
}
