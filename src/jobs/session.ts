import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import type { Sink } from '../core/sink.ts'
import { codeOf } from '../sinks/durable.ts'
import { changedInputs } from './changed-inputs.ts'
import { OWN } from './claims.ts'
import { Journal } from './journal.ts'
import type { Line } from './journal-lines.ts'
import { takeLock } from './lock.ts'
import { differences, type Manifest, manifestOf, type ManifestParts, readManifest, writeManifest } from './manifest.ts'
import type { JobOptions } from './options.ts'
import { DONE, FAILED } from './run-index.ts'

/** Names at the top of the output that are the run's own. */
const RESERVED = ['.millrace', 'metadata.jsonl', 'metadata.parquet', 'failures.jsonl']
const VOIDS_AT_ONCE = 10_000

export const JOURNAL = 'journal.jsonl'

/** A run's hold on its output: the lock, what it is, and what was done so far. */
export interface Session {
  journal: Journal
  /** Finished items that the input no longer has; to be taken away once the sink is open. */
  gone: number[]
  release: () => void
}

/**
 * Makes ready to run, or to go on with, a run.
 *
 * @throws MillraceError `LOCKED`, `RUN_CHANGED` with the differences, `JOURNAL_DAMAGED`, `RUN_UNREADABLE`, `OUTPUT_UNWRITABLE`.
 */
export async function openSession(
  sink: Sink,
  parts: ManifestParts,
  options: Pick<JobOptions, 'onChange' | 'durability'>,
): Promise<Session> {
  const { onChange = 'refuse', durability = 'batch' } = options
  const { state, target } = sink
  makeState(state, target)
  const unlock = takeLock(state, target)
  let journal: Journal | undefined
  try {
    const path = join(state, JOURNAL)
    let before = readManifest(state)
    const now = manifestOf(parts)
    if (before === undefined && existsSync(path) && onChange !== 'restart') {
      throw new MillraceError(
        'RUN_UNREADABLE',
        `There is a journal in ${state}, but no run.json that says what it is of. Begin anew with --restart (onChange: 'restart').`,
      )
    }
    if (onChange === 'restart' && existsSync(path)) {
      await takeAway(sink, path)
      before = undefined
    }
    journal = await openJournal(path, durability !== 'none', before === undefined ? () => writeManifest(state, now) : undefined)
    const gone = before === undefined ? [] : await compare(sink, journal, before, now, parts, onChange)
    for (const name of RESERVED) journal.claims.add(name, OWN)
    const opened = journal
    return {
      journal,
      gone,
      release: () => {
        opened.close()
        unlock()
      },
    }
  } catch (error) {
    journal?.close()
    unlock()
    throw error
  }
}

/** What the run is stands on the disk before its journal does. */
async function openJournal(path: string, flush: boolean, begin: (() => Promise<void>) | undefined): Promise<Journal> {
  await begin?.()
  const journal = new Journal(path, { flush })
  await journal.keep()
  return journal
}

/** Marks as void what a difference concerns, where that is asked for. Returns the items that the input no longer has. */
async function compare(
  sink: Sink,
  journal: Journal,
  before: Manifest,
  now: Manifest,
  parts: ManifestParts,
  onChange: 'refuse' | 'redo' | 'restart',
): Promise<number[]> {
  const { index } = journal
  const general = differences(before, now)
  const inputs = await changedInputs(journal, before, now, parts.input, parts.seed)
  const all = [...general, ...inputs.differences]
  // Where nothing was made, nothing is mixed.
  if (all.length > 0 && index.done > 0) {
    if (onChange !== 'redo') throw changed(sink.target, all)
    if (sink.remove === undefined) {
      const { message } = changed(sink.target, all)
      throw new MillraceError(
        'RUN_CHANGED',
        `${message}\nBut ${sink.target} can't be changed in parts: only --restart ('restart') is left.`,
      )
    }
  }
  if (general.length > 0) await voidItems(journal, [...index.all(DONE), ...index.all(FAILED)])
  else await voidItems(journal, [...inputs.ordinals, ...inputs.failed])
  const kept = { ...now, created: before.created }
  if (JSON.stringify(kept) !== JSON.stringify(before)) await writeManifest(sink.state, kept)
  return inputs.gone
}

/** Marks items as to be done again; their lines still say what was made of them, until that is replaced. */
export async function voidItems(journal: Journal, ordinals: readonly number[], position?: unknown): Promise<void> {
  let lines: Line[] = []
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await journal.append(lines, { position, time: Date.now() })
    lines = []
  }
  for (const ordinal of ordinals) {
    const { outputs } = journal.read(ordinal)
    if (lines.push({ ordinal, kind: 'void', json: JSON.stringify({ outputs }) }) === VOIDS_AT_ONCE) await flush()
  }
  await flush()
}

/** Takes away what an earlier run has made, and nothing else. */
async function takeAway(sink: Sink, path: string): Promise<void> {
  let names: string[] = []
  try {
    const journal = new Journal(path, { access: 'r' })
    for (const [, { outputs = [] }] of journal.entries(DONE)) for (const { name } of outputs) names.push(name)
    journal.close()
  } catch (error) {
    // What a damaged journal does not tell is replaced as it is made again.
    if (!(error instanceof MillraceError)) throw error
    names = []
  }
  // An archive is begun anew as a whole.
  if (!sink.ordered) await sink.remove?.(names)
  rmSync(path)
}

function changed(target: string, found: readonly string[]): MillraceError {
  return new MillraceError(
    'RUN_CHANGED',
    `${target} was begun by a run that differs from this one:\n${found.map((each) => `  ${each}`).join('\n')}\n` +
      `Do again what it concerns with --redo-changed (onChange: 'redo'), begin anew with --restart ('restart'), or name another output.`,
  )
}

function makeState(state: string, target: string): void {
  try {
    mkdirSync(state, { recursive: true })
    accessSync(state, constants.W_OK)
  } catch (cause) {
    throw new MillraceError('OUTPUT_UNWRITABLE', `${target} can't be written to: ${codeOf(cause)}, ${(cause as Error).message}.`, { cause })
  }
}
