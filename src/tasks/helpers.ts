// What compilers call in the functions they write when their target is older than the syntax, under the names each gives to it.
// A function that travels as text leaves the module behind in which the compiler has put these, so a worker has them here.
// Names: __x are esbuild's (tsx, vite) and TypeScript's (tslib), _x_y SWC's, _xY Babel's.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { compileHere } from './compile-here.ts'
import { asyncFunction, asyncGenerator, asyncValues, awaited, awaitedEither, delegate } from './helpers-async.ts'
import {
  classPrivateGet,
  classPrivateSet,
  privateAdd,
  privateGet,
  privateMethod,
  privateSet,
  swcPrivateGet,
  swcPrivateSet,
} from './helpers-private.ts'
import { addResource, type Disposal, disposeAll, type Resource } from './helpers-using.ts'

type Key = string | symbol | number
type Any = any

// --- names and interop ---

const name = (target: object, value: string): object => Object.defineProperty(target, 'name', { value, configurable: true })

/** `import()` and `require()` from the working directory, as the user's own code means them. */
const importFromHere = lazy(() => compileHere('(specifier) => import(specifier)') as (specifier: string) => Promise<unknown>)
const requireFromHere = lazy(() => createRequire(join(process.cwd(), 'inline.js')))

const namespaceOf = (module: Any): Any => (module?.['__esModule'] ? module : { ...module, default: module })
const defaultOf = (module: Any): Any => (module?.['__esModule'] ? module : { default: module })

// --- objects and arrays ---

const define = (target: object, key: Key, value: unknown): object =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })

const defineField = (target: object, key: Key, value: unknown): unknown => {
  define(target, key, value)
  return value
}

const spread = (target: object, ...sources: (object | null | undefined)[]): object => {
  for (const source of sources) {
    if (source !== null && source !== undefined) for (const key of enumerableKeys(source)) define(target, key, (source as Any)[key])
  }
  return target
}

const spreadProperties = (target: object, source: object): object =>
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(source))

const rest = (source: Any, excluded: Key[]): object => {
  const target = {}
  if (source === null || source === undefined) return target
  const names = new Set(excluded.map((key) => (typeof key === 'symbol' ? key : String(key))))
  for (const key of enumerableKeys(source)) if (!names.has(key)) define(target, key, source[key])
  return target
}

const enumerableKeys = (source: object): (string | symbol)[] =>
  Reflect.ownKeys(source).filter((key) => Object.prototype.propertyIsEnumerable.call(source, key))

const spreadArray = (to: unknown[], from: ArrayLike<unknown>): unknown[] => [...to, ...Array.from(from)]

const take = (iterable: Iterable<unknown>, count?: number): unknown[] => {
  if (count === undefined) return [...iterable]
  const taken: unknown[] = []
  if (count === 0) return taken
  for (const value of iterable) if (taken.push(value) === count) break
  return taken
}

// --- Istanbul's counters: cov_x().s[0]++ counts nowhere ---

const nowhere: Any = new Proxy(() => {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : nowhere),
  set: () => true,
  apply: () => nowhere,
})

/** The key in `helpers` of Istanbul's counters, whose name differs from file to file; no variable can have it. */
export const coverageHelper = 'cov_*'

/** Every helper by the name that compilers call it. */
export const helpers: Readonly<Record<string, unknown>> = withUnderscores({
  [coverageHelper]: nowhere,
  __name: name,
  __pow: Math.pow,
  __vite_ssr_dynamic_import__: (specifier: string) => importFromHere()(specifier),
  __vi_dynamic_import__: (specifier: string) => importFromHere()(specifier),
  require: (specifier: string) => requireFromHere()(specifier),
  __require: (specifier: string) => requireFromHere()(specifier),
  __toESM: namespaceOf,
  __importStar: namespaceOf,
  __importDefault: defaultOf,
  _interop_require_wildcard: namespaceOf,
  _interop_require_default: defaultOf,

  __publicField: defineField,
  __defNormalProp: defineField,
  _define_property: define,
  _defineProperty: define,
  __spreadValues: spread,
  __assign: spread,
  _object_spread: spread,
  _objectSpread2: spread,
  _extends: spread,
  __spreadProps: spreadProperties,
  _object_spread_props: spreadProperties,
  _objectSpreadProps: spreadProperties,
  __objRest: rest,
  __rest: rest,
  _object_without_properties: rest,
  _objectWithoutProperties: rest,
  _object_destructuring_empty: (value: unknown) => value,
  __spreadArray: spreadArray,
  __read: take,
  _sliced_to_array: take,
  _slicedToArray: take,
  _to_array: Array.from,
  _to_consumable_array: Array.from,
  _toConsumableArray: Array.from,
  __values: (iterable: Iterable<unknown>) => iterable[Symbol.iterator](),
  _ts_values: (iterable: Iterable<unknown>) => iterable[Symbol.iterator](),
  _type_of: (value: unknown) => typeof value,
  _typeof: (value: unknown) => typeof value,

  __async: (self: unknown, args: Any, generator: Any) => asyncFunction(generator).apply(self, args ?? []),
  __awaiter: (self: unknown, args: Any, _promise: unknown, generator: Any) => asyncFunction(generator).apply(self, args ?? []),
  _async_to_generator: asyncFunction,
  _asyncToGenerator: asyncFunction,
  __await: awaitedEither,
  _await_async_generator: awaited,
  _awaitAsyncGenerator: awaited,
  __asyncGenerator: (self: unknown, args: Any, generator: Any) => asyncGenerator(generator).apply(self, args ?? []),
  _wrap_async_generator: asyncGenerator,
  _wrapAsyncGenerator: asyncGenerator,
  __forAwait: asyncValues,
  __asyncValues: asyncValues,
  _async_iterator: asyncValues,
  _asyncIterator: asyncValues,
  __yieldStar: delegate,
  __asyncDelegator: delegate,
  _async_generator_delegate: delegate,
  _asyncGeneratorDelegate: delegate,

  __privateAdd: privateAdd,
  __privateGet: privateGet,
  __privateSet: privateSet,
  __privateMethod: privateMethod,
  __privateIn: (member: Any, self: object) => member.has(self),
  __classPrivateFieldGet: classPrivateGet,
  __classPrivateFieldSet: classPrivateSet,
  __classPrivateFieldIn: (member: Any, self: object) => member.has(self),
  _class_private_field_init: privateAdd,
  _class_private_field_get: swcPrivateGet,
  _class_private_field_set: swcPrivateSet,
  _class_private_method_init: (self: object, member: Any) => privateAdd(self, member, undefined),
  _class_private_method_get: privateMethod,

  __using: addResource,
  __callDispose: (stack: Resource[], error: unknown, hasError?: boolean) => disposeAll({ stack, error, hasError: hasError ?? false }),
  __addDisposableResource: (env: Disposal, value: unknown, async: boolean) => addResource(env.stack, value, async),
  __disposeResources: disposeAll,
  _ts_add_disposable_resource: (env: Disposal, value: unknown, async: boolean) => addResource(env.stack, value, async),
  _ts_dispose_resources: disposeAll,
})

/** SWC to CommonJS calls its helpers as `_define_property._(...)`. */
function withUnderscores(table: Record<string, Any>): Readonly<Record<string, unknown>> {
  for (const [name, helper] of Object.entries(table)) {
    if (/^_[a-z]/.test(name)) table[name] = Object.assign((...args: Any[]) => helper(...args), { _: helper })
  }
  return table
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
