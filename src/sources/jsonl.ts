import { isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { type EpochContext, IterableDataset, type MapIterable, type Samples } from '../dataset/iterable.ts'
import { bind, task } from '../tasks/task.ts'

/** A line of a file that is not empty. */
export interface NumberedLine {
  text: string
  /** From 1. */
  line: number
  /** Whether the text is all that stood there. */
  isUtf8: boolean
}

/** Where a reader stands: behind this line, at this byte. */
interface LinePosition {
  offset: number
  line: number
}

const LF = 0x0a
const BLOCK = 1 << 20

/** The lines of a file that are not empty; it is read in blocks, as they are wanted. */
export class LineDataset extends IterableDataset<NumberedLine> {
  readonly file: string

  constructor(file: string) {
    super()
    this.file = file
  }

  iterate({ state }: EpochContext): Samples<NumberedLine> {
    const position: LinePosition = { offset: 0, line: 0, ...(state as LinePosition | undefined) }
    return Object.assign(readLines(this.file, position), { state: (): LinePosition => ({ ...position }) })
  }
}

/**
 * The objects of a JSON Lines file, one a line. It is read from the front, as far as is wanted; the lines are parsed in a
 * DataLoader's workers, and a pass is continued at its byte without reading again what came before. Empty lines are passed over.
 *
 * @example
 * for await (const batch of new DataLoader(jsonl<{ text: string }>('big.jsonl'), { batchSize: 32 })) ...
 * @throws MillraceError while it is read: `INPUT_UNREADABLE`; `BAD_LINE`, with its number, for one that is not JSON or not UTF-8,
 *   which is the failure of that sample; `BAD_STATE` for a position that the file no longer has.
 */
export function jsonl<T = unknown>(file: string): MapIterable<NumberedLine, T> {
  return new LineDataset(file).map(bind(parse, { file })) as MapIterable<NumberedLine, T>
}

const parse = task(import.meta, {
  name: 'parse a line of JSON',
  params: { file: '' },
  run({ text, line, isUtf8 }: NumberedLine, _, { params }): unknown {
    try {
      if (!isUtf8) throw new MillraceError('BAD_LINE', `not UTF-8: ${JSON.stringify(text.slice(0, 60))}`)
      return JSON.parse(text)
    } catch (cause) {
      throw new MillraceError('BAD_LINE', `${params.file} line ${line}: ${reasonOf(cause)}`, {
        cause,
      })
    }
  },
})

/** Reads on from a position and keeps it behind the last line given. */
async function* readLines(file: string, position: LinePosition): AsyncGenerator<NumberedLine, void, undefined> {
  const take = (bytes: Buffer): NumberedLine => {
    position.offset += bytes.length
    position.line++
    const text = bytes.toString('utf8')
    return {
      text: position.line === 1 ? text.replace(/^\ufeff/, '') : text,
      line: position.line,
      // Only a text that has this character can have had bytes that it stands for.
      isUtf8: !text.includes('\ufffd') || isUtf8(bytes),
    }
  }
  const handle = await readable(file, () => open(file))
  try {
    if (position.offset > 0) await checkPosition(file, handle, position)
    const buffer = Buffer.allocUnsafe(BLOCK)
    /** The beginning of a line that does not end in its block. */
    let begun: Buffer[] = []
    // A pipe can only be read on.
    const seeks = position.offset > 0
    let at = position.offset
    while (true) {
      const { bytesRead } = await readable(file, () => handle.read(buffer, 0, BLOCK, seeks ? at : null))
      at += bytesRead
      const block = buffer.subarray(0, bytesRead)
      let start = 0
      for (let end = block.indexOf(LF); end >= 0; end = block.indexOf(LF, start)) {
        const bytes = block.subarray(start, end + 1)
        start = end + 1
        const line = take(begun.length === 0 ? bytes : Buffer.concat([...begun, bytes]))
        begun = []
        if (isFull(line)) yield line
      }
      if (start < bytesRead) begun.push(Buffer.from(block.subarray(start)))
      if (bytesRead > 0) continue
      const line = begun.length === 0 ? undefined : take(Buffer.concat(begun))
      if (line !== undefined && isFull(line)) yield line
      return
    }
  } finally {
    await handle.close()
  }
}

function isFull({ text }: NumberedLine): boolean {
  return /\S/.test(text)
}

/** A line begins where it stands, if the file is the one it was. */
async function checkPosition(file: string, handle: FileHandle, { offset, line }: LinePosition): Promise<void> {
  const { size } = await handle.stat()
  const before = Buffer.alloc(1)
  await handle.read(before, 0, 1, offset - 1)
  if (offset === size || (offset < size && before[0] === LF)) return
  throw new MillraceError(
    'BAD_STATE',
    `The state to go on from stands behind line ${line} of ${file}, at byte ${offset}, where no line ends now: the file has changed. Begin from its front.`,
  )
}

async function readable<R>(file: string, read: () => Promise<R>): Promise<R> {
  try {
    return await read()
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The file ${file} can't be read: ${reasonOf(cause)}.`, { cause })
  }
}
