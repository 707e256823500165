import { createRequire } from 'node:module'
import type * as Acorn from 'acorn'

/** The `#names` that a class declares; an object that was not made by its constructor does not have them. */
export function privateNames(made: Function): string[] {
  const text = Function.prototype.toString.call(made)
  if (!text.includes('#')) return []
  const acorn = createRequire(import.meta.url)('acorn') as typeof Acorn
  const names = new Set<string>()
  try {
    for (const token of acorn.tokenizer(text, { ecmaVersion: 'latest' })) {
      if (token.type.label === 'privateId') names.add(`#${String((token as { value?: unknown }).value)}`)
    }
  } catch {
    // Text that a tokenizer alone can't read (a regular expression taken for a division) tells what it told so far.
  }
  return [...names]
}
