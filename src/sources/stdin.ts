import { StringDecoder } from 'node:string_decoder'
import { MillraceError } from '../core/errors.ts'
import { IterableDataset } from '../dataset/iterable.ts'

export interface StdinOptions {
  /** What ends an item: `'\n'` (default; a CR before it is dropped), or `'\0'` as `find -print0` writes. */
  separator?: '\n' | '\0'
  /** What is read. Default: the process's standard input. */
  input?: AsyncIterable<Buffer | string>
}

/**
 * A list on standard input, an item a line: `find photos -name '*.jpg' | millrace ...`. Empty lines are passed over. It can be read
 * once; a run that goes on must be given the same list again, of which what was done is skipped.
 */
export class StdinLines extends IterableDataset<string> {
  readonly separator: '\n' | '\0'
  readonly #input: AsyncIterable<Buffer | string>
  #isRead = false

  constructor({ separator = '\n', input = process.stdin }: StdinOptions = {}) {
    super()
    this.separator = separator
    this.#input = input
  }

  async *iterate(): AsyncGenerator<string, void, undefined> {
    if (this.#isRead) throw new MillraceError('INPUT_UNREADABLE', 'Standard input can be read once, and was. Save the list in a file.')
    this.#isRead = true
    const decoder = new StringDecoder('utf8')
    let begun = ''
    for await (const block of this.#input) {
      const items = (begun + (typeof block === 'string' ? block : decoder.write(block))).split(this.separator)
      begun = items.pop()!
      for (const item of items) if (this.#trim(item) !== '') yield this.#trim(item)
    }
    begun += decoder.end()
    if (this.#trim(begun) !== '') yield this.#trim(begun)
  }

  #trim(item: string): string {
    return this.separator === '\n' ? item.replace(/\r$/, '') : item
  }
}
