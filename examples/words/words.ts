// The dataset, in a file of its own: workers load it from here.
import { readFile } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'
import { Dataset, task } from 'millrace'

/** Sample i is the i-th file's word in parts of `numChars` characters, each of which shares `overlap` with the one before. */
export class WordSplitter extends Dataset<string[]> {
  static {
    this.register(import.meta)
  }
  readonly inputs: string[]
  readonly numChars: number
  readonly overlap: number

  constructor(inputs: string[], numChars = 2, overlap = 1) {
    super()
    this.inputs = inputs
    this.numChars = numChars
    this.overlap = overlap
  }

  get length(): number {
    return this.inputs.length
  }

  async get(index: number): Promise<string[]> {
    const word = (await readFile(this.inputs[index] ?? '', 'utf8')).trim()
    const parts: string[] = []
    for (let from = 0; from + this.numChars <= word.length; from += this.numChars - this.overlap) {
      parts.push(word.slice(from, from + this.numChars))
    }
    return parts
  }
}

/** The same, and which thread it was done by, slowly enough to see the work being shared out. */
export class SlowWordSplitter extends WordSplitter {
  static {
    this.register(import.meta)
  }
  override async get(index: number): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return [`thread ${threadId}`, ...(await super.get(index))]
  }
}

/** A collateFn of one's own; it runs where the batch is made, in the worker. */
export const joined = task(import.meta, (words: string[][]) => words.map((parts) => parts.join('|')))
