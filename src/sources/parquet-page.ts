import { ThriftReader } from './parquet-thrift.ts'

export const DATA = 0
export const INDEX = 1
export const DICTIONARY = 2
export const DATA_V2 = 3

/** Encodings of values. */
export const PLAIN = 0
export const PLAIN_DICTIONARY = 2
export const RLE = 3
export const RLE_DICTIONARY = 8

const encodings: Record<number, string> = {
  4: 'BIT_PACKED',
  5: 'DELTA_BINARY_PACKED',
  6: 'DELTA_LENGTH_BYTE_ARRAY',
  7: 'DELTA_BYTE_ARRAY',
  9: 'BYTE_STREAM_SPLIT',
}

export function encodingName(encoding: number): string {
  return encodings[encoding] ?? `number ${encoding}`
}

export interface PageHeader {
  kind: number
  /** Bytes behind the header, and what they are uncompressed. */
  size: number
  fullSize: number
  values: number
  encoding: number
  /** Encoding of the definition levels (version 1). */
  levels: number
  /** Bytes of both kinds of levels, which are never compressed (version 2). */
  repetitionBytes: number
  definitionBytes: number
  compressed: boolean
  /** Where the page's bytes begin. */
  at: number
}

/** The header at a place. @throws Error when it is none. */
export function readPageHeader(bytes: Uint8Array, at: number): PageHeader {
  const thrift = new ThriftReader(bytes, at)
  const header: PageHeader = {
    kind: -1,
    size: -1,
    fullSize: -1,
    values: -1,
    encoding: -1,
    levels: RLE,
    repetitionBytes: 0,
    definitionBytes: 0,
    compressed: true,
    at: 0,
  }
  thrift.struct((field) => {
    if (field === 1) header.kind = thrift.integer()
    else if (field === 2) header.fullSize = thrift.integer()
    else if (field === 3) header.size = thrift.integer()
    else if (field === 5 || field === 7) readParts(thrift, header)
    else if (field === 8) readPartsV2(thrift, header)
    else return false
    return true
  })
  header.at = thrift.at
  return header
}

/** A data page's of version 1, or a dictionary's. */
function readParts(thrift: ThriftReader, header: PageHeader): void {
  thrift.struct((field) => {
    if (field === 1) header.values = thrift.integer()
    else if (field === 2) header.encoding = thrift.integer()
    else if (field === 3 && header.kind === DATA) header.levels = thrift.integer()
    else return false
    return true
  })
}

function readPartsV2(thrift: ThriftReader, header: PageHeader): void {
  thrift.struct((field, type) => {
    if (field === 1) header.values = thrift.integer()
    else if (field === 4) header.encoding = thrift.integer()
    else if (field === 5) header.definitionBytes = thrift.integer()
    else if (field === 6) header.repetitionBytes = thrift.integer()
    else if (field === 7) header.compressed = type === 1
    else return false
    return true
  })
}
