import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Task, TaskParts, TaskReference } from '../core/task.ts'
import { callLine } from './call-site.ts'

type AnyTask = Task<any, any, any>

interface ModuleEntry {
  digest: string
  /** Lines of the source on which `import.meta` stands. */
  metaLines: ReadonlySet<number>
  tasks: AnyTask[]
}

// On globalThis, so that two copies of the library in one process (a source tree beside a build, say) share one register.
const key = Symbol.for('millrace.tasks')
const shared = globalThis as { [key]?: Map<string, ModuleEntry> }
const modules: Map<string, ModuleEntry> = (shared[key] ??= new Map())

/** Registers a module's next task and says how to find it again. */
export function register(url: string, make: (reference: TaskReference) => AnyTask, parts: TaskParts<any, any, any, any>): AnyTask {
  const module = moduleOf(url)
  const entry = entryOf(module)
  const line = sourceLine(module, entry)
  const reference: TaskReference = { module, digest: entry.digest, ordinal: entry.tasks.length, text: digestOf(textOf(parts)) }
  if (line !== undefined) reference.line = line
  if (parts.name !== undefined) reference.name = parts.name
  const task = make(reference)
  entry.tasks.push(task)
  return task
}

/** Refuses a task that could be taken for another one: made in a factory or of equal text, and without a name. */
export function checkUnique(task: AnyTask): void {
  const { module, name, line, ordinal } = task.reference
  const others = (modules.get(module)?.tasks ?? []).filter((other) => other.reference.ordinal !== ordinal)
  const same = others.find((other) =>
    name === undefined ? other.reference.name === undefined && other.reference.text === task.reference.text : other.reference.name === name,
  )
  if (same === undefined) return
  throw new MillraceError(
    'TASK_AMBIGUOUS',
    name === undefined
      ? `Two tasks of ${module}${line === undefined ? '' : ` (line ${line})`} have the same text, so a worker could take one for the other. Give each a name: task(import.meta, { name: '...', run }), or make one task and give it params.`
      : `Two tasks of ${module} are named ${JSON.stringify(name)}. Names must differ within a file.`,
  )
}

/** In a worker: the task that a reference of the main thread means. Throws rather than give another one. */
export function findTask(reference: TaskReference): AnyTask {
  const { module, digest, ordinal, line, text, name } = reference
  const entry = modules.get(module)
  if (entry !== undefined && entry.digest !== digest) {
    throw new MillraceError(
      'TASK_FILE_CHANGED',
      `${module} has changed since the program loaded it, so its workers would run other code. Start the program again.`,
    )
  }
  const tasks = entry?.tasks ?? []
  const found = name === undefined ? tasks[ordinal] : tasks.find((task) => task.reference.name === name)
  const where =
    name === undefined
      ? line === undefined
        ? `task number ${ordinal + 1}`
        : `the task at line ${line}`
      : `the task ${JSON.stringify(name)}`
  if (found === undefined) {
    throw new MillraceError(
      'TASK_NOT_FOUND',
      `A worker that loaded ${module} did not find ${where}: it is made after the file's first call of parallel (or inside something only the main thread runs). Move the task above the first call, or into a file of its own.`,
    )
  }
  // A loader may move lines or print another text; one that does both must have a source map.
  const moved = line !== undefined && found.reference.line !== undefined && line !== found.reference.line
  if (name === undefined && moved && text !== found.reference.text) {
    throw new MillraceError(
      'TASK_MISMATCH',
      `Task number ${ordinal + 1} of ${module} stands at line ${found.reference.line} in the worker and at line ${line} in the program: the file makes its tasks in another order there. Make tasks unconditionally at the top level, or give each a name.`,
    )
  }
  checkUnique(found)
  return found
}

function textOf({ setup, run, teardown }: TaskParts<any, any, any, any>): string {
  return [setup, run, teardown].map(String).join('\n')
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

/** The file URL without what loaders append to it (`?tsx-namespace=...`, `?v=...`). */
export function moduleOf(url: unknown, call = 'task(import.meta, ...)'): string {
  if (typeof url === 'string' && url.startsWith('file:') && !/\/\[(?:eval|stdin|worker eval)[^/]*\]/.test(url))
    return url.replace(/[?#].*$/, '')
  throw new MillraceError(
    'TASK_NEEDS_FILE',
    `${call} must be called in a module that is a file, since workers load it from there; this one is ${String(url)}. In the REPL, node -e and on stdin give parallel an inline function instead.`,
  )
}

/** Whether the module has made a task or registered a class here. */
export function isLoaded(module: string): boolean {
  return modules.has(module)
}

/** Digest of the module's bytes when it was loaded. */
export function digestOfModule(module: string): string {
  return entryOf(module).digest
}

function entryOf(module: string): ModuleEntry {
  let entry = modules.get(module)
  if (entry === undefined) modules.set(module, (entry = readModule(module)))
  return entry
}

function readModule(module: string): ModuleEntry {
  try {
    const bytes = readFileSync(fileURLToPath(module))
    const lines = bytes.toString().split('\n')
    return {
      digest: digestOf(bytes),
      metaLines: new Set(lines.flatMap((line, i) => (line.includes('import.meta') ? [i + 1] : []))),
      tasks: [],
    }
  } catch (error) {
    throw new MillraceError('TASK_NEEDS_FILE', `A module that workers load could not be read, ${module}: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * The line of the `task()` call, where the stack tells the source's own. Under a loader that changes the code and says nothing (a
 * coverage tool, say) it tells another one, at which no `task(import.meta` stands; such a line would not agree with the worker's.
 */
function sourceLine(module: string, { metaLines }: ModuleEntry): number | undefined {
  const line = callLine(module, 12)
  return line !== undefined && (metaLines.has(line) || metaLines.has(line + 1)) ? line : undefined
}
