import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import { isTask } from '../tasks/task.ts'
import { registerTypeScript } from '../tasks/typescript.ts'
import type { AnyJob } from './place.ts'

/**
 * The job of a module, TypeScript or JavaScript: its default export, else the only job it exports, else the export of a given name
 * (`split.ts#words`). The module's code runs, so it must be one that the user has named.
 *
 * @throws MillraceError `NO_JOB`, `IMPORT_FAILED`
 */
export async function loadJob(where: string): Promise<AnyJob> {
  const [, file, name] = /^(.*?)(?:#([^#/\\]+))?$/s.exec(where)!
  const path = resolve(file!)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new MillraceError('NO_JOB', `There is no file ${file}.`)
  if (/\.[cm]?tsx?$|\.jsx$/.test(path)) registerTypeScript()
  let module: Record<string, unknown>
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    throw new MillraceError('IMPORT_FAILED', `${file} can't be loaded: ${reasonOf(cause)}${placeOf(cause)}`, { cause })
  }
  const jobs = Object.entries(module).filter(([, value]) => isTask(value))
  const wanted = name ?? (jobs.length === 1 ? jobs[0]![0] : 'default')
  const found = jobs.find(([key]) => key === wanted)
  if (found !== undefined) return found[1] as AnyJob
  const exported = jobs.map(([key]) => key).join(', ') || 'none'
  throw new MillraceError(
    'NO_JOB',
    `${file} has no job ${name === undefined ? 'as its default export' : `named ${name}`}: write \`export default job(import.meta, { run })\`, or name one as ${file}#name. Jobs it exports: ${exported}.`,
  )
}

/** The first line of the stack that says where. */
function placeOf(error: unknown): string {
  const line = error instanceof Error ? error.stack?.split('\n').find((each) => /^\s+at .*file:/.test(each)) : undefined
  return line === undefined ? '' : ` (${line.trim()})`
}
