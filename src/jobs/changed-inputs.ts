import { contextInPlace } from '../dataset/context.ts'
import type { RunInput } from './input.ts'
import { printOf, statOf } from './item-runner.ts'
import type { Journal } from './journal.ts'
import type { Manifest } from './manifest.ts'
import { DONE, FAILED } from './run-index.ts'

/** Items whose inputs are others now. */
export interface ChangedInputs {
  ordinals: number[]
  /** Failed ones among those: to run them anew mixes nothing. */
  failed: number[]
  /** Finished items that the input no longer has. */
  gone: number[]
  /** For people, a line each. */
  differences: string[]
}

/** The event loop turns after so many items, so that signals are heard. */
const AT_ONCE = 4096

/**
 * Compares the inputs of finished items with what they are now: each file by size and time; the items themselves one by one where the
 * list or dataset is another one. Files that are gone are none: what was made of them stays. Items of a stream are compared as they come.
 */
export async function changedInputs(
  journal: Journal,
  before: Manifest,
  now: Manifest,
  input: RunInput,
  seed: number,
): Promise<ChangedInputs> {
  const found: ChangedInputs = { ordinals: [], failed: [], gone: [], differences: [] }
  const sameList = before.input.digest !== undefined && before.input.digest === now.input.digest
  const { items, worker, length = Infinity } = input
  const list = Array.isArray(items) ? items : undefined
  const compares = !sameList && (list !== undefined || worker.dataset !== undefined)
  const printAt = async (ordinal: number): Promise<number | undefined> => {
    try {
      return printOf(list === undefined ? await worker.dataset!.get(ordinal, contextInPlace(seed, 0, ordinal)) : list[ordinal])
    } catch {
      return undefined // It can't be read any more: another one.
    }
  }
  for (const [ordinal, { item }] of compares ? journal.entries(FAILED) : []) {
    // Of one that could not be read it can't be told.
    if (ordinal >= length || item === undefined || (await printAt(ordinal)) !== item) found.failed.push(ordinal)
  }
  let [files, others] = [0, 0]
  let seen = 0
  for (const [ordinal, entry] of journal.entries(DONE)) {
    if (++seen % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    if (ordinal >= length && compares) {
      found.gone.push(ordinal)
      continue
    }
    if (compares && entry.item !== undefined) {
      if ((await printAt(ordinal)) !== entry.item) {
        found.ordinals.push(ordinal)
        if (++others === 1) found.differences.push(`input: item ${ordinal} is another one now`)
        continue
      }
    }
    if (entry.input === undefined) continue
    const { path, size, mtimeMs } = entry.input
    const stats = statOf(path)
    if (stats === undefined || (stats.size === size && stats.mtimeMs === mtimeMs)) continue
    found.ordinals.push(ordinal)
    if (++files === 1) {
      const what = stats.size === size ? 'was written again' : `had ${size} bytes and has ${stats.size}`
      found.differences.push(`input: ${JSON.stringify(path)} ${what} since item ${ordinal} was made of it`)
    }
  }
  if (others > 1) found.differences.push(`input: and ${others - 1} more items are others`)
  if (files > 1) found.differences.push(`input: and ${files - 1} more files have changed`)
  if (found.gone.length > 0) found.differences.push(`input: ${found.gone.length} finished items are no longer in it`)
  return found
}
