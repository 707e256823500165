import type { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Anything = (...args: any[]) => any
type Functions = Record<string, Anything>

/** What changes files that are there; outside items it reports success and does nothing. */
const silenced = [
  'rm',
  'rmdir',
  'unlink',
  'truncate',
  'ftruncate',
  'rename',
  'writeFile',
  'appendFile',
  'copyFile',
  'cp',
  'link',
  'symlink',
]

/**
 * A worker that imports a script must not do again what the script did to files before its first call: an `rmSync('out')` there
 * would remove what other workers' items have written. So outside items nothing is removed, moved or written, and a file opened
 * for writing is opened for appending. Folders are made, and one that is there is no error. Reading is as ever, and items do what
 * they like.
 */
export function muteFiles(items: AsyncLocalStorage<unknown>): void {
  const inItem = (): boolean => items.getStore() !== undefined
  const all = fs as unknown as Functions
  const promises = fs.promises as unknown as Functions
  /** Replaces the three forms of a function by what `instead` makes of them, outside items. */
  const replace = (name: string, instead: Forms): void => {
    const forms = [
      [all, `${name}Sync`, instead.sync] as const,
      [all, name, instead.callback] as const,
      [promises, name, instead.promise] as const,
    ]
    for (const [owner, key, muted] of forms) {
      const real = owner[key]
      if (real === undefined || muted === undefined) continue
      owner[key] = function (this: unknown, ...args: any[]) {
        return inItem() ? real.apply(this, args) : muted(real.bind(this), args)
      }
    }
  }

  for (const name of silenced)
    replace(
      name,
      nothing(() => undefined),
    )
  replace('write', nothing(sizeOf))
  replace(
    'writev',
    nothing(([, buffers]) => buffers.reduce((sum: number, { byteLength }: ArrayBufferView) => sum + byteLength, 0)),
  )
  replace('mkdir', {
    sync: (real, args) => attempt(() => real(...args)),
    callback: (real, args) =>
      real(...args.slice(0, -1), (error: Error | null, made: unknown) => args.at(-1)(isThere(error) ? null : error, made)),
    promise: (real, args) => real(...args).catch((error: Error) => (isThere(error) ? undefined : Promise.reject(error))),
  })
  const appending: Forms = {
    sync: (real, [path, flags, ...rest]) => real(path, appendFlags(flags), ...rest),
    callback: (real, [path, flags, ...rest]) => (typeof flags === 'function' ? real(path, flags) : real(path, appendFlags(flags), ...rest)),
    promise: (real, [path, flags, ...rest]) => real(path, appendFlags(flags), ...rest),
  }
  replace('open', appending)
  // What `import { rmSync } from 'node:fs'` gives is this too.
  syncBuiltinESMExports()
}

interface Forms {
  sync?: (real: Anything, args: any[]) => unknown
  callback?: (real: Anything, args: any[]) => unknown
  promise?: (real: Anything, args: any[]) => unknown
}

/** Does nothing and reports `result`. */
function nothing(result: (args: any[]) => unknown): Forms {
  return {
    sync: (_, args) => result(args),
    callback: (_, args) => {
      const done: unknown = args.at(-1)
      if (typeof done === 'function') process.nextTick(done, null, result(args), args[1])
    },
    promise: (_, args) => Promise.resolve(result(args)),
  }
}

/** How many bytes `fs.write(fd, data, offset?, length?)` would have written. */
function sizeOf([, data, offset, length]: any[]): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  const options = typeof offset === 'object' && offset !== null ? offset : { offset, length }
  const from = typeof options.offset === 'number' ? options.offset : 0
  return typeof options.length === 'number' ? options.length : data.byteLength - from
}

function appendFlags(flags: unknown): unknown {
  if (typeof flags === 'number') {
    const { O_TRUNC, O_EXCL, O_APPEND } = fs.constants
    return (flags & (O_TRUNC | O_EXCL)) === 0 ? flags : (flags & ~(O_TRUNC | O_EXCL)) | O_APPEND
  }
  if (typeof flags !== 'string' || !/[wx]/.test(flags)) return flags
  return flags.includes('+') ? 'a+' : 'a'
}

function isThere(error: NodeJS.ErrnoException | null): boolean {
  return error?.code === 'EEXIST'
}

function attempt(make: () => unknown): unknown {
  try {
    return make()
  } catch (error) {
    if (isThere(error as Error)) return undefined
    throw error
  }
}
