const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

/** Where the records of a CSV file begin: its rows, and first the line of names. */
export interface Records {
  /** Offset of the first byte of each. */
  starts: Float64Array
  /** The line it begins on, from 1; a quoted field may hold several lines. */
  lines: Uint32Array
}

/**
 * Finds the records of RFC 4180: lines end with LF, CR LF or CR, and not within a field that begins with a quote. Empty lines are
 * no records. A quote that is never closed takes the rest of the file.
 */
export function findRecords(bytes: Uint8Array, separator: string): Records {
  const separatorByte = separator.charCodeAt(0)
  const starts: number[] = []
  const lines: number[] = []
  const { length } = bytes
  let line = 1
  // A byte order mark.
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  let start = at
  let atField = true
  while (at < length) {
    const byte = bytes[at]!
    if (byte === LF || byte === CR) {
      if (byte === CR && bytes[at + 1] === LF) at++
      at++
      line++
      start = at
      atField = true
      continue
    }
    if (at === start) {
      starts.push(start)
      lines.push(line)
    }
    at++
    if (byte === QUOTE && atField) {
      // A doubled quote closes the field and opens it again, which finds the same end.
      for (; at < length && bytes[at] !== QUOTE; at++) if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) line++
      at++
      atField = bytes[at] === QUOTE
    } else {
      atField = byte === separatorByte
    }
  }
  return { starts: Float64Array.from(starts), lines: Uint32Array.from(lines) }
}

/** The fields of one record, without its line end. Throws an Error that says what is wrong with it. */
export function splitRecord(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator)
  const fields: string[] = []
  let at = 0
  while (true) {
    if (text[at] !== '"') {
      const end = text.indexOf(separator, at)
      fields.push(end < 0 ? text.slice(at) : text.slice(at, end))
      if (end < 0) return fields
      at = end + 1
      continue
    }
    const closing = closingQuote(text, at)
    fields.push(text.slice(at + 1, closing).replaceAll('""', '"'))
    at = closing + 1
    if (at === text.length) return fields
    if (text[at] !== separator) {
      throw new Error(`${JSON.stringify(text.slice(at, at + 20))} follows a closing quote. A quote within a quoted field is written twice.`)
    }
    at++
  }
}

function closingQuote(text: string, opening: number): number {
  let at = text.indexOf('"', opening + 1)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  if (at >= 0) return at
  throw new Error(`A quote is opened and never closed: ${JSON.stringify(text.slice(opening, opening + 20))}.`)
}
