import { isUtf8 } from 'node:buffer'
import { entryAt, type ListedEntry, readDirectory, readEntry } from '../codec/zip-read.ts'
import { MillraceError } from '../core/errors.ts'
import { checkIndex } from '../dataset/check.ts'
import { Dataset } from '../dataset/dataset.ts'
import { inMember, makeMember, MAX_MEMBER, type Member, memberName } from './member.ts'
import { withReader } from './read-at.ts'

export interface ZipOptions {
  /** A member that has more bytes fails. Default 1 GiB. */
  maxBytes?: number
}

/**
 * The files in a zip, in its order: each sample is `{ name, bytes, label }`, where `label` is the folder that the file lies in.
 * Stored and deflated members are read, zip64 too. Only the zip's directory is kept in memory, 70 to 100 bytes an entry, which
 * workers share; members are read and inflated where they are asked for.
 *
 * Nothing in the file is trusted: a member fails (`BAD_ZIP`, `BAD_NAME`, `TOO_LARGE`) when it is damaged or encrypted, larger than
 * `maxBytes`, or when its name leads out of a folder. No two members may share bytes, so a zip inflates to 1,032 times its
 * size at most.
 *
 * @example
 * const outcomes = await parallel(genSpec, new ZipDataset('recordings.zip'), { onError: 'collect' })
 */
export class ZipDataset extends Dataset<Member> {
  static {
    this.register(import.meta)
  }

  readonly file: string
  readonly maxBytes: number
  /** The zip's directory, and where the record of each member begins there. */
  readonly directory: Uint8Array
  readonly starts: Float64Array

  /** @throws MillraceError `INPUT_UNREADABLE`; `BAD_ZIP` for a file that is no zip, is cut short, or whose members share bytes. */
  constructor(file: string, { maxBytes = MAX_MEMBER }: ZipOptions = {}) {
    super()
    this.file = file
    this.maxBytes = maxBytes
    const { bytes, offset, starts } = withReader(file, (read, size) => {
      try {
        return readDirectory(read, size)
      } catch (error) {
        throw inFile(file, error)
      }
    })
    if (sharesBytes(bytes, starts, offset)) {
      throw new MillraceError('BAD_ZIP', `${file}: members of the zip share bytes, as in a zip bomb. It is not read.`)
    }
    this.directory = bytes
    this.starts = starts.filter((start) => !isFolder(bytes, start))
  }

  get length(): number {
    return this.starts.length
  }

  /** The name of a member, without reading it. */
  nameOf(index: number): string {
    const entry = entryOf(this, index)
    try {
      return memberName(decodeName(entry))
    } catch (error) {
      throw inFile(this.file, error)
    }
  }

  get(index: number): Member {
    const name = this.nameOf(index)
    const bytes = withReader(this.file, (read) => {
      try {
        return readEntry(read, entryOf(this, index), this.maxBytes)
      } catch (error) {
        throw inMember(this.file, name, error)
      }
    })
    return makeMember(name, bytes)
  }
}

function entryOf({ file, directory, starts }: ZipDataset, index: number): ListedEntry {
  checkIndex(file, index, starts.length)
  return entryAt(Buffer.from(directory.buffer, directory.byteOffset, directory.byteLength), starts[index]!)
}

function inFile(file: string, error: unknown): unknown {
  return error instanceof MillraceError ? new MillraceError(error.code, `${file}: ${error.message}`, { cause: error }) : error
}

function isFolder(bytes: Buffer, start: number): boolean {
  return bytes[start + 45 + bytes.readUInt16LE(start + 28)] === 0x2f
}

/** Whether an entry begins before another one, or the directory at `end`, has room behind the last. */
function sharesBytes(bytes: Buffer, starts: Float64Array, end: number): boolean {
  const spans = Array.from(starts, (start) => {
    const { offset, name, compressedSize } = entryAt(bytes, start)
    return { offset, end: offset + 30 + name.length + compressedSize }
  })
  spans.sort((a, b) => a.offset - b.offset)
  return spans.some((span, i) => span.end > (spans[i + 1]?.offset ?? end))
}

/** UTF-8 where it is that, whatever the flag says, since macOS does not set it; else code page 437, as the format has it. */
function decodeName({ name, flags }: ListedEntry): string {
  const bytes = Buffer.from(name)
  if ((flags & 0x800) !== 0 || isUtf8(bytes)) return bytes.toString('utf8')
  return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 128]!)).join('')
}

const CODE_PAGE_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'
