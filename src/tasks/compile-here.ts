import { constants, Script } from 'node:vm'

/**
 * Evaluates an expression as if it stood in the working directory: `import()` in it resolves from there and goes through the same
 * loader and hooks as everything else. `filename` must be neither an absolute path nor a URL, else imports resolve from that.
 */
export function compileHere(expression: string, filename = 'inline function', lineOffset = 0): unknown {
  if (!quiet && expression.includes('import')) silenceLoaderWarning()
  return evaluate(expression, filename, lineOffset)
}

const evaluate = (expression: string, filename: string, lineOffset: number): unknown =>
  new Script(expression, { filename, lineOffset, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext()

let quiet = false

/** Node 20 to 26 warn on the terminal, at the first import of each thread, that the loader option above is experimental. */
function silenceLoaderWarning(): void {
  quiet = true
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = (warning: string | Error, ...rest: []) => {
    if (!String(warning).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) emitWarning(warning, ...rest)
  }
  try {
    void evaluate(`import('node:vm')`, 'inline function', 0)
  } finally {
    process.emitWarning = emitWarning
  }
}
