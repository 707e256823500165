import { Module } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadTypeScript } from './typescript-modules.ts'
import { resolveMapped, resolveSource } from './typescript-resolve.ts'

// The parts of Node's CommonJS loader that compilers have always hooked into; Node's types leave them out.
interface CommonJSModule {
  filename: string | null
  _compile: (source: string, file: string, format?: string) => void
}
interface CommonJSLoader {
  _extensions: Record<string, (module: CommonJSModule, file: string) => void>
  _resolveFilename: (request: string, parent: CommonJSModule | null | undefined, ...rest: unknown[]) => string
}

/** Teaches `require()` what the hooks teach `import`: Node 20 has no hooks for it, and Node 22 none in a module that was imported. */
export function hookRequire(): void {
  const loader = Module as unknown as CommonJSLoader
  for (const extension of ['.ts', '.cts', '.mts', '.tsx', '.jsx']) {
    const before = loader['_extensions'][extension] ?? loader['_extensions']['.js']!
    loader['_extensions'][extension] = (module, file) => {
      const compiled = loadTypeScript(pathToFileURL(file).href)
      if (compiled === undefined) before(module, file)
      else module['_compile'](compiled.source, file, compiled.format)
    }
  }
  const resolve = loader['_resolveFilename'].bind(loader)
  loader['_resolveFilename'] = (request, parent, ...rest) => {
    const parentURL = parent?.filename ? pathToFileURL(parent.filename).href : undefined
    const mapped = resolveMapped(request, parentURL)
    if (mapped !== undefined) return fileURLToPath(mapped)
    try {
      return resolve(request, parent, ...rest)
    } catch (error) {
      const source = resolveSource(request, parentURL, error)
      if (source === undefined) throw error
      return fileURLToPath(source)
    }
  }
}
