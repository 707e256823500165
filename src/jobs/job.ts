import { MillraceError } from '../core/errors.ts'
import type { Job, JobParts } from '../core/job.ts'
import type { TaskParts } from '../core/task.ts'
import { task } from '../tasks/task.ts'

/**
 * Makes a job: a task that makes files. `runJob` and `millrace run` run it over many items, keep a journal, and go on where a run
 * was ended.
 *
 * @example
 * export default job(import.meta, {
 *   params: { size: 3 },
 *   async run(file: string, index, { params, outputs }) {
 *     const word = (await readFile(file, 'utf8')).trim()
 *     const part = await outputs.write('part.txt', word.slice(0, params.size))   // <the file's stem>/part.txt
 *     return { word, part }                                                      // a line of metadata.jsonl
 *   },
 * })
 *
 * @param meta The module's own `import.meta`.
 * @param parts As of `task()`, and `input` (the items where the run is not told of others), `schema` (a Standard Schema that checks
 *   what `run` returns) and `layout`. What `run` returns is the item's metadata: plain data, an object, or a list of objects, each of
 *   which is a line of `metadata.jsonl`.
 * @throws MillraceError `TASK_NEEDS_FILE`, `BAD_TASK`; see `task`.
 */
export function job<Item, Metadata, Params = {}, State = undefined>(
  meta: { url: string },
  parts: JobParts<Item, Metadata, Params, State>,
): Job<Item, Awaited<Metadata>, Params, State> {
  const schema = (parts as Partial<typeof parts> | undefined)?.schema
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw new MillraceError(
      'BAD_TASK',
      "job()'s schema must be a Standard Schema: an object whose '~standard' can validate (Zod, Valibot, ArkType, ...)",
    )
  }
  return task(meta, parts as TaskParts<Item, Metadata, Params, State>)
}
