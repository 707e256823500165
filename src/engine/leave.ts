/** Who takes from a stream. */
export interface Consumer {
  /** It has asked for a value that is not there yet. */
  waits: boolean
  /** Gives the work up. */
  left: AbortController
}

/** Why a stream's work is given up when its consumer leaves. */
export const LEFT: unique symbol = Symbol('the consumer left the stream')

/** A generator that is left while it works on the next value would finish that first, which may take for ever; this one gives up. */
export function leavable<T>(start: (consumer: Consumer) => AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  const consumer = { waits: false, left: new AbortController() }
  const generator = start(consumer)
  const end = generator.return.bind(generator)
  const fail = generator.throw.bind(generator)
  const leave = (): void => void (consumer.waits && consumer.left.abort(LEFT))
  return Object.assign(generator, {
    return: (value: void | PromiseLike<void>) => (leave(), end(value)),
    throw: (error: unknown) => (leave(), fail(error)),
  })
}
