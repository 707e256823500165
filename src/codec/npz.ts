import { crc32 } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import type { Tensor } from '../core/tensor.ts'
import { encodeNpy, loadNpy } from './npy.ts'
import { entryAt, readDirectory, readEntry } from './zip-read.ts'
import { directoryRecord, endRecords, localHeader } from './zip-write.ts'

/**
 * Several arrays as a `.npz` file, as `np.savez` makes it: a zip of stored `.npy` files. `np.load` reads it.
 *
 * @param arrays By their names, as `np.load(...)[name]` finds them.
 * @throws MillraceError `BAD_NPY` when a tensor's data do not match its type or dims, or a name is empty or too long.
 */
export function encodeNpz(arrays: Readonly<Record<string, Tensor>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  const records: Uint8Array[] = []
  let offset = 0
  for (const [name, tensor] of Object.entries(arrays)) {
    const file = Buffer.from(`${name}.npy`)
    if (name === '' || file.length > 0xffff)
      throw bad(`an array's name must have 1 to 65,531 bytes, but is ${JSON.stringify(name.slice(0, 80))}`)
    const bytes = encodeNpy(tensor)
    const entry = { name: file, method: 0, crc: crc32(bytes), size: bytes.length, compressedSize: bytes.length, offset }
    const header = localHeader(entry)
    parts.push(header, bytes)
    records.push(directoryRecord(entry))
    offset += header.length + bytes.length
  }
  const size = records.reduce((sum, { length }) => sum + length, 0)
  const all = [...parts, ...records, endRecords({ entries: records.length, offset, size })]
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of all) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * The arrays in a `.npz` file, of `np.savez` or `np.savez_compressed`, by their names.
 *
 * @param options.maxBytes What one array may come to, so that a file can not fill the memory by what it unpacks to. Default 1 GiB.
 * @throws MillraceError `BAD_ZIP`, `BAD_NPY`, `TOO_LARGE`
 */
export function loadNpz(bytes: Uint8Array, { maxBytes = 2 ** 30 }: { maxBytes?: number } = {}): Record<string, Tensor> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = (offset: number, length: number): Buffer => file.subarray(offset, Math.min(offset + length, file.length))
  const { bytes: directory, starts } = readDirectory(read, file.length)
  const arrays = Array.from(starts, (start): [string, Tensor] => {
    const entry = entryAt(directory, start)
    const name = Buffer.from(entry.name).toString('utf8')
    if (!name.endsWith('.npy')) throw bad(`an .npz holds .npy files, but this one has ${JSON.stringify(name.slice(0, 80))}`)
    return [name.slice(0, -4), loadNpy(readEntry(read, entry, maxBytes))]
  })
  return Object.fromEntries(arrays)
}

const bad = (message: string): MillraceError => new MillraceError('BAD_NPY', `npz: ${message}.`)
