// `using` and `await using` that a compiler has lowered: a stack of what to dispose.

type Any = any

export interface Resource {
  dispose?: () => unknown
  async: boolean
}
export interface Disposal {
  stack: Resource[]
  error?: unknown
  hasError?: boolean
}

/** Notes a `using` or `await using` value for `disposeAll`. */
export const addResource = (stack: Resource[], value: Any, async = false): unknown => {
  if (value === null || value === undefined) {
    if (async) stack.push({ async })
    return value
  }
  const method = (async ? value[Symbol.asyncDispose] : undefined) ?? value[Symbol.dispose]
  if (typeof method !== 'function') throw new TypeError('Object not disposable')
  stack.push({ dispose: () => method.call(value), async })
  return value
}

/** Disposes what was noted, last first; a promise as soon as one is asynchronous. */
export const disposeAll = (disposal: Disposal): unknown => {
  const fail = (error: unknown): void => {
    disposal.error = disposal.hasError ? suppressed(error, disposal.error) : error
    disposal.hasError = true
  }
  for (let resource = disposal.stack.pop(); resource; resource = disposal.stack.pop()) {
    try {
      const result = resource.dispose?.()
      if (resource.async)
        return Promise.resolve(result)
          .catch(fail)
          .then(() => disposeAll(disposal))
    } catch (error) {
      fail(error)
    }
  }
  if (disposal.hasError) throw disposal.error
  return undefined
}

const suppressed = (error: unknown, earlier: unknown): Error =>
  Object.assign(new Error('An error was suppressed during disposal'), { name: 'SuppressedError', error, suppressed: earlier })
