import { readFileSync } from 'node:fs'

// Node's types leave WebAssembly to the DOM library, which a Node package must not pull in.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> }
}

/**
 * A WebAssembly kernel, instantiated once a thread. `exports` are the functions of `assembly/<name>.ts`;
 * views of `memory` must be made anew after any call that may grow it.
 */
export interface Kernel<Exports> {
  exports: Exports
  memory: { readonly buffer: ArrayBuffer }
}

const instances = new Map<string, Kernel<unknown>>()

/** The kernel compiled from `assembly/<name>.ts` (see `scripts/build.mjs`). Synchronous; the kernels are a few kilobytes. */
export function kernel<Exports>(name: string): Kernel<Exports> {
  let instance = instances.get(name)
  if (instance === undefined) {
    const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: {
        abort: () => {
          throw new Error(`kernel ${name}: abort`)
        },
      },
    })
    instance = { exports, memory: exports['memory'] as Kernel<unknown>['memory'] }
    instances.set(name, instance)
  }
  return instance as Kernel<Exports>
}
