import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { callLine } from './call-site.ts'

/**
 * Whether a module may make calls and work on files at its top level, which runs again in every worker: the script the program was
 * started with, and a module that the call being planned comes from (the real program behind a `bin` that only imports it).
 */
export function isScript(module: string): boolean {
  return isMainScript(module) || callLine(module, 100) !== undefined
}

function isMainScript(module: string): boolean {
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
