import { MillraceError } from '../core/errors.ts'

/** A name from data as that of a file. It may not name a folder, or lead anywhere; nothing is replaced, so two names stay two. */
export function fileStem(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return name
  throw new MillraceError('BAD_NAME', `${JSON.stringify(name)} can't be the name of a file: it is empty, leads elsewhere or holds / or \\.`)
}
