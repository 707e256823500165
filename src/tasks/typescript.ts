import * as nodeModule from 'node:module'
import { loadTypeScript } from './typescript-modules.ts'
import { hookRequire } from './typescript-require.ts'
import { resolveMapped, resolveSource } from './typescript-resolve.ts'

export { workerEnv, workerExecArgv, type WorkerKind } from './exec-argv.ts'

// Node 22.15 and newer; Node's types of version 20 don't have them yet.
interface NewerModule {
  registerHooks?: (hooks: {
    resolve: (specifier: string, context: Context, next: (specifier: string, context: Context) => Resolved) => Resolved
    load: (url: string, context: object, next: (url: string, context: object) => object) => object
  }) => void
  setSourceMapsSupport?: (enabled: boolean, options: { nodeModules: boolean }) => void
}
interface Context {
  parentURL: string | undefined
}
interface Resolved {
  url: string
  shortCircuit?: boolean
}
const { registerHooks, setSourceMapsSupport } = nodeModule as NewerModule

let registered = false

/**
 * Makes the modules that this thread or process imports from now on work in TypeScript and JSX, enums and parameter properties
 * included, with no build step and whatever loader the main script was started with. Stacks then point into the source.
 *
 * - `.ts`, `.mts`, `.cts`, `.tsx` anywhere, `.jsx` outside node_modules, are compiled by oxc-transform, which is loaded with the
 *   first of them; where it has no binary, by Node's own type stripping.
 * - `./x.js` finds x.ts, `./x` finds x.ts and x/index.ts, when what is asked for does not exist.
 * - Of the nearest tsconfig.json (with `extends`): `paths`, `baseUrl`, the `jsx` options, `experimentalDecorators`,
 *   `emitDecoratorMetadata`, `useDefineForClassFields`, `verbatimModuleSyntax`. Not: standard decorators, which no Node runs yet.
 * - A package that is not `"type": "module"` may use import and export, or CommonJS, as each file does.
 *
 * On Node 22.15 and newer hooks are synchronous and cost next to nothing until they are used. On older ones they take a thread
 * (about 40 ms).
 */
export function registerTypeScript(): void {
  if (registered) return
  registered = true
  hookRequire()
  if (registerHooks === undefined) {
    enableSourceMaps()
    nodeModule.register('./typescript-hooks.js', import.meta.url)
    return
  }
  registerHooks({
    resolve(specifier, context, next) {
      const mapped = resolveMapped(specifier, context.parentURL)
      if (mapped !== undefined) return { url: mapped, shortCircuit: true }
      try {
        return next(specifier, context)
      } catch (error) {
        const url = resolveSource(specifier, context.parentURL, error)
        if (url === undefined) throw error
        return { url, shortCircuit: true }
      }
    },
    load(url, context, next) {
      const compiled = loadTypeScript(url)
      if (compiled === undefined) return next(url, context)
      enableSourceMaps()
      return compiled
    },
  })
}

/** Before the first module that has a source map is compiled: Node takes no note of earlier ones, so others cost nothing. */
function enableSourceMaps(): void {
  if (setSourceMapsSupport) setSourceMapsSupport(true, { nodeModules: false })
  else process.setSourceMapsEnabled(true)
}
