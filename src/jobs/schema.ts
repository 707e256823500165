import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { StandardSchema } from '../core/job.ts'

/**
 * What an item returned as JSON, checked by the job's schema if it has one. Nothing returned is no metadata.
 *
 * @throws MillraceError `BAD_METADATA` for what the schema or JSON does not take.
 */
export async function metadataText(returned: unknown, schema: StandardSchema | undefined): Promise<string | undefined> {
  const value = schema === undefined ? returned : await validated(returned, schema)
  if (value === undefined) return undefined
  try {
    const text = JSON.stringify(value) as string | undefined
    if (text !== undefined) return text
  } catch (cause) {
    throw new MillraceError('BAD_METADATA', `What the item returned can't be written as JSON: ${reasonOf(cause)}.`, { cause })
  }
  throw new MillraceError('BAD_METADATA', `What the item returned can't be written as JSON: it is a ${typeof value}.`)
}

async function validated(value: unknown, schema: StandardSchema): Promise<unknown> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  const issues = result.issues.map(({ message, path = [] }) => {
    const where = path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.')
    return where === '' ? message : `${where}: ${message}`
  })
  throw new MillraceError('BAD_METADATA', `What the item returned does not pass the job's schema: ${issues.join('; ')}.`)
}
