import type { AsyncLocalStorage } from 'node:async_hooks'
import { reasonOf, recordError } from '../core/error-record.ts'
import type { Boot, FromWorker, LocalWork, ResultsMessage, ToWorker, Work } from '../core/executor.ts'
import { Calls } from './calls.ts'
import { importModule, markWorker } from './in-worker.ts'
import { compileInline } from './inline.ts'
import { pack } from './pack.ts'
import { muteFiles } from './quiet-files.ts'
import { capturePrints, muteServers } from './quiet.ts'
import { findTask, isLoaded } from './registry.ts'
import { ChunkStore } from './runner.ts'
import { registerTypeScript } from './typescript.ts'

/** How a worker talks to its engine. */
export interface Channel {
  /** Throws a DataCloneError when the message can't be cloned. */
  post(message: FromWorker, transfer: ArrayBuffer[]): void
  /** Whether one value can be cloned; throws what cloning throws if not. */
  tryClone(value: unknown): void
  /** Whether typed arrays can be handed over without a copy. */
  canTransfer: boolean
  /** Whether waiting for messages keeps the worker alive. */
  keepAlive: (alive: boolean) => void
}

/**
 * The worker's side of an executor, the same in a thread and in a process: loads the module, then takes messages one after the
 * other and answers them through `channel`.
 *
 * @returns The function that takes the engine's messages.
 */
export function serve(boot: Boot, channel: Channel): (message: ToWorker) => void {
  const items = markWorker()
  const post = (message: FromWorker): void => {
    if (message.type === 'results') postResults(message, channel)
    else channel.post(message, [])
  }
  capturePrints(items, (stream, text) => post({ type: 'print', stream, text }))
  muteServers(items)
  muteFiles(items)
  catchStrayErrors(items)

  const calls = new Calls({ items, post, find, keepAlive: channel.keepAlive })
  let waiting: ToWorker[] | undefined = []
  channel.keepAlive(false)
  void load(boot).then(
    () => {
      channel.keepAlive(true)
      post({ type: 'booted' })
      for (const message of waiting ?? []) calls.take(message)
      waiting = undefined
    },
    // Nothing is answered after this; the engine ends the worker.
    (error: unknown) => post({ type: 'failed', stage: 'import', code: 'IMPORT_FAILED', error: recordError(explained(error)) }),
  )
  return (message) => (waiting === undefined ? calls.take(message) : void waiting.push(message))
}

async function load({ module, typescript }: Boot): Promise<void> {
  if (typescript === true) registerTypeScript()
  if (module !== undefined) await importModule(module)
}

/** When a script and a task file import each other, a worker, which begins with the task file, runs the script before it has tasks. */
function explained(error: unknown): unknown {
  if (error instanceof ReferenceError && error.message.includes('before initialization')) {
    error.message += ' (does the task file import the script that makes the call? Move what both need into a file of its own)'
  }
  return error
}

/** Calls of the same inline function follow one another, so the last few are kept compiled. */
const compiledBefore = new Map<string, LocalWork['run']>()
const MAX_COMPILED = 32

function compiled(source: string): LocalWork['run'] {
  let run = compiledBefore.get(source)
  if (run === undefined) {
    if (compiledBefore.size >= MAX_COMPILED) compiledBefore.clear()
    compiledBefore.set(source, (run = compileInline(source) as LocalWork['run']))
  }
  return run
}

async function find(work: Work): Promise<LocalWork> {
  if ('local' in work) return work.local
  if ('source' in work) return { params: {}, run: compiled(work.source) }
  // The worker was started for a module of the user's; the task may be of another one, as the loader's own is.
  if (!isLoaded(work.task.module)) await importModule(work.task.module)
  const { setup, run, teardown } = findTask(work.task)
  return { params: work.params, setup, run, teardown }
}

/** Sends results; a value that can't be cloned becomes that item's failure and costs no other item. */
function postResults(message: ResultsMessage, channel: Channel): void {
  try {
    const transfer: ArrayBuffer[] = []
    channel.post({ ...message, values: pack(message.values, channel.canTransfer ? transfer : undefined) }, transfer)
  } catch {
    const values = [...message.values]
    const errors = [...(message.errors ?? [])]
    values.forEach((value, i) => {
      try {
        channel.tryClone(value)
      } catch (error) {
        values[i] = undefined
        const hint = new TypeError(
          `the result can't be sent to the main thread: ${reasonOf(error)}. Return plain data, typed arrays, Maps, Sets or Dates.`,
        )
        errors.push([message.first + i, 'UNCLONEABLE_RESULT', recordError(hint)])
      }
    })
    try {
      channel.post({ ...message, values, errors }, [])
    } catch (error) {
      // All of them together can't be sent (too much for one message, say). Without an answer the call would wait for ever.
      const record = recordError(error)
      const failed: typeof errors = values.map((_, i) => [message.first + i, 'UNCLONEABLE_RESULT', record])
      channel.post({ ...message, values: values.map(() => undefined), errors: failed }, [])
    }
  }
}

/** Errors nobody awaits are reported for the item they come from and never end the worker. */
function catchStrayErrors(items: AsyncLocalStorage<unknown>): void {
  const report = (thrown: unknown): void => {
    const store = items.getStore()
    if (store instanceof ChunkStore) store.escaped(thrown)
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
