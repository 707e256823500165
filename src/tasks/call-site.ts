import { fileURLToPath } from 'node:url'

/** The line of `module` that this call comes from, directly or through awaits, if the stack of `depth` frames tells. */
export function callLine(module: string, depth: number): number | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = depth
  const stack: unknown = new Error('where').stack
  Error.stackTraceLimit = limit
  return typeof stack === 'string' ? lineIn(module, stack) : undefined
}

/** The line of the first frame of `stack` that is in `module`: Node prints URLs there, loaders with source maps paths. */
export function lineIn(module: string, stack: string): number | undefined {
  const names = [module, decodeURI(module), fileURLToPath(module)]
  for (const frame of stack.split('\n')) {
    // at f (file:///a/b.ts:3:14), at async /a/b.ts?v=1:3:14
    const [, head = '', line] = /^\s*at (.*):(\d+):\d+\)?$/.exec(frame) ?? []
    for (const place of [head, head.replace(/[?#][^/\\]*$/, '')]) {
      if (names.some((name) => place === name || place.endsWith(` ${name}`) || place.endsWith(`(${name}`))) return Number(line)
    }
  }
  return undefined
}
