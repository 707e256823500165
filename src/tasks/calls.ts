import type { AsyncLocalStorage } from 'node:async_hooks'
import { MillraceError } from '../core/errors.ts'
import { recordError } from '../core/error-record.ts'
import type { FromWorker, LocalWork, ToWorker, Work } from '../core/executor.ts'
import { Runner } from './runner.ts'
import { keepSpares } from './spares.ts'

export interface CallsOptions {
  items: AsyncLocalStorage<unknown>
  post: (message: FromWorker) => void
  /** Finds the function that a call means; throws a MillraceError where there is none. */
  find: (work: Work) => LocalWork | Promise<LocalWork>
  /**
   * Whether waiting for messages keeps the worker alive. While something runs it does not, unless an abort may be what it waits
   * for: a worker whose event loop runs empty then waits for a promise that nothing can settle any more, and ends instead of
   * hanging for ever.
   */
  keepAlive?: (alive: boolean) => void
}

/** Answers an engine's messages, one call after the other: what a thread, a process and the calling thread itself have in common. */
export class Calls {
  readonly #options: CallsOptions
  #runner: Runner | undefined
  #post: CallsOptions['post']
  #queue: Promise<void> = Promise.resolve()

  constructor(options: CallsOptions) {
    this.#options = options
    this.#post = options.post
  }

  /** Messages are answered in order; an abort overtakes them. */
  take(message: ToWorker): void {
    if (message.type === 'abort') this.#runner?.abort(message.index, message.reason)
    else this.#queue = this.#queue.then(() => this.#answer(message))
  }

  async #answer(message: Exclude<ToWorker, { type: 'abort' }>): Promise<void> {
    this.#options.keepAlive?.(false)
    if (message.type === 'chunk' && message.spares !== undefined) keepSpares(message.spares)
    if (message.type === 'chunk') await this.#runner?.chunk(message)
    else if (message.type === 'open') await this.#open(message)
    else await this.#close()
    this.#options.keepAlive?.(true)
  }

  async #open({ call, work, worker, seed, announce }: Extract<ToWorker, { type: 'open' }>): Promise<void> {
    const { items, find, keepAlive = () => {} } = this.#options
    const post = (message: FromWorker): void => this.#options.post({ ...message, call })
    this.#post = post
    let stage: 'lookup' | 'setup' = 'lookup'
    try {
      this.#runner = new Runner(await find(work), { worker, seed, announce, items, post, keepAlive })
      stage = 'setup'
      await this.#runner.setup()
      post({ type: 'opened' })
    } catch (error) {
      const code = stage === 'setup' ? 'SETUP_FAILED' : error instanceof MillraceError ? error.code : 'TASK_NOT_FOUND'
      this.#runner = undefined
      post({ type: 'failed', stage, code, error: recordError(error) })
    }
  }

  async #close(): Promise<void> {
    const runner = this.#runner
    this.#runner = undefined
    try {
      await runner?.teardown()
      this.#post({ type: 'closed' })
    } catch (error) {
      this.#post({ type: 'closed', error: recordError(error) })
    }
  }
}
