// The footer of a Parquet file (parquet-format, parquet.thrift): its columns, and where their values lie.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { ThriftReader } from './parquet-thrift.ts'

/** A column of values: nested ones have the names of those above them, with dots between. */
export interface Leaf {
  name: string
  /** Parquet's `Type`: 0 BOOLEAN, 1 INT32, 2 INT64, 3 INT96, 4 FLOAT, 5 DOUBLE, 6 BYTE_ARRAY, 7 FIXED_LEN_BYTE_ARRAY. */
  type: number
  /** How many of it and those above may be missing, and be lists. */
  definition: number
  repetition: number
}

/** A row group: of each column one chunk, in the order of the leaves. */
export interface RowGroup {
  rows: number
  codecs: Uint8Array
  /** Values of each chunk, missing ones counted. */
  values: Float64Array
  /** Where each chunk begins in the file, and its bytes. */
  starts: Float64Array
  sizes: Float64Array
}

export interface Footer {
  rows: number
  leaves: Leaf[]
  groups: RowGroup[]
}

export const INT32 = 1
export const INT64 = 2
export const BYTE_ARRAY = 6

/** A file that is open. */
export interface OpenFile {
  file: string
  descriptor: number
  size: number
}

export function badParquet(file: string, why: string, cause?: unknown): MillraceError {
  return new MillraceError('BAD_PARQUET', `${file} can't be read as Parquet: ${why}`, { cause })
}

/** @throws MillraceError `INPUT_UNREADABLE`. */
export function openFile(file: string): OpenFile {
  try {
    const descriptor = openSync(file, 'r')
    const stat = fstatSync(descriptor)
    if (stat.isFile()) return { file, descriptor, size: stat.size }
    closeSync(descriptor)
    throw new Error('it is not a file')
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The Parquet file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
  }
}

/** Fills `target` from a place in the file. @throws MillraceError `INPUT_UNREADABLE`, `BAD_PARQUET` where the file ends early. */
export function readAt({ file, descriptor }: OpenFile, target: Uint8Array, position: number): void {
  for (let at = 0; at < target.length;) {
    let read: number
    try {
      read = readSync(descriptor, target, at, Math.min(target.length - at, 2 ** 30), position + at)
    } catch (cause) {
      throw new MillraceError('INPUT_UNREADABLE', `The Parquet file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
    }
    if (read === 0) throw badParquet(file, `it ends at byte ${position + at}, within its data: it has been cut off since it was opened.`)
    at += read
  }
}

/** @throws MillraceError `INPUT_UNREADABLE`, `BAD_PARQUET` for a file that is cut off, damaged, encrypted or something else. */
export function readFooter(open: OpenFile): Footer {
  const { file, size } = open
  if (size < 12) throw badParquet(file, `it has ${size} bytes, and the smallest Parquet file 12.`)
  const head = new Uint8Array(4)
  readAt(open, head, 0)
  const tail = new Uint8Array(8)
  readAt(open, tail, size - 8)
  const begins = Buffer.from(head).toString('latin1')
  const ends = Buffer.from(tail.subarray(4)).toString('latin1')
  if (begins === 'PARE' || ends === 'PARE') throw badParquet(file, 'it is encrypted. Write it again without encryption.')
  if (begins !== 'PAR1') throw badParquet(file, `it begins with ${JSON.stringify(begins)} where Parquet has "PAR1".`)
  if (ends !== 'PAR1') {
    throw badParquet(file, 'it does not end with "PAR1": it has been cut off, or is still being written. Copy or download it again.')
  }
  const length = new DataView(tail.buffer).getUint32(0, true)
  if (length > size - 12) throw badParquet(file, `its footer should have ${length} bytes, more than the file.`)
  const bytes = new Uint8Array(length)
  readAt(open, bytes, size - 8 - length)
  let footer: Footer
  try {
    footer = parseFooter(new ThriftReader(bytes))
  } catch (cause) {
    throw badParquet(file, `its footer is damaged: ${reasonOf(cause)}.`, cause)
  }
  checkFooter(file, footer, size - 8 - length)
  return footer
}

interface SchemaElement {
  name: string
  type: number
  /** 0 required, 1 optional, 2 repeated. */
  repetition: number
  children: number
}

function parseFooter(thrift: ThriftReader): Footer {
  const schema: SchemaElement[] = []
  const groups: RowGroup[] = []
  let rows = -1
  thrift.struct((field) => {
    if (field === 2) thrift.list(() => schema.push(schemaElement(thrift)))
    else if (field === 3) rows = thrift.integer()
    else if (field === 4) {
      const leaves = schema.filter(({ children }) => children === 0).length
      thrift.list(() => groups.push(rowGroup(thrift, leaves)))
    } else return false
    return true
  })
  if (schema.length === 0) throw new Error('it names no columns')
  return { rows, leaves: leavesOf(schema), groups }
}

function schemaElement(thrift: ThriftReader): SchemaElement {
  const element = { name: '', type: -1, repetition: 0, children: 0 }
  thrift.struct((field) => {
    if (field === 1) element.type = thrift.integer()
    else if (field === 3) element.repetition = thrift.integer()
    else if (field === 4) element.name = thrift.text()
    else if (field === 5) element.children = thrift.integer()
    else return false
    return true
  })
  return element
}

/** The schema is a tree, each element before its children; the first one is the root. */
function leavesOf(schema: readonly SchemaElement[]): Leaf[] {
  const leaves: Leaf[] = []
  let at = 1
  const children = (count: number, above: string, definition: number, repetition: number): void => {
    for (let i = 0; i < count; i++) {
      const element = schema[at++]
      if (element === undefined) throw new Error('its tree of columns is not whole')
      const name = above === '' ? element.name : `${above}.${element.name}`
      const defined = definition + (element.repetition === 0 ? 0 : 1)
      const repeated = repetition + (element.repetition === 2 ? 1 : 0)
      if (element.children > 0) children(element.children, name, defined, repeated)
      else leaves.push({ name, type: element.type, definition: defined, repetition: repeated })
    }
  }
  children(schema[0]!.children, '', 0, 0)
  return leaves
}

function rowGroup(thrift: ThriftReader, leaves: number): RowGroup {
  const group: RowGroup = {
    rows: -1,
    codecs: new Uint8Array(leaves),
    values: new Float64Array(leaves),
    starts: new Float64Array(leaves).fill(-1),
    sizes: new Float64Array(leaves),
  }
  thrift.struct((field) => {
    if (field === 1) thrift.list((index) => columnChunk(thrift, group, index))
    else if (field === 3) group.rows = thrift.integer()
    else return false
    return true
  })
  return group
}

function columnChunk(thrift: ThriftReader, group: RowGroup, index: number): void {
  if (index >= group.starts.length) throw new Error('a row group has more columns than the file')
  thrift.struct((field) => {
    if (field === 1) throw new Error('its columns lie in other files')
    if (field !== 3) return false
    let data = -1
    let dictionary = 0
    thrift.struct((field) => {
      if (field === 4) group.codecs[index] = thrift.integer()
      else if (field === 5) group.values[index] = thrift.integer()
      else if (field === 7) group.sizes[index] = thrift.integer()
      else if (field === 9) data = thrift.integer()
      else if (field === 11) dictionary = thrift.integer()
      else return false
      return true
    })
    // Some writers leave 0 where there is no dictionary.
    group.starts[index] = dictionary > 0 && dictionary < data ? dictionary : data
    return true
  })
}

function checkFooter(file: string, { rows, leaves, groups }: Footer, end: number): void {
  let sum = 0
  for (const [number, group] of groups.entries()) {
    if (!(Number.isSafeInteger(group.rows) && group.rows >= 0)) throw badParquet(file, `row group ${number} has ${group.rows} rows.`)
    sum += group.rows
    // Of no rows pyarrow writes no pages, and places that mean nothing.
    if (group.rows === 0) continue
    for (let i = 0; i < leaves.length; i++) {
      const start = group.starts[i]!
      const size = group.sizes[i]!
      if (start >= 4 && size >= 0 && start + size <= end) continue
      const name = JSON.stringify(leaves[i]!.name)
      throw badParquet(file, `the column ${name} lies outside the file (byte ${start}, ${size} bytes): it is damaged or has been cut off.`)
    }
  }
  if (sum !== rows) throw badParquet(file, `its row groups have ${sum} rows together, and it says ${rows}.`)
}
