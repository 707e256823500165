import { MillraceError } from '../core/errors.ts'

/** A file within an archive. */
export interface Member {
  /** Its path there, with `/` between its parts and without `./`. */
  name: string
  bytes: Uint8Array
  /** The folder that it lies in, by its own name: the class, where there is a folder for each. */
  label?: string
}

/** More than any file that is one sample. */
export const MAX_MEMBER: number = 2 ** 30

/**
 * A member's name, as outputs may be named after it.
 *
 * @throws MillraceError `BAD_NAME` for one that would lead out of a folder, here or on Windows.
 */
export function memberName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  const [first] = parts
  if (first === undefined || name.startsWith('/') || parts.includes('..') || /[\0\\]/.test(name) || /^[a-z]:/i.test(first)) {
    throw new MillraceError('BAD_NAME', `A member's name must be a path within the archive, but is ${JSON.stringify(name.slice(0, 200))}.`)
  }
  return parts.join('/')
}

export function makeMember(name: string, bytes: Uint8Array): Member {
  const label = name.split('/').at(-2)
  return { name, bytes: owned(bytes), ...(label !== undefined && { label }) }
}

/** Bytes that lie in no memory but their own: what is sent to a worker takes its whole buffer along. */
function owned(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
}

/** The error of a member, which says where it is. */
export function inMember(file: string, name: string, error: unknown): unknown {
  if (!(error instanceof MillraceError)) return error
  return new MillraceError(error.code, `${file}, member ${JSON.stringify(name.slice(0, 200))}: ${error.message}`, { cause: error })
}
