// Async functions, generators and loops that a compiler has lowered to plain generators.

type Any = any

export const asyncFunction = (generator: (...args: Any[]) => Generator): ((...args: Any[]) => Promise<unknown>) =>
  async function (this: unknown, ...args) {
    const steps = generator.apply(this, args)
    let step = steps.next()
    while (!step.done) {
      let value: unknown
      let failed = false
      try {
        value = await step.value
      } catch (error) {
        value = error
        failed = true
      }
      step = failed ? steps.throw(value) : steps.next(value)
    }
    return step.value
  }

/** A lowered async generator is a generator that yields its awaited values in an envelope. */
class Awaited {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}
export const awaited = (value: unknown): Awaited => new Awaited(value)

// esbuild writes `new __await(x)` and TypeScript `__await(x)`: a plain function is both.
export function awaitedEither(value: unknown): Awaited {
  return new Awaited(value)
}

export const asyncGenerator = (generator: (...args: Any[]) => Generator): ((...args: Any[]) => AsyncGenerator) =>
  async function* (this: unknown, ...args) {
    const steps = generator.apply(this, args)
    let step = steps.next()
    try {
      while (!step.done) {
        let value: unknown
        let failed = false
        try {
          value = step.value instanceof Awaited ? await step.value.value : yield step.value
        } catch (error) {
          value = error
          failed = true
        }
        step = failed ? steps.throw(value) : steps.next(value)
      }
      return step.value
    } finally {
      // The consumer has left early: the generator's own finally blocks run, awaited ones too.
      if (!step.done) {
        step = steps.return(undefined)
        while (!step.done) step = steps.next(step.value instanceof Awaited ? await step.value.value : undefined)
      }
    }
  }

export const asyncValues = (iterable: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterator<unknown> =>
  (async function* () {
    yield* iterable
  })()

/** `yield*` of a lowered async generator. */
export function* delegate(iterable: AsyncIterable<unknown> | Iterable<unknown>): Generator {
  const iterator = asyncValues(iterable)
  let done = false
  try {
    let step = (yield awaited(iterator.next())) as IteratorResult<unknown>
    while (!step.done) step = (yield awaited(iterator.next(yield step.value))) as IteratorResult<unknown>
    done = true
    return step.value
  } finally {
    if (!done) yield awaited(iterator.return?.())
  }
}
