import { endianness } from 'node:os'
import { MillraceError } from '../core/errors.ts'
import { arrays, type Tensor, type TensorType } from '../core/tensor.ts'

const kinds = {
  f4: 'float32',
  f8: 'float64',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  b1: 'bool',
} as const satisfies Record<string, TensorType>

const magic = '\x93NUMPY'
/** NumPy's own limit is 10,000; a header of plain types is far shorter. */
const maxHeader = 1 << 16
/** NumPy's limit on axes. */
const maxAxes = 64

/**
 * A `.npy` file, byte for byte as `np.save` writes a C-ordered array: format 1.0, little-endian, the header padded to 64
 * bytes.
 *
 * @throws MillraceError `BAD_NPY` when the tensor's data does not match its type or dims.
 */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { data, dims, type } = tensor
  const kind = Object.entries(kinds).find(([, name]) => name === type)?.[0]
  if (kind === undefined || !(data instanceof arrays[type])) {
    throw bad(`data must be of the tensor's type '${type}', but is ${Object.prototype.toString.call(data).slice(8, -1)}`)
  }
  const size = countOf(dims)
  if (data.length !== size) throw bad(`dims ${JSON.stringify(dims)} need ${size} values, but data holds ${data.length}`)
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`
  const order = data.BYTES_PER_ELEMENT === 1 ? '|' : '<'
  const dict = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': ${shape}, }`
  // NumPy leaves room for the first axis to grow to 21 digits in place.
  const room = dims.length > 0 ? 21 - String(dims[0]).length : 0
  const header = Math.ceil((10 + dict.length + room + 1) / 64) * 64
  const bytes = Buffer.from(new ArrayBuffer(header + data.byteLength))
  bytes.write(`${magic}\x01\x00`, 'latin1')
  bytes.writeUInt16LE(header - 10, 8)
  bytes.write(`${dict.padEnd(header - 11)}\n`, 10, 'latin1')
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header)
  if (endianness() === 'BE') swap(bytes.subarray(header), data.BYTES_PER_ELEMENT)
  return new Uint8Array(bytes.buffer)
}

/** What the front of a `.npy` file says. */
export interface NpyLayout {
  /** Where the values begin. */
  start: number
  dims: number[]
  type: TensorType
  /** Bytes of a value. */
  width: number
  /** Whether the values' bytes stand in this machine's order. */
  native: boolean
  /** Whether the first axis runs fastest. */
  fortran: boolean
}

/**
 * The array in a `.npy` file of format 1.0, 2.0 or 3.0. Big-endian and Fortran-ordered data are converted. Nothing in the file
 * is evaluated, and nothing larger than the file is allocated.
 *
 * @throws MillraceError `BAD_NPY` when the file is cut short or too long, its header is not a plain one, or its type is not one
 * of a tensor's (objects, structures, text, complex, half and dates are not).
 */
export function loadNpy(bytes: Uint8Array): Tensor {
  const layout = npyLayout(bytes, bytes.length)
  return npyTensor(bytes.subarray(layout.start), layout, layout.dims)
}

/** A header of plain types ends before this. */
export const NPY_FRONT: number = 12 + maxHeader

/**
 * What the first `NPY_FRONT` bytes of a file of `size` bytes say.
 *
 * @throws MillraceError `BAD_NPY`
 */
export function npyLayout(front: Uint8Array, size: number): NpyLayout {
  const file = Buffer.from(front.buffer, front.byteOffset, front.byteLength)
  if (file.toString('latin1', 0, 6) !== magic) throw bad('the file must begin with \\x93NUMPY, but does not')
  const [major, minor] = [file[6], file[7]]
  if (!(major === 1 || major === 2 || major === 3) || minor !== 0) {
    throw bad(`the format must be 1.0, 2.0 or 3.0, but is ${String(major)}.${String(minor)}`)
  }
  const headerStart = major === 1 ? 10 : 12
  if (file.length < headerStart) throw bad(`the file ends within its first ${headerStart} bytes`)
  const headerLength = major === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8)
  if (headerLength > maxHeader) throw bad(`a header must not exceed ${maxHeader} bytes, but has ${headerLength}`)
  const start = headerStart + headerLength
  if (file.length < start) throw bad(`the header needs ${headerLength} bytes, but ${file.length - headerStart} are left`)
  const { descr, fortran, dims } = parseHeader(file.toString(major === 3 ? 'utf8' : 'latin1', headerStart, start))

  const code = /^[<>|=]?([a-z]\d)$/.exec(descr)?.[1]
  if (code === undefined || !Object.hasOwn(kinds, code)) {
    throw bad(`the type must be one of ${Object.keys(kinds).join(', ')}, but is '${descr}'; convert it with astype in NumPy`)
  }
  const width = Number(code[1])
  const count = countOf(dims)
  if (size - start !== count * width) {
    throw bad(`the shape (${dims.join(', ')}) of '${descr}' needs ${count * width} bytes, but ${size - start} follow the header`)
  }
  const order = descr[0] === '>' ? 'BE' : descr[0] === '<' ? 'LE' : endianness()
  return { start, dims, type: kinds[code as keyof typeof kinds], width, native: order === endianness(), fortran }
}

/** Values of a file as a tensor of its own: a copy, aligned, in this machine's order and the last axis running fastest. */
export function npyTensor(values: Uint8Array, { type, width, native, fortran }: NpyLayout, dims: number[]): Tensor {
  const body = Buffer.from(new ArrayBuffer(countOf(dims) * width))
  body.set(values.subarray(0, body.length))
  if (!native) swap(body, width)
  const data = fortran && dims.length > 1 ? transposed(body, dims, width) : body
  return { data: new arrays[type](data.buffer as ArrayBuffer), dims, type }
}

interface Header {
  descr: string
  fortran: boolean
  dims: number[]
}

/** Reads the header, a Python dict of three keys, without evaluating it. */
function parseHeader(text: string): Header {
  const plain = (): MillraceError =>
    bad(`the header must hold a plain type, order and shape, but is ${JSON.stringify(text.slice(0, 120).trim())}`)
  // Python 2 wrote an L behind long numbers.
  const token = /\s*(?:([{}:,()])|'([^'\\]*)'|(True|False)|(\d+)L?)/y
  const end = text.trimEnd().length
  const next = (): { mark?: string | undefined; text?: string | undefined; truth?: string | undefined; number?: string | undefined } => {
    const [, mark, quoted, truth, number] = (token.lastIndex < end && token.exec(text)) || []
    if ((mark ?? quoted ?? truth ?? number) === undefined) throw plain()
    return { mark, text: quoted, truth, number }
  }
  const expect = (mark: string): void => {
    if (next().mark !== mark) throw plain()
  }
  /** Whether a comma comes, else `closing`. */
  const comma = (closing: string): boolean => {
    const { mark } = next()
    if (mark !== ',' && mark !== closing) throw plain()
    return mark === ','
  }
  let descr: string | undefined
  let fortran: string | undefined
  let dims: number[] | undefined
  expect('{')
  for (let more = true; more;) {
    const key = next()
    if (key.mark === '}') break
    expect(':')
    if (key.text === 'descr') descr = next().text
    else if (key.text === 'fortran_order') fortran = next().truth
    else if (key.text === 'shape') {
      expect('(')
      dims = []
      for (let more = true; more;) {
        const axis = next()
        if (axis.mark === ')') break
        if (axis.number === undefined) throw plain()
        dims.push(Number(axis.number))
        more = comma(')')
      }
    } else throw plain()
    more = comma('}')
  }
  if (descr === undefined || fortran === undefined || dims === undefined || token.lastIndex !== end) throw plain()
  return { descr, fortran: fortran === 'True', dims }
}

function countOf(dims: number[]): number {
  if (dims.length > maxAxes) throw bad(`there may be at most ${maxAxes} axes, but there are ${dims.length}`)
  let count = 1
  for (const dim of dims) {
    count *= dim
    if (!Number.isSafeInteger(dim) || dim < 0 || !Number.isSafeInteger(count)) {
      throw bad(`every axis and their product must be a whole number below 2^53, but dims are [${dims.join(', ')}]`)
    }
  }
  return count
}

function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16()
  else if (width === 4) bytes.swap32()
  else if (width === 8) bytes.swap64()
}

/** The same elements with the last axis running fastest instead of the first. */
function transposed(from: Buffer, dims: number[], width: number): Buffer {
  const to = Buffer.from(new ArrayBuffer(from.length))
  let step = width
  const steps = dims.map((dim) => {
    const own = step
    step *= dim
    return own
  })
  const at = dims.map(() => 0)
  let source = 0
  for (let target = 0; target < to.length; target += width) {
    for (let k = 0; k < width; k++) to[target + k] = from[source + k] as number
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += steps[axis] as number
      at[axis] = (at[axis] as number) + 1
      if ((at[axis] as number) < (dims[axis] as number)) break
      source -= (steps[axis] as number) * (dims[axis] as number)
      at[axis] = 0
    }
  }
  return to
}

const bad = (message: string): MillraceError => new MillraceError('BAD_NPY', `npy: ${message}.`)
