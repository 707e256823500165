/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Value = string | number | Html | readonly Html[]

/** HTML with values put in: text is escaped, whatever it holds, and HTML is not. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, i) => text + textOf(values[i - 1]!) + part))
}

function textOf(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return escaped(String(value))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * Text as HTML shows it, in an element or in a quoted attribute. Characters that can't be seen, and those that turn the text around them,
 * are shown as escapes.
 */
function escaped(text: string): string {
  return text
    .replace(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, (character) => {
      const code = character.codePointAt(0)!
      return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
    })
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
