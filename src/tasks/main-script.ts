import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Whether a module is the script the program was started with, whose top level makes calls and works on files. */
export function isMainScript(module: string): boolean {
  const script = process.argv[1]
  if (script === undefined) return false
  const file = fileURLToPath(module)
  const real = realpathOf(script)
  return file === real || file === script || (file.startsWith(real) && /^\.[cm]?[jt]sx?$/.test(file.slice(real.length)))
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
