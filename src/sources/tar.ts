import { isExtension, isFile, padded, TarHeaders } from '../codec/tar-read.ts'
import { BLOCK } from '../codec/tar-write.ts'
import { MillraceError } from '../core/errors.ts'
import { type EpochContext, IterableDataset, type MapIterable, type Samples } from '../dataset/iterable.ts'
import { bind, task } from '../tasks/task.ts'
import { files } from './files.ts'
import { inMember, makeMember, MAX_MEMBER, type Member, memberName } from './member.ts'
import { TarBytes } from './tar-bytes.ts'

export interface TarOptions {
  /** A member that has more bytes fails, and is passed over. Default 1 GiB. */
  maxBytes?: number
}

/** A member as it is read: nothing about it is checked. */
interface RawMember {
  file: string
  name: string
  isUtf8: boolean
  size: number
  /** Undefined when there are too many. */
  bytes: Uint8Array | undefined
}

/** Where a reader stands: in this file, at this byte of the tar, unpacked. */
interface TarPosition {
  file: number
  offset: number
}

/** Files in tars, one after another. */
export class TarDataset extends IterableDataset<RawMember> {
  readonly files: readonly string[]
  readonly maxBytes: number

  constructor(paths: readonly string[], maxBytes: number) {
    super()
    this.files = paths
    this.maxBytes = maxBytes
  }

  iterate({ state }: EpochContext): Samples<RawMember> {
    const position: TarPosition = { file: 0, offset: 0, ...(state as TarPosition | undefined) }
    return Object.assign(readMembers(this, position), { state: (): TarPosition => ({ ...position }) })
  }
}

/**
 * The files in tars, `.tar` or `.tar.gz` by what they hold, in their order: each sample is `{ name, bytes, label }`, where `label` is
 * the folder that the file lies in. They are read from the front, as far as is wanted; a pass that goes on begins at its byte,
 * and in a gzip unpacks again what came before, without handing it out. Links, folders and devices are passed over.
 *
 * @param where Files, patterns (`shards/*.tar`), or folders, of which `.tar`, `.tar.gz` and `.tgz` are taken.
 * @example
 * for await (const { name, bytes, label } of tarMembers('speech_commands_v0.02.tar.gz')) ...
 * @throws MillraceError `NO_INPUT`. While it is read: `BAD_TAR` when the rest can't be found, `INPUT_UNREADABLE`; `TOO_LARGE` and `BAD_NAME`
 *   (one that leads out of a folder, or is not UTF-8) are the failure of that sample where maps run in workers.
 */
export function tarMembers(where: string | readonly string[], { maxBytes = MAX_MEMBER }: TarOptions = {}): MapIterable<RawMember, Member> {
  const list = files(where, { extensions: ['tar', 'gz', 'tgz'] })
  const paths = Array.from({ length: list.length }, (_, i) => list.get(i))
  return new TarDataset(paths, maxBytes).map(bind(check, { maxBytes }))
}

const check = task(import.meta, {
  name: 'check a member of a tar',
  params: { maxBytes: 0 },
  run({ file, name, isUtf8, size, bytes }: RawMember, _, { params }): Member {
    try {
      if (!isUtf8) throw new MillraceError('BAD_NAME', 'its name is not UTF-8.')
      const path = memberName(name)
      if (bytes !== undefined) return makeMember(path, bytes)
      throw new MillraceError('TOO_LARGE', `A member may have at most ${params.maxBytes} bytes (maxBytes), but has ${size}.`)
    } catch (error) {
      throw inMember(file, name, error)
    }
  },
})

/** Reads on from a position, and keeps it behind the last member given. */
async function* readMembers({ files: paths, maxBytes }: TarDataset, position: TarPosition): AsyncGenerator<RawMember, void, undefined> {
  for (; position.file < paths.length; position.file++, position.offset = 0) {
    const file = paths[position.file]!
    const tar = await TarBytes.open(file, position.offset)
    try {
      const headers = new TarHeaders()
      while (true) {
        const block = await tar.take(BLOCK)
        // Some writers end where the last file ends.
        const header = block.length === 0 ? undefined : whole(block, BLOCK) && headers.read(block)
        if (header === undefined) break
        const { name, isUtf8, size } = header
        const isWanted = isExtension(header) || (isFile(header) && size <= maxBytes)
        const body = isWanted ? await tar.take(size) : undefined
        if (body !== undefined) whole(body, size)
        await tar.skip(padded(size) - (body?.length ?? 0))
        if (isExtension(header)) headers.extend(header.type, body!)
        else if (isFile(header)) {
          position.offset = tar.offset
          yield { file, name, isUtf8, size, bytes: body }
        }
      }
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'BAD_TAR') throw error
      throw new MillraceError(error.code, `${file}, before byte ${tar.offset}: ${error.message}`, { cause: error })
    } finally {
      tar.close()
    }
  }
}

function whole(bytes: Buffer, size: number): true {
  if (bytes.length === size) return true
  throw new MillraceError('BAD_TAR', `tar: it is cut short, ${size - bytes.length} bytes before the end of a member.`)
}
