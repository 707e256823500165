import { MillraceError } from '../core/errors.ts'
import type { ClassReference } from '../core/task.ts'
import { digestOfModule, moduleOf } from './registry.ts'

// On globalThis for the same reason as the register of tasks.
const key = Symbol.for('millrace.classes')
const shared = globalThis as { [key]?: Map<string, Map<string, Function>> }
const modules: Map<string, Map<string, Function>> = (shared[key] ??= new Map())
const references = new WeakMap<Function, ClassReference>()

/** Lets workers find a class in its module again, by its name. */
export function registerClass(made: Function, url: string): void {
  const module = moduleOf(url, `${made.name}.register(import.meta)`)
  const digest = digestOfModule(module)
  let classes = modules.get(module)
  if (classes === undefined) modules.set(module, (classes = new Map()))
  const other = classes.get(made.name)
  if (other !== undefined && other !== made) {
    throw new MillraceError(
      'CLASS_AMBIGUOUS',
      `${module} registers two classes named ${JSON.stringify(made.name)}, so a worker could take one for the other. Give each its own name.`,
    )
  }
  classes.set(made.name, made)
  references.set(made, { module, digest, name: made.name })
}

/** How a worker finds the class, if the class itself (not one that it extends) was registered. */
export function classReference(made: Function): ClassReference | undefined {
  return references.get(made)
}

/** In a worker: the class that a reference of the main thread means. */
export function findClass({ module, digest, name }: ClassReference): Function {
  const found = modules.get(module)?.get(name)
  if (found === undefined) {
    throw new MillraceError(
      'CLASS_NOT_FOUND',
      `A worker that loaded ${module} did not find the class ${name}: it is made after the file's first use of a loader (or inside something only the main thread runs). Move the class above, or into a file of its own.`,
    )
  }
  if (references.get(found)?.digest !== digest) {
    throw new MillraceError(
      'TASK_FILE_CHANGED',
      `${module} has changed since the program loaded it, so its workers would run other code. Start the program again.`,
    )
  }
  return found
}
