import { join } from 'node:path'
import type { Sink } from '../core/sink.ts'
import { MillraceError } from '../core/errors.ts'
import { type Entry, Journal } from './journal.ts'
import { takeLock } from './lock.ts'
import { DONE } from './run-index.ts'
import { JOURNAL, voidItems } from './session.ts'
import { runOf } from './status.ts'

export interface VerifyOptions {
  /** Marks items whose outputs are missing or changed as to be done again; the next run does them. Default false. */
  fix?: boolean
  /** Told of each item that is not as it was made. */
  onProblem?: (problem: VerifyProblem) => void
}

export interface VerifyProblem {
  index: number
  /** The output. */
  name: string
  what: 'missing' | 'changed'
}

export interface VerifyReport {
  /** Outputs that were looked at. */
  outputs: number
  missing: number
  changed: number
  /** Items that have such outputs. */
  items: number
}

/** Outputs that are read at the same time. */
const AT_ONCE = 4

/**
 * Compares what lies in an output with what the journal says was made: every file's size and CRC-32.
 *
 * @throws MillraceError `NO_RUN`, `JOURNAL_DAMAGED`, and `LOCKED` where a run works on it.
 */
export async function verifyJob(out: string | Sink, { fix = false, onProblem }: VerifyOptions = {}): Promise<VerifyReport> {
  const { sink } = await runOf(out)
  if (fix && sink.remove === undefined)
    throw new MillraceError('BAD_OPTION', `What is in ${sink.target} can't be replaced one by one: begin anew with --restart.`)
  const unlock = takeLock(sink.state, sink.target)
  const journal = new Journal(join(sink.state, JOURNAL), { access: fix ? 'a+' : 'r' })
  const report: VerifyReport = { outputs: 0, missing: 0, changed: 0, items: 0 }
  const broken: number[] = []
  try {
    const entries = journal.entries(DONE)
    const next = async (): Promise<void> => {
      for (const [index, entry] of entries) if (await differs(sink, index, entry, report, onProblem)) broken.push(index)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
    broken.sort((a, b) => a - b)
    report.items = broken.length
    if (fix) await voidItems(journal, broken)
    return report
  } finally {
    journal.close()
    unlock()
  }
}

async function differs(
  sink: Sink,
  index: number,
  { outputs = [] }: Entry,
  report: VerifyReport,
  onProblem: VerifyOptions['onProblem'],
): Promise<boolean> {
  let wrong = false
  for (const { name, size, crc } of outputs) {
    const found = await sink.check(name)
    report.outputs++
    if (found?.size === size && found.crc === crc) continue
    wrong = true
    const what = found === undefined ? 'missing' : 'changed'
    report[what]++
    onProblem?.({ index, name, what })
  }
  return wrong
}
