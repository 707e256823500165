// The helpers that oxc-transform calls as `babelHelpers.x` where a Node lacks the syntax; TypeScript modules import them from here.
import { addResource, type Disposal, disposeAll } from './helpers-using.ts'

interface UsingContext {
  /** The error of the block, once it has thrown. */
  e: unknown
  u: (value: unknown) => unknown
  a: (value: unknown) => unknown
  d: () => unknown
}

/** `using` and `await using` of one block, on Node 20 and 22. */
export function usingCtx(): UsingContext {
  const none = {}
  const stack: Disposal['stack'] = []
  return {
    e: none,
    u: (value) => addResource(stack, value),
    a: (value) => addResource(stack, value, true),
    d() {
      return disposeAll({ stack, error: this.e, hasError: this.e !== none })
    },
  }
}

type Decorator = (...args: unknown[]) => unknown

/** TypeScript's `experimentalDecorators`: a class, or a member with its property descriptor (null: look it up). */
export function decorate(decorators: Decorator[], target: object, key?: string | symbol, descriptor?: PropertyDescriptor | null): unknown {
  const member = key !== undefined
  let result: unknown = member && descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : member ? descriptor : target
  for (const decorator of decorators.toReversed()) result = (member ? decorator(target, key, result) : decorator(result)) ?? result
  if (member && result) Object.defineProperty(target, key, result)
  return result
}

export function decorateParam(index: number, decorator: Decorator): Decorator {
  return (target, key) => decorator(target, key, index)
}

export function decorateMetadata(key: string, value: unknown): Decorator | undefined {
  const { metadata } = Reflect as { metadata?: (key: string, value: unknown) => Decorator }
  return typeof metadata === 'function' ? metadata(key, value) : () => undefined
}
