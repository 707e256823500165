/** Files in a tar begin at multiples of this. */
export const BLOCK = 512

/** 1980-01-01, as in a zip; GNU tar calls 1970 implausible. */
const DATE = 315_532_800
/** What eleven octal digits hold. */
const MAX_SIZE = 8 ** 11 - 1

/**
 * What stands before a file's bytes: a ustar header (POSIX.1-1988), with a pax header (POSIX.1-2001) before it for a name that is
 * not ASCII or too long, or a size of 8 GiB and more.
 *
 * @param name With `/` between its parts.
 */
export function tarHeader(name: string, size: number): Buffer {
  const split = splitName(name)
  const records = [...(split === undefined ? [record('path', name)] : []), ...(size > MAX_SIZE ? [record('size', String(size))] : [])]
  const [prefix, last] = split ?? ['', shortened(name)]
  const header = ustar(prefix, last, Math.min(size, MAX_SIZE), '0')
  if (records.length === 0) return header
  const body = Buffer.concat(records)
  return Buffer.concat([ustar('', 'PaxHeader', body.length, 'x'), body, padding(body.length), header])
}

/** The zeros that fill the last block of `size` bytes. */
export function padding(size: number): Buffer {
  return zeros.subarray(0, -size & (BLOCK - 1))
}

/** What ends a tar. */
export const tarEnd: Uint8Array = new Uint8Array(2 * BLOCK)

const END = '\0'
const zeros = Buffer.alloc(BLOCK)

/** A header of what all have in common: mode, user and group, date, magic, and a checksum that counts as spaces. */
const template = Buffer.alloc(BLOCK)
template.write(['0000644', '0000000', '0000000', ''].join(END), 100, 'latin1')
template.write(octal(DATE) + END, 136, 'latin1')
template.fill(' ', 148, 156)
template.write(`ustar${END}00`, 257, 'latin1')
const templateSum: number = template.reduce((sum, byte) => sum + byte, 0)

function ustar(prefix: string, name: string, size: number, type: string): Buffer {
  const header = Buffer.from(template)
  let sum = templateSum
  const put = (text: string, at: number): void => {
    header.write(text, at, 'latin1')
    for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i)
  }
  put(name, 0)
  put(octal(size), 124)
  put(type, 156)
  put(prefix, 345)
  header.write(`${sum.toString(8).padStart(6, '0')}${END} `, 148, 'latin1')
  return header
}

function octal(number: number): string {
  return number.toString(8).padStart(11, '0')
}

/** A name as prefix and rest, where a ustar header has room for it. */
function splitName(name: string): [prefix: string, rest: string] | undefined {
  if (!/^[\x20-\x7e]*$/.test(name)) return undefined
  if (name.length <= 100) return ['', name]
  const slash = name.lastIndexOf('/', 155)
  return slash > 0 && name.length - slash - 1 <= 100 && slash < name.length - 1 ? [name.slice(0, slash), name.slice(slash + 1)] : undefined
}

/** What a reader without pax sees. */
function shortened(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, '_').slice(-100)
}

/** `length key=value\n`, where the length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, 'utf8')
  let length = rest.length + 1
  while (rest.length + String(length).length > length) length++
  return Buffer.concat([Buffer.from(String(length)), rest])
}
