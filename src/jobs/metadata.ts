import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sink } from '../core/sink.ts'
import { replaceFile } from '../sinks/durable.ts'
import type { Journal } from './journal.ts'
import { DONE, FAILED } from './run-index.ts'

const CHUNK = 1 << 20

/** What is said of the outputs, row by row in input order: made of the journal, so that it does not depend on how often a run was ended. */
export function* metadataRows(journal: Journal): Generator<unknown, void, undefined> {
  for (const [index, { outputs = [], metadata }] of journal.entries(DONE)) {
    // A list is a row for each of its elements; an item that returned nothing is told by what it made.
    if (Array.isArray(metadata)) yield* metadata
    else yield metadata ?? { index, outputs: outputs.map(({ name }) => name) }
  }
}

/** The failures that are left, in input order. */
export function* failureRows(journal: Journal): Generator<unknown, void, undefined> {
  for (const [index, { label, stage, code, message, attempt }] of journal.entries(FAILED)) {
    yield { index, item: label, stage, code, message, attempt }
  }
}

/** Writes the files about the outputs: `metadata.jsonl`, and `failures.jsonl` where there are failures. */
export async function writeMetadata(sink: Sink, journal: Journal): Promise<void> {
  // Among the run's own files, where nobody looks for outputs.
  const temporary = join(sink.state, 'unfinished')
  await replaceFile(sink.beside('metadata.jsonl'), lines(metadataRows(journal)), temporary)
  const failures = sink.beside('failures.jsonl')
  if (journal.index.failed > 0) await replaceFile(failures, lines(failureRows(journal)), temporary)
  else rmSync(failures, { force: true })
}

/** Rows as lines of JSON, in large pieces. */
function* lines(rows: Iterable<unknown>): Generator<Uint8Array, void, undefined> {
  let texts: string[] = []
  let size = 0
  for (const row of rows) {
    const text = `${JSON.stringify(row)}\n`
    texts.push(text)
    size += text.length
    if (size < CHUNK) continue
    yield Buffer.from(texts.join(''))
    texts = []
    size = 0
  }
  if (texts.length > 0) yield Buffer.from(texts.join(''))
}
