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

const modules = new Map<string, object>()
const instances = new Map<string, Kernel<unknown>>()

/** Memory never shrinks, so an instance that has grown beyond this is given up after use. */
const keptBytes = 2 ** 28

/** The kernel compiled from `assembly/<name>.ts` (see `scripts/build.mjs`). Synchronous; the kernels are a few kilobytes. */
export function kernel<Exports>(name: string): Kernel<Exports> {
  let instance = instances.get(name)
  if (instance === undefined) {
    let module = modules.get(name)
    if (module === undefined) {
      module = new WebAssembly.Module(readFileSync(new URL(`./${name}.wasm`, import.meta.url)))
      modules.set(name, module)
    }
    const { exports } = new WebAssembly.Instance(module, {
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

/**
 * Gives the memory of a kernel back when it exceeds 256 MiB; the next `kernel(name)` is a new instance. To be called when nothing
 * in that memory is needed any more.
 */
export function trim(name: string): void {
  const instance = instances.get(name)
  if (instance !== undefined && instance.memory.buffer.byteLength > keptBytes) instances.delete(name)
}
