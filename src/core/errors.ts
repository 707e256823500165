/**
 * The base of every error that Millrace throws itself. `code` is stable and safe to test against; the message says the rule,
 * what was received and what to do.
 */
export class MillraceError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}
