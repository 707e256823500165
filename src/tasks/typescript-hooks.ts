// The hooks of Node 20, where they run in a thread of their own and are asynchronous; `registerTypeScript` registers this file.
import type { LoadHook, ResolveHook } from 'node:module'
import { loadTypeScript } from './typescript-modules.ts'
import { resolveMapped, resolveSource } from './typescript-resolve.ts'

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const mapped = resolveMapped(specifier, context.parentURL)
  if (mapped !== undefined) return { url: mapped, shortCircuit: true }
  try {
    return await nextResolve(specifier, context)
  } catch (error) {
    const url = resolveSource(specifier, context.parentURL, error)
    if (url === undefined) throw error
    return { url, shortCircuit: true }
  }
}

export const load: LoadHook = async (url, context, nextLoad) => loadTypeScript(url) ?? nextLoad(url, context)
